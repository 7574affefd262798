import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import sodium from "libsodium-wrappers";

type Json = Record<string, unknown>;
type Answer = [status: number, body?: unknown];

const owner = "acme";
const repositoryId = 42;
const time = "2026-01-01T00:00:00Z";

/**
 * What GitHub's API does for one repository of one organisation, on 127.0.0.1: keeps what it is told, as an Enterprise
 * Server under /api/v3 and /api/graphql does, and opens each sealed box. For tests only.
 */
export class GitHubRepositoryStandIn implements AsyncDisposable {
  /** Opened environment secrets as `environment/NAME`. */
  readonly secrets = new Map<string, string>();
  /** Every body of a secret, as it came over the wire. */
  readonly sealed: string[] = [];
  /** What was put, by path without the repository: `environments/production`, `actions/permissions`, … */
  readonly settings = new Map<string, Json>();
  /** Refs that each environment takes. */
  readonly refs = new Map<string, string[]>();
  /** The input of the branch protection's mutation. */
  branchProtection: Json | undefined;
  repository: Json | undefined;
  /** Every request as `METHOD path`. */
  readonly requests: string[] = [];
  /** Requests that the stand-in doesn't know; a test expects none. */
  readonly unknown: string[] = [];
  /** Answers 403 to what the pattern matches, as to a token without rights. */
  refused: RegExp | undefined;
  private readonly policies: { id: number; name: string; environment: string }[] = [];

  private constructor(
    private readonly server: Server,
    private readonly keys: { publicKey: Uint8Array; privateKey: Uint8Array },
  ) {}

