import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Response as InjectResponse } from "light-my-request";
import { publicUrl, startGateway, type Gateway } from "../gatewayFixture";

let gateway: Gateway;
let agent: { id: string; organisationId: string; secret: string };
const resource = `${publicUrl}/mcp/github`;

beforeAll(async () => {
  gateway = await startGateway({ RATE_LIMIT_PER_MINUTE: "100000" });
  agent = await gateway.createAgent(["mcp:github", "connectors:read"]);
}, 120_000);

afterAll(() => gateway?.[Symbol.asyncDispose]());

const form = (parameters: Record<string, string | undefined>, headers: Record<string, string> = {}) =>
  gateway.app.inject({
    method: "POST",
    url: "/oauth/token",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams(
      Object.entries({ grant_type: "client_credentials", resource, ...parameters }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    ).toString(),
  });
const credentials = () => ({ client_id: agent.id, client_secret: agent.secret });
const basic = (id = agent.id, secret = agent.secret) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
});
const answer = (response: InjectResponse) => [response.statusCode, response.json<{ error: string }>().error];

describe("POST /oauth/token", () => {
  test.each([
    ["in the body", () => form(credentials())],
    ["by HTTP Basic", () => form({}, basic())],
  ])("gives a token for the client's scopes at the resource, credentials %s", async (_, ask) => {
    const response = await ask();
    expect(response.statusCode).toBe(200);
    expect(response.headers["cache-control"]).toBe("no-store");
    expect(response.json()).toEqual({
      access_token: expect.stringMatching(/^ey/) as string,
      token_type: "Bearer",
      expires_in: 300,
      scope: "mcp:github",
    });
  });

  test("gives no more than was asked for", async () => {
    const response = await form({ ...credentials(), scope: "mcp:github:create_issue" });
    expect(response.json()).toMatchObject({ scope: "mcp:github:create_issue" });
  });

  test.each<[string, Record<string, string | undefined>, number, string]>([
    ["a scope the client hasn't", { scope: "mcp:slack" }, 400, "invalid_scope"],
    ["a resource it has no scope at", { resource: `${publicUrl}/mcp/slack` }, 400, "invalid_scope"],
    ["no resource", { resource: undefined }, 400, "invalid_target"],
    ["another's resource", { resource: "https://evil.example/mcp/github" }, 400, "invalid_target"],
    ["a wrong secret", { client_secret: "apexmcp_wrong" }, 401, "invalid_client"],
    ["no secret", { client_secret: undefined }, 401, "invalid_client"],
    ["an unknown client", { client_id: "00000000-0000-4000-8000-000000000000" }, 401, "invalid_client"],
    ["a client id that is none", { client_id: "' OR 1=1 --" }, 401, "invalid_client"],
    ["another grant", { grant_type: "password" }, 400, "unsupported_grant_type"],
  ])("refuses %s", async (_, parameters, status, error) => {
    const response = await form({ ...credentials(), ...parameters });
    expect(answer(response)).toEqual([status, error]);
    if (status === 401) expect(response.headers["www-authenticate"]).toMatch(/^Basic /);
  });

  test("refuses credentials sent both ways, and two different clients", async () => {
    expect(answer(await form(credentials(), basic()))).toEqual([401, "invalid_client"]);
    const other = "00000000-0000-4000-8000-000000000000";
    expect(answer(await form({ client_id: other }, basic()))).toEqual([401, "invalid_client"]);
  });

  test("refuses a parameter sent twice, and a body that isn't a form", async () => {
    const twice = await gateway.app.inject({
      method: "POST",
      url: "/oauth/token",
      headers: { "content-type": "application/x-www-form-urlencoded", ...basic() },
      body: "grant_type=client_credentials&resource=a&resource=b",
    });
    expect(answer(twice)).toEqual([400, "invalid_target"]);
    const json = await gateway.app.inject({
      method: "POST",
      url: "/oauth/token",
      body: { grant_type: "client_credentials" },
    });
    expect(answer(json)).toEqual([400, "invalid_request"]);
  });

  test("keeps no secret in the database, only its hash", async () => {
    const { rows } = await gateway.pool.query<{ text: string }>(
      "SELECT agents::text AS text FROM apexmcp.agents",
    );
    expect(rows.map(({ text }) => text).join()).not.toContain(agent.secret);
  });

  test("records each answer in the audit log before it is given, and no secret", async () => {
    const before = (await gateway.auditEntries()).length;
    const issued = await form(credentials());
    const refused = await form({ ...credentials(), client_secret: "apexmcp_wrong-one" });
    const entries = (await gateway.auditEntries()).slice(before);
    expect(entries).toEqual([
      expect.objectContaining({
        organisation_id: agent.organisationId,
        actor: `agent:${agent.id}`,
        action: "token.issue",
        connector: "github",
        outcome: "succeeded",
        request_id: issued.headers["x-request-id"],
      }),
      expect.objectContaining({
        actor: "system:anonymous",
        action: "token.issue",
        outcome: "refused",
        request_id: refused.headers["x-request-id"],
        detail: { reason: "invalid_client", address: "127.0.0.1" },
      }),
    ]);
    expect(JSON.stringify(await gateway.auditEntries())).not.toMatch(/apexmcp_/);
  });

  test("gives no token while the audit log can't be written", async () => {
    await gateway.postgres.administer(
      "REVOKE EXECUTE ON FUNCTION apexmcp.insert_audit_log_entries FROM apexmcp_app",
      "apexmcp",
    );
    try {
      const response = await form(credentials());
      expect(response.statusCode).toBe(503);
      expect(response.json()).toMatchObject({ code: "audit-unavailable" });
      expect(response.body).not.toContain("access_token");
    } finally {
      await gateway.postgres.administer(
        "GRANT EXECUTE ON FUNCTION apexmcp.insert_audit_log_entries TO apexmcp_app",
        "apexmcp",
      );
    }
    expect((await form(credentials())).statusCode).toBe(200);
  });
});

