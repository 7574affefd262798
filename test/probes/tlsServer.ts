import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import type { SecureVersion } from "node:tls";

import { createDevCertificates } from "../../commands/devCertificates";

export const certificates = createDevCertificates("apexmcp-test", "127.0.0.1");

const servers: Server[] = [];

/** Serves HTTPS on a free port of 127.0.0.1, with the edge's certificate; {@link closeServers} ends it. */
export async function serveHttps(
  listener: RequestListener,
  minVersion: SecureVersion = "TLSv1.2",
  ciphers = "DEFAULT",
): Promise<number> {
  const { certificate: cert, privateKey: key } = (await certificates).servers.edge;
  // Only security level 0 lets OpenSSL speak the versions before 1.2.
  return listen(createHttpsServer({ cert, key, minVersion, ciphers: `${ciphers}:@SECLEVEL=0` }, listener));
}

/** Serves plain HTTP on a free port of 127.0.0.1. */
export function serveHttp(listener: RequestListener): Promise<number> {
  return listen(createHttpServer(listener));
}

/** Any server on a free port of 127.0.0.1. */
export async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

export async function closeServers(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
}
