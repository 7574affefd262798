import { Agent } from "node:https";
import { connect, type ConnectionOptions } from "node:tls";

import { Client } from "ssh2";

/** A machine that is reached by SSH and reaches Zitadel itself. */
export interface TunnelAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** PEM or OpenSSH format, without a passphrase. */
  readonly privateKey: string;
  /** The machine's own public key as in known_hosts, such as `ssh-ed25519 AAAA…`; no other is trusted. */
  readonly hostKey: string;
}

/**
 * Connections that leave from the other end of an SSH connection. No local port is opened: TLS runs inside the tunnel
 * from here to Zitadel, so the machine in between sees nothing.
 */
export class Tunnel implements AsyncDisposable {
  readonly agent: Agent;

  private constructor(
    private readonly ssh: Client,
    private readonly ended: Promise<void>,
  ) {
    this.agent = new Agent();
    this.agent.createConnection = (options, callback) => {
      const { host, port } = options as { host: string; port: number };
      ssh.forwardOut("127.0.0.1", 0, host, Number(port), (error, stream) => {
        if (error)
          return callback?.(
            new Error(`the SSH server doesn't forward to ${host}:${port}`),
            undefined as never,
          );
        callback?.(null, connect({ ...(options as ConnectionOptions), socket: stream }));
      });
      return undefined;
    };
  }

  /** @throws with the fix, when the machine doesn't answer, isn't the one meant, or refuses user or key */
  static async open({ host, port, user, privateKey, hostKey }: TunnelAddress): Promise<Tunnel> {
    const expected = hostKey.trim().split(/\s+/)[1] ?? "";
    let presented = "";
    const ssh = new Client();
    const ended = new Promise<void>((resolve) => ssh.once("close", () => resolve()));
    await new Promise<void>((resolve, reject) => {
      ssh
        .once("ready", resolve)
        .once("error", (error: Error & { level?: string }) => reject(failure(error)))
        .connect({
          host,
          port,
          username: user,
          privateKey,
          readyTimeout: 15_000,
          hostVerifier: (key: Buffer) => (presented = key.toString("base64")) === expected,
          // The key that is trusted decides which algorithm is asked for.
          algorithms: { serverHostKey: [hostKeyAlgorithm(hostKey)] },
        });
    });
    ssh.on("error", () => undefined); // what runs through it fails by itself
    return new Tunnel(ssh, ended);

    function failure(error: Error & { level?: string }): Error {
      const where = `the SSH server ${host}:${port}`;
      if (presented !== "" && presented !== expected)
        return new Error(
          `${where} has another host key than the one given; find out why before you trust it`,
        );
      if (error.level === "client-authentication")
        return new Error(`${where} refuses user ${user} with the given key; add its public half there`);
      return new Error(
        `no SSH connection to ${host}:${port} (${error.message}); check host, port and host key`,
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.agent.destroy();
    this.ssh.end();
    await this.ended;
  }
}

type HostKeyAlgorithm = "ssh-ed25519" | "ecdsa-sha2-nistp256" | "rsa-sha2-512";

function hostKeyAlgorithm(hostKey: string): HostKeyAlgorithm {
  const [type = ""] = hostKey.trim().split(/\s+/);
  return type === "ssh-rsa" ? "rsa-sha2-512" : (type as HostKeyAlgorithm);
}