describe("the gateway's commands for agents", () => {
  const root = join(__dirname, "../../../..");
  const run = (...operands: string[]) =>
    spawnSync(process.execPath, ["-r", "ts-node/register", "apps/gateway/src/cli.ts", ...operands], {
      cwd: root,
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        TS_NODE_PROJECT: join(root, "tsconfig.json"),
        ...gateway.environment,
      },
    });
  const create = (...operands: string[]) => run("create-agent", ...operands);
  const recorded = async (action: string) =>
    (await gateway.auditEntries()).filter((entry) => entry.action === action);
  interface Made {
    client_id: string;
    client_secret: string;
  }

  test("create-agent makes one that gets tokens, and records it without its secret", async () => {
    const { status, stdout, stderr } = create("globex", "builder", "mcp:*");
    expect([status, stderr]).toEqual([0, ""]);
    expect((await form(JSON.parse(stdout) as Record<keyof Made, string>)).json()).toMatchObject({
      scope: "mcp:github",
    });
    expect(await recorded("agent.create")).toMatchObject([
      { actor: "system:cli", detail: { organisation: "globex", scopes: "mcp:*" } },
    ]);
  });

  test("create-agent refuses what isn't a scope, and a name that is taken", () => {
    expect(create("globex", "other", "admin")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("'admin' is no scope") as string,
    });
    expect(create("globex", "builder", "mcp:*")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("globex has an agent named 'builder': choose another name") as string,
    });
  });

  test("renew-agent takes the old secret away, disable-agent all, and list-agents tells without a secret", async () => {
    const made = JSON.parse(create("initech", "printer", "mcp:*").stdout) as Made;
    const renewed = JSON.parse(run("renew-agent", made.client_id).stdout) as Made;
    expect(answer(await form({ ...made }))).toEqual([401, "invalid_client"]);
    expect((await form({ ...renewed })).statusCode).toBe(200);

    expect(run("disable-agent", made.client_id).status).toBe(0);
    expect(answer(await form({ ...renewed }))).toEqual([401, "invalid_client"]);
    const listed = run("list-agents").stdout;
    const lines = listed.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({
        client_id: made.client_id,
        organisation: "initech",
        name: "printer",
        scopes: ["mcp:*"],
        disabled_at: expect.stringMatching(/^20/) as string,
      }),
    );
    expect(listed).not.toMatch(/apexmcp_|sha256/);
    for (const action of ["agent.renew", "agent.disable"])
      expect(await recorded(action)).toMatchObject([{ detail: { agent: made.client_id } }]);
  });

  test.each(["renew-agent", "disable-agent"])(
    "%s changes and records nothing for an unknown id",
    async (command) => {
      const before = (await gateway.auditEntries()).length;
      for (const id of ["00000000-0000-4000-8000-000000000000", "' OR 1=1 --"])
        expect(run(command, id)).toMatchObject({
          status: 2,
          stderr: expect.stringContaining("no agent has the id") as string,
        });
      expect((await gateway.auditEntries()).length).toBe(before);
    },
  );
});

describe("metadata", () => {
  test("names the resource, its authorization server and its scope, from the configured URL", async () => {
    const response = await gateway.app.inject({
      url: "/.well-known/oauth-protected-resource/mcp/github",
      headers: { host: "evil.example", "x-forwarded-host": "evil.example" },
    });
    expect(response.json()).toEqual({
      resource,
      authorization_servers: [publicUrl],
      scopes_supported: ["mcp:github"],
      bearer_methods_supported: ["header"],
    });
  });

  test("names the token endpoint", async () => {
    const response = await gateway.app.inject("/.well-known/oauth-authorization-server");
    expect(response.json()).toMatchObject({ issuer: publicUrl, token_endpoint: `${publicUrl}/oauth/token` });
  });

  test("names an authorization endpoint, as the SDK's clients want, where nobody logs in", async () => {
    const server = await gateway.app.inject("/.well-known/oauth-authorization-server");
    const { authorization_endpoint: endpoint } = server.json<{ authorization_endpoint: string }>();
    const response = await gateway.app.inject(endpoint.slice(publicUrl.length));
    expect([response.statusCode, response.json()]).toMatchObject([400, { code: "bad-request" }]);
  });

  test("has nothing for a name that no connector can have", async () => {
    const response = await gateway.app.inject("/.well-known/oauth-protected-resource/mcp/A%20B");
    expect(response.statusCode).toBe(404);
  });
});
