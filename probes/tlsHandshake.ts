import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type SecureContext, type SecureVersion } from "node:tls";

export interface Handshake {
  readonly host: string;
  readonly port: number;
  /** Name that the certificate has to be for. Default: the host. */
  readonly serverName?: string;
  /** PEM of the CA that must have signed the server's certificate, or a context. Without it nothing is verified. */
  readonly ca?: string | SecureContext;
  /** Oldest and newest version to offer. Default: TLS 1.2 to 1.3. */
  readonly versions?: readonly [SecureVersion, SecureVersion];
  /** Cipher suites to offer up to TLS 1.2, in OpenSSL's words. Default: all. */
  readonly ciphers?: string;
  /** What the protocol says before TLS begins, as PostgreSQL's SSLRequest. */
  readonly before?: (socket: Socket) => Promise<void>;
}

/** What was agreed on, or why the server (or the verification of its certificate) refused. */
export type HandshakeResult =
  { readonly version: string; readonly cipher: string } | { readonly refused: string };

/**
 * Opens a TLS connection and closes it.
 *
 * @throws when there is no TCP connection, or this side couldn't even offer the versions: nothing is known then
 */
export async function tlsHandshake({
  host,
  port,
  serverName = host,
  ca,
  versions = ["TLSv1.2", "TLSv1.3"],
  ciphers = "DEFAULT",
  before,
}: Handshake): Promise<HandshakeResult> {
  const socket = await open(host, port);
  try {
    await before?.(socket);
    return await new Promise((resolve, reject) => {
      const tls = connectTls({
        socket,
        host: serverName,
        ...(isIP(serverName) ? {} : { servername: serverName }),
        ...(ca === undefined && { rejectUnauthorized: false }),
        ...(typeof ca === "string" ? { ca } : { secureContext: ca }),
        minVersion: versions[0],
        maxVersion: versions[1],
        // Versions before 1.2 need it to be offered at all.
        ciphers: `${ciphers}:@SECLEVEL=0`,
      });
      tls.once("secureConnect", () =>
        resolve({ version: tls.getProtocol() ?? "unknown", cipher: tls.getCipher().name }),
      );
      tls.once("error", (error: NodeJS.ErrnoException) => {
        const ours = /NO_PROTOCOLS_AVAILABLE|NO_CIPHERS_AVAILABLE|NO_CIPHER_MATCH/.test(error.code ?? "");
        if (ours) reject(error);
        else resolve({ refused: error.message.split("\n")[0] ?? "" });
      });
    });
  } finally {
    socket.destroy();
  }
}

/** Versions that a server must refuse. */
export const outdatedVersions = ["TLSv1", "TLSv1.1"] as const satisfies readonly SecureVersion[];

/** Suites of TLS 1.2 that a server must refuse: without forward secrecy, or without authenticated encryption. */
export const weakCiphers = "kRSA:SHA1:SHA256:SHA384";

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host, port, timeout: 5000 });
    socket.once("connect", () => resolve(socket.setTimeout(0)));
    socket.once("timeout", () => socket.destroy(new Error(`no connection to ${host}:${port} within 5 s`)));
    socket.once("error", reject);
  });
}
