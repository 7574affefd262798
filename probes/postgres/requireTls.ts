import { once } from "node:events";
import type { Socket } from "node:net";

import { fail, pass, probe } from "../probe";
import { outdatedVersions, tlsHandshake } from "../tlsHandshake";
import { appRole, demandOf, plainConnection } from "./connection";

/** Length 8 and the code 80877103: "may we speak TLS?" (PostgreSQL's message SSLRequest). */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Proves postgres-connection-require-tls: a plain connection is refused, TLS 1.2 or later works and verifies. */
export const requireTls = probe("postgres-connection-require-tls", async (target) => {
  const plain = await demandOf(plainConnection(target), appRole);
  if ("method" in plain) return fail(`a connection without TLS is asked for its password (${plain.method})`);
  if (plain.code !== "28000")
    throw new Error(`a connection without TLS fails for another reason: ${plain.refused}`);

  const endpoint = { host: target.postgres.host, port: target.postgres.port, before: askForTls };
  const good = await tlsHandshake({ ...endpoint, ca: target.caCertificate });
  if ("refused" in good) return fail(`no verified TLS connection: ${good.refused}`);
  for (const version of outdatedVersions) {
    const old = await tlsHandshake({ ...endpoint, versions: [version, version] });
    if ("version" in old) return fail(`PostgreSQL accepts ${version}`);
  }
  return pass(`${good.version} verified, ${outdatedVersions.join(" and ")} and plain connections refused`);
});

async function askForTls(socket: Socket): Promise<void> {
  socket.write(sslRequest);
  const [answer] = (await once(socket, "data")) as [Buffer];
  if (answer.toString() !== "S") throw new Error("PostgreSQL has TLS off");
}