  static async start(token: string): Promise<GitHubRepositoryStandIn> {
    await sodium.ready;
    const server = createServer();
    const standIn = new GitHubRepositoryStandIn(server, sodium.crypto_box_keypair());
    server.on("request", (request, response) => {
      let body = "";
      request.on("data", (data: Buffer) => (body += data.toString()));
      request.on("end", () => {
        const path = (request.url ?? "").replace(/^\/api(\/v3)?\//, "").replace(/\?.*/, "");
        const line = `${request.method} ${path}`;
        standIn.requests.push(line);
        const [status, answer] =
          request.headers.authorization !== `Bearer ${token}`
            ? ([401, { message: "Bad credentials" }] as Answer)
            : standIn.refused?.test(line)
              ? ([403, { message: "Resource not accessible by personal access token" }] as Answer)
              : standIn.answer(line, body === "" ? {} : (JSON.parse(body) as Json));
        response.writeHead(status, { "content-type": "application/json" });
        response.end(answer === undefined ? undefined : JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(line: string, body: Json): Answer {
    if (line === `GET orgs/${owner}`) return [200, { id: 1, login: owner }];
    if (line === "POST graphql") return this.graphql(body);
    if (line === `POST orgs/${owner}/repos`) return this.create(body);
    const own = new RegExp(
      `^(\\w+) (?:repos/${owner}/platform|repositories/${repositoryId})(?:/(.*))?$`,
    ).exec(line);
    const [, method = "", path = ""] = own ?? [];
    if (own && this.repository) {
      const answer =
        path === ""
          ? this.whole(method, body)
          : (this.secret(method, path, body) ??
            this.policy(method, path, body) ??
            this.setting(method, path, body));
      if (answer) return answer;
    }
    this.unknown.push(line);
    return [404, { message: "Not Found" }];
  }

  private create(body: Json): Answer {
    this.repository = {
      id: repositoryId,
      node_id: "R_platform",
      default_branch: "main",
      full_name: `${owner}/platform`,
      owner: { login: owner },
      ...body,
    };
    return [201, this.repository];
  }

  private whole(method: string, body: Json): Answer | undefined {
    if (method === "PATCH") Object.assign(this.repository!, body);
    return method === "GET" || method === "PATCH" ? [200, this.repository] : undefined;
  }

  private secret(method: string, path: string, body: Json): Answer | undefined {
    const [, environment, name] = /^environments\/(\w+)\/secrets\/([\w-]+)$/.exec(path) ?? [];
    if (environment === undefined || name === undefined) return undefined;
    if (name === "public-key") {
      const key = sodium.to_base64(this.keys.publicKey, sodium.base64_variants.ORIGINAL);
      return [200, { key_id: "1", key }];
    }
    const id = `${environment}/${name}`;
    if (method === "PUT") {
      this.sealed.push(JSON.stringify(body));
      const box = sodium.from_base64(body["encrypted_value"] as string, sodium.base64_variants.ORIGINAL);
      const opened = sodium.crypto_box_seal_open(box, this.keys.publicKey, this.keys.privateKey);
      this.secrets.set(id, sodium.to_string(opened));
      return [201, {}];
    }
    if (method === "DELETE") return [this.secrets.delete(id) ? 204 : 404];
    if (!this.secrets.has(id)) return [404, { message: "Not Found" }];
    return [200, { name, created_at: time, updated_at: time }];
  }

  private policy(method: string, path: string, body: Json): Answer | undefined {
    const [, environment = "", id] =
      /^environments\/(\w+)\/deployment-branch-policies(?:\/(\d+))?$/.exec(path) ?? [];
    if (environment === "") return undefined;
    if (method === "POST") {
      const made = { id: this.policies.length + 1, name: body["name"] as string, environment };
      this.policies.push(made);
      this.refs.set(environment, [...(this.refs.get(environment) ?? []), made.name]);
      return [200, made];
    }
    const found = this.policies.find((it) => String(it.id) === id);
    return found && method === "GET" ? [200, found] : method === "DELETE" ? [204] : undefined;
  }

  private setting(method: string, path: string, body: Json): Answer | undefined {
    if (method === "PUT" || method === "POST") {
      const key = method === "POST" ? `${path}/${body["name"] as string}` : path;
      this.settings.set(key, body);
      return path.startsWith("environments/") || method === "POST" ? [200, this.shown(key)] : [204];
    }
    if (method === "DELETE") return [this.settings.delete(path) ? 204 : 404];
    if (!this.settings.has(path)) return undefined;
    return path === "vulnerability-alerts" ? [204] : [200, this.shown(path)];
  }

  /** An environment is put flat, and got as rules. */
  private shown(path: string): Json {
    const put = this.settings.get(path)!;
    const [, name] = /^environments\/(\w+)$/.exec(path) ?? [];
    if (name === undefined) return { ...put, created_at: time, updated_at: time };
    const reviewers = (put["reviewers"] as { type: string; id: number }[] | undefined) ?? [];
    return {
      ...put,
      id: 7,
      name,
      protection_rules: [
        {
          type: "required_reviewers",
          prevent_self_review: put["prevent_self_review"],
          reviewers: reviewers.map(({ type, id }) => ({ type, reviewer: { id } })),
        },
      ],
    };
  }

  private graphql({ query, variables }: Json): Answer {
    const { input } = variables as { input?: Json };
    if (/^mutation/.test(query as string) && input) {
      if ("pattern" in input) this.branchProtection = input;
      const branchProtectionRule = { id: "BPR_1" };
      const mutation = /(create|update|delete)BranchProtectionRule/.exec(query as string)![0];
      return [200, { data: { [mutation]: { branchProtectionRule } } }];
    }
    if ((variables as Json)["id"] === "R_platform") return [200, { data: { node: { id: "R_platform" } } }];
    if (!this.branchProtection) return [200, { data: { node: null } }];
    const known = new Set((query as string).match(/\w+/g));
    const scalars = Object.entries(this.branchProtection).filter(([key]) => known.has(key));
    return [
      200,
      {
        data: {
          node: {
            ...Object.fromEntries(scalars),
            id: "BPR_1",
            repository: { id: "R_platform", name: "platform" },
            pushAllowances: { nodes: [] },
            reviewDismissalAllowances: { nodes: [] },
            bypassForcePushAllowances: { nodes: [] },
            bypassPullRequestAllowances: { nodes: [] },
          },
        },
      },
    ];
  }
}
