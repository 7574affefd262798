import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";

/** Where nginx is published. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Host that clients ask for. */
  readonly serverName: string;
}

/** Connections: an old worker of nginx can take one or two more after the new ones have begun. */
const inARow = 5;

/**
 * Waits until nginx serves the certificate of that fingerprint, to every connection of five.
 *
 * @throws when it doesn't within `patience` ms
 */
export async function awaitServed(listener: Listener, fingerprint: string, patience = 30_000): Promise<void> {
  const end = Date.now() + patience;
  for (let right = 0; ;) {
    const served = await servedFingerprint(listener).catch((error: Error) => error.message);
    right = served === fingerprint ? right + 1 : 0;
    if (right === inARow) return;
    if (right > 0) continue;
    if (Date.now() > end)
      throw new Error(
        `${listener.address}:${listener.port} doesn't serve the new certificate ${patience / 1000} s after the reload (${served}); see docker logs of the edge`,
      );
    await sleep(100);
  }
}

/** Of the certificate that a new connection meets, whoever signed it. @throws when there is no connection within 5 s */
export function servedFingerprint({ address, port, serverName }: Listener): Promise<string> {
  return new Promise((resolve, reject) => {
    // What is asked is which certificate it is; whether it is good was checked before it was installed.
    const socket = connect({ host: address, port, servername: serverName, rejectUnauthorized: false });
    socket.setTimeout(5000, () => socket.destroy(new Error(`no answer from ${address}:${port} within 5 s`)));
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? "no certificate");
      socket.destroy();
    });
  });
}
