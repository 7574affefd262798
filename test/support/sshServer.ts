import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";

import { Server, utils } from "ssh2";

import type { TunnelAddress } from "../../provider/zitadel/tunnel";

/** An SSH server on 127.0.0.1 that forwards connections for one user with one key, and does nothing else. */
export class SshServer implements AsyncDisposable {
  /** Connections that are open, and how many were forwarded so far. */
  open = 0;
  forwarded = 0;

  private constructor(
    private readonly server: Server,
    readonly address: TunnelAddress,
  ) {}

  static async start(): Promise<SshServer> {
    // Of the Ed25519 keys that ssh2 makes, one in 190 can't be read.
    const newKey = () => utils.generateKeyPairSync("ecdsa", { bits: 256 });
    const [host, user] = [newKey(), newKey()];
    const server = new Server({ hostKeys: [host.private] });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const address = {
      host: "127.0.0.1",
      port,
      user: "deployer",
      privateKey: user.private,
      hostKey: host.public,
    };
    const ssh = new SshServer(server, address);
    const allowed = Buffer.from(user.public.split(" ")[1]!, "base64");

    server.on("connection", (client) => {
      ssh.open++;
      client.on("close", () => ssh.open--).on("error", () => undefined);
      client.on("authentication", (attempt) =>
        attempt.method === "publickey" && attempt.username === "deployer" && attempt.key.data.equals(allowed)
          ? attempt.accept()
          : attempt.reject(),
      );
      client.on("tcpip", (accept, reject, { destIP, destPort }) => {
        const socket = connect(destPort, destIP, () => {
          ssh.forwarded++;
          const channel = accept();
          socket.pipe(channel).pipe(socket);
          channel.on("error", () => socket.destroy());
        });
        socket.on("error", () => reject());
      });
    });
    return ssh;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }
}
