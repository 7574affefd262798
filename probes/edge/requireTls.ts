import { request } from "undici";

import { fail, pass, probe } from "../probe";
import { outdatedVersions, tlsHandshake } from "../tlsHandshake";

/** Proves edge-listener-require-tls: TLS 1.2 or later with a verified certificate; plain HTTP only redirects. */
export const requireTls = probe(
  "edge-listener-require-tls",
  async ({ edgeUrl, edgeHttpUrl, caCertificate }) => {
    const { hostname, port } = new URL(edgeUrl);
    const endpoint = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 443) };

    const good = await tlsHandshake({ ...endpoint, ca: caCertificate });
    if ("refused" in good) return fail(`no verified TLS connection: ${good.refused}`);
    for (const version of outdatedVersions) {
      const old = await tlsHandshake({ ...endpoint, versions: [version, version] });
      if ("version" in old) return fail(`the edge accepts ${version}`);
    }

    const { statusCode, headers, body } = await request(`${edgeHttpUrl}/healthz`);
    await body.dump();
    const location = String(headers["location"] ?? "");
    if (![301, 308].includes(statusCode) || !location.startsWith("https://")) {
      return fail(`plain HTTP is answered with ${statusCode}${location && ` to ${location}`}`);
    }
    return pass(
      `${good.version} verified, ${outdatedVersions.join(" and ")} refused, plain HTTP redirects (${statusCode})`,
    );
  },
);
