import { request } from "undici";

import { fail, pass, probe } from "../probe";
import { outdatedVersions, tlsHandshake } from "../tlsHandshake";

/** Proves vault-listener-require-tls: no plain HTTP, nothing before TLS 1.2, a certificate by the stack's CA. */
export const requireTls = probe("vault-listener-require-tls", async ({ vaultAddress, caCertificate }) => {
  const { hostname: host, port, protocol } = new URL(vaultAddress);
  if (protocol !== "https:") return fail(`Vault's address is ${vaultAddress}`);
  const endpoint = { host, port: Number(port || 443) };

  const good = await tlsHandshake({ ...endpoint, ca: caCertificate });
  if ("refused" in good) return fail(`no verified TLS connection: ${good.refused}`);
  for (const version of outdatedVersions) {
    const old = await tlsHandshake({ ...endpoint, versions: [version, version] });
    if ("version" in old) return fail(`Vault accepts ${version}`);
  }
  if (await answersPlainHttp(vaultAddress)) return fail("Vault answers plain HTTP");
  return pass(`${good.version} verified, ${outdatedVersions.join(" and ")} and plain HTTP refused`);
});

/** A TLS listener answers a plain request with 400, or hangs up; an API that answers is one too many. */
async function answersPlainHttp(address: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`${address.replace("https:", "http:")}/v1/sys/seal-status`);
    await body.dump();
    return statusCode !== 400;
  } catch {
    return false; // that there is a listener at all, the handshakes have shown
  }
}
