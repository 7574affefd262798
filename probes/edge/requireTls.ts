import { request } from "undici";

import { fail, pass, probe } from "../probe";
import { outdatedVersions, tlsHandshake, weakCiphers } from "../tlsHandshake";
import { edgeTrust } from "./edgeRequest";

/**
 * Proves edge-listener-require-tls: TLS 1.2 or later with a verified certificate and modern ciphers; plain HTTP only
 * redirects.
 */
export const requireTls = probe(
  "edge-listener-require-tls",
  async ({ publicUrl, authUrl, edgeUrl, edgeHttpUrl, caCertificate }) => {
    const bare = (url: string) => new URL(url).hostname.replace(/^\[|\]$/g, "");
    const endpoint = { host: bare(edgeUrl), port: Number(new URL(edgeUrl).port || 443) };

    const ca = edgeTrust({ caCertificate });
    let spoken = "";
    for (const name of [publicUrl, authUrl].map(bare)) {
      const good = await tlsHandshake({ ...endpoint, serverName: name, ca });
      if ("refused" in good) return fail(`no verified TLS connection for ${name}: ${good.refused}`);
      spoken = good.version;
    }
    for (const version of outdatedVersions) {
      const old = await tlsHandshake({ ...endpoint, versions: [version, version] });
      if ("version" in old) return fail(`the edge accepts ${version}`);
    }
    const weak = await tlsHandshake({ ...endpoint, versions: ["TLSv1.2", "TLSv1.2"], ciphers: weakCiphers });
    if ("cipher" in weak) return fail(`the edge accepts ${weak.cipher}`);

    const { statusCode, headers, body } = await request(`${edgeHttpUrl}/healthz`);
    await body.dump();
    const location = String(headers["location"] ?? "");
    if (![301, 308].includes(statusCode) || !location.startsWith("https://")) {
      return fail(`plain HTTP is answered with ${statusCode}${location && ` to ${location}`}`);
    }
    return pass(
      `${spoken} verified, ${outdatedVersions.join(", ")} and weak ciphers refused, plain HTTP redirects (${statusCode})`,
    );
  },
);
