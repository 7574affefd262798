import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import sodium from "libsodium-wrappers";

/**
 * What GitHub's API does for environment secrets, on 127.0.0.1: gives its public key, takes sealed boxes and opens
 * them. For tests only.
 */
export class GitHubStandIn implements AsyncDisposable {
  /** Opened secrets by name. */
  readonly secrets = new Map<string, string>();
  /** Every request as `METHOD path`. */
  readonly requests: string[] = [];
  reviewers = true;
  /** Answers this status to requests that the pattern matches. */
  refusal: { pattern: RegExp; status: number } | undefined;

  private constructor(
    private readonly server: Server,
    private readonly keys: { publicKey: Uint8Array; privateKey: Uint8Array },
    readonly token: string,
  ) {}

  static async start(token: string): Promise<GitHubStandIn> {
    await sodium.ready;
    const server = createServer();
    const standIn = new GitHubStandIn(server, sodium.crypto_box_keypair(), token);
    server.on("request", (request, response) => {
      let body = "";
      request.on("data", (data: Buffer) => (body += data.toString()));
      request.on("end", () => {
        const authorised = request.headers.authorization === `Bearer ${token}`;
        const line = `${request.method} ${request.url}`;
        standIn.requests.push(line);
        const refused = standIn.refusal?.pattern.test(line) ? standIn.refusal.status : undefined;
        const [status, answer] = refused
          ? [refused, {}]
          : authorised
            ? standIn.answer(line, body)
            : [401, {}];
        response.writeHead(status, { "content-type": "application/json" });
        response.end(status === 204 ? undefined : JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(line: string, body: string): [number, unknown] {
    const base = "/repos/acme/platform/environments/production";
    if (line === `GET ${base}`) {
      return [200, { protection_rules: this.reviewers ? [{ type: "required_reviewers" }] : [] }];
    }
    if (line === `GET ${base}/secrets/public-key`) {
      const key = sodium.to_base64(this.keys.publicKey, sodium.base64_variants.ORIGINAL);
      return [200, { key_id: "1", key }];
    }
    const name = /^(PUT|DELETE) .*\/environments\/production\/secrets\/(\w+)$/.exec(line);
    if (name?.[1] === "PUT") {
      const { encrypted_value, key_id } = JSON.parse(body) as Record<string, string>;
      const box = sodium.from_base64(encrypted_value!, sodium.base64_variants.ORIGINAL);
      const opened = sodium.crypto_box_seal_open(box, this.keys.publicKey, this.keys.privateKey);
      if (key_id !== "1") return [422, {}];
      this.secrets.set(name[2]!, sodium.to_string(opened));
      return [201, {}];
    }
    if (name?.[1] === "DELETE") return [this.secrets.delete(name[2]!) ? 204 : 404, {}];
    return [404, {}];
  }
}
