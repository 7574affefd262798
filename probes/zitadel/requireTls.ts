import { withEdge } from "../edge/edgeRequest";
import { fail, pass, probe } from "../probe";
import { outdatedVersions, tlsHandshake } from "../tlsHandshake";

/** Proves zitadel-instance-require-tls: TLS to Zitadel itself, and an issuer whose every address is https. */
export const requireTls = probe("zitadel-instance-require-tls", (target) =>
  withEdge(target, async (send) => {
    const { hostname, port } = new URL(target.zitadel.address);
    const endpoint = { host: hostname, port: Number(port) };
    const good = await tlsHandshake({ ...endpoint, ca: target.caCertificate });
    if ("refused" in good) return fail(`no verified TLS connection: ${good.refused}`);
    for (const version of outdatedVersions) {
      const old = await tlsHandshake({ ...endpoint, versions: [version, version] });
      if ("version" in old) return fail(`Zitadel accepts ${version}`);
    }
    const { status, text } = await send(target.authUrl, "/.well-known/openid-configuration");
    if (status !== 200) throw new Error(`the discovery document is answered with ${status}`);
    const metadata = JSON.parse(text) as Record<string, unknown>;
    const plain = Object.values(metadata).filter((it) => String(it).startsWith("http://"));
    if (plain.length > 0) return fail(`Zitadel names ${plain.join(", ")}`);
    return metadata["issuer"] === target.authUrl
      ? pass(`${good.version} verified, ${outdatedVersions.join(" and ")} refused, issuer ${target.authUrl}`)
      : fail(`the issuer is ${String(metadata["issuer"])}, not ${target.authUrl}`);
  }),
);
