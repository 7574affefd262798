import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { request, Agent } from "undici";
import { Hs256 } from "../../../../apps/gateway/src/tokens/hs256";
import { RequestTokenSigner } from "../../../../apps/gateway/src/tokens/requestToken";
import { AUDIENCE, GATEWAY } from "../../../../apps/gateway/src/broker/protocol";
import type { RealVault } from "../../../support/realVault";
import { createAuthority } from "../certificates";
import { createBrokerFiles, type BrokerFiles } from "./brokerFixture";
import { BrokerProcess } from "./brokerProcess";
import { ConnectorVault } from "./connectorVault";
import { startVaultBroker, type VaultBroker } from "./vaultBroker";

jest.setTimeout(30_000);

let started: VaultBroker<RealVault>;
let vault: ConnectorVault;
let files: BrokerFiles;
let broker: BrokerProcess;

beforeAll(async () => {
  started = await startVaultBroker(ConnectorVault.start());
  ({ vault, files, broker } = started);
});
afterAll(() => started?.[Symbol.asyncDispose]());

const connector = () => ({ organisation: "acme", connector: `c-${randomUUID()}` });
const secretText = () => randomBytes(24).toString("hex");

describe("a credential", () => {
  test("is written, read and replaced with check-and-set, and gone for good once deleted", async () => {
    const { client } = broker;
    const name = connector();
    const first = { apiKey: secretText(), note: 'ü "quoted" \u0000 \n' };
    expect(await client.read(name, "agent:1")).toBeUndefined();
    expect(await client.write(name, { version: 0, credential: first }, "agent:1")).toBe(1);
    expect(await client.read(name, "agent:1")).toEqual({ version: 1, credential: first });
    expect(await client.write(name, { version: 1, credential: { apiKey: "2" } }, "agent:1")).toBe(2);
    expect(await client.read(name, "agent:1")).toEqual({ version: 2, credential: { apiKey: "2" } });

    await client.delete(name, "agent:1");
    expect(await client.read(name, "agent:1")).toBeUndefined();
    const { organisation, connector: id } = name;
    await expect(vault.call("GET", `connectors/metadata/${organisation}/${id}`)).rejects.toThrow("404");
    await client.delete(name, "agent:1");
    expect(await client.write(name, { version: 0, credential: first }, "agent:1")).toBe(1);
  });

  test("of two writers goes to one; the other gets a conflict", async () => {
    const name = connector();
    const write = (text: string) =>
      broker.client.write(name, { version: 0, credential: { text } }, "agent:1").then(
        () => "written",
        (error: { code: string }) => error.code,
      );
    expect((await Promise.all([write("a"), write("b")])).sort()).toEqual(["version-conflict", "written"]);
  });

  test("of 60 KiB is carried whole", async () => {
    const name = connector();
    const credential = { a: secretText().repeat(600), b: secretText().repeat(600) };
    await broker.client.write(name, { version: 0, credential }, "agent:1");
    expect((await broker.client.read(name, "agent:1"))?.credential).toEqual(credential);
  });

  test("that somebody stored in another shape is an error, not an answer", async () => {
    const { organisation, connector: id } = connector();
    await vault.call("POST", `connectors/data/${organisation}/${id}`, {
      options: { cas: 0 },
      data: { a: { b: 1 } },
    });
    await expect(broker.client.read({ organisation, connector: id }, "agent:1")).rejects.toMatchObject({
      code: "vault-refused",
    });
  });
});

describe("the broker's login", () => {
  /** A token as the broker has it. */
  const login = async () => {
    const body = { role_id: vault.roleId, secret_id: await vault.newSecretId() };
    return (await vault.call("POST", "auth/approle/login", body)).auth?.client_token;
  };

  test.each<["GET" | "POST" | "DELETE" | "PUT", string, object | undefined]>([
    ["GET", "connectors/metadata?list=true", undefined],
    ["GET", "connectors/metadata/acme?list=true", undefined],
    ["GET", "connectors/metadata/acme/github", undefined],
    ["GET", "connectors/data/acme", undefined],
    ["GET", "connectors/data/acme/github/deeper", undefined],
    ["GET", "connectors/config", undefined],
    ["POST", "connectors/config", { cas_required: false }],
    ["DELETE", "connectors/data/acme/github", undefined],
    ["PUT", "connectors/destroy/acme/github", { versions: [1] }],
    ["GET", "sys/mounts", undefined],
    ["GET", "sys/policies/acl/broker", undefined],
    ["POST", "auth/token/create", {}],
    ["POST", "auth/approle/role/broker/secret-id", {}],
    ["PUT", "sys/seal", undefined],
    ["GET", "cubbyhole/x", undefined],
  ])("may not %s %s", async (method, path, body) => {
    await expect(vault.call(method, path, body, { "x-vault-token": await login() })).rejects.toThrow(
      ": 403 ",
    );
  });

  test("can't write without check-and-set", async () => {
    const attempt = vault.call(
      "POST",
      "connectors/data/acme/github",
      { data: {} },
      { "x-vault-token": await login() },
    );
    await expect(attempt).rejects.toThrow("check-and-set parameter required");
  });

  test("is revoked when the broker stops", async () => {
    const mine = await vault.brokerFiles();
    await using own = await BrokerProcess.start(mine);
    await own.untilReady();
    own.kill("SIGTERM");
    expect(await own.exit).toBe(0);
    expect(own.log).not.toContain("ends by its own short life");
    expect(vault.auditLog).toContain("auth/token/revoke-self");
    mine.remove();
  });
});

describe("a token that isn't a fresh one of the gateway's, for this request, is refused", () => {
  const name = { organisation: "acme", connector: "github" };
  const path = `/v1/credentials/${name.organisation}/${name.connector}`;
  const get = { method: "GET", path };
  const at = (milliseconds: number) => () => Date.now() + milliseconds;
  const sign = (clock = at(0), secret = files.tokenSecret, audience = AUDIENCE, subject = GATEWAY) =>
    new RequestTokenSigner(secret, subject, audience, clock).sign(get).token;
  const send = async (token: string, method: "GET" | "DELETE" = "GET") => {
    const dispatcher = new Agent({ connect: { ca: files.authority } });
    const headers = { authorization: `Bearer ${token}` };
    const response = await request(new URL(path, broker.address), { method, dispatcher, headers });
    const body = (await response.body.json()) as { type?: string; detail?: string };
    await dispatcher.close();
    return { status: response.statusCode, ...body };
  };
  const noneAlgorithm = () => {
    const [, payload] = sign().split(".");
    return `${Buffer.from('{"alg":"none","typ":"apexmcp-request+jwt"}').toString("base64url")}.${payload}.`;
  };
  const tenYears = () => {
    const claims = JSON.parse(Buffer.from(sign().split(".")[1]!, "base64url").toString()) as { iat: number };
    return new Hs256(files.tokenSecret, "apexmcp-request+jwt").sign({
      ...claims,
      exp: claims.iat + 315_360_000,
    });
  };

  test.each<[string, () => string]>([
    ["expired", () => sign(at(-66_000))],
    ["future-dated", () => sign(at(10_000))],
    ["by another secret", () => sign(at(0), randomBytes(48).toString("base64"))],
    ["by the dev secret", () => sign(at(0), "dev-oauth-jwt-secret-change-in-prod")],
    ["for another audience", () => sign(at(0), files.tokenSecret, "gateway")],
    ["of another service", () => sign(at(0), files.tokenSecret, AUDIENCE, "edge")],
    ["of alg none", noneAlgorithm],
    ["without its signature", () => sign().replace(/\.[^.]*$/, ".")],
    ["truncated", () => sign().slice(0, -4)],
    ["of ten years", tenYears],
    ["a static secret", () => files.tokenSecret],
  ])("%s", async (_name, token) => {
    expect(await send(token())).toMatchObject({ status: 401, type: "urn:apexmcp:problem:token-refused" });
  });

  test("replayed", async () => {
    const token = sign();
    expect((await send(token)).status).toBe(404);
    expect(await send(token)).toMatchObject({
      status: 401,
      detail: expect.stringContaining("replayed") as unknown,
    });
  });

  test("used for another method", async () => {
    expect((await send(sign(), "DELETE")).status).toBe(401);
  });
});

test("an access is under one id in the gateway's, the broker's and Vault's audit logs", async () => {
  const name = connector();
  await broker.client.write(name, { version: 0, credential: { key: secretText() } }, "agent:42");
  const access = broker.audited.at(-1);
  expect(access).toMatchObject({
    action: "credential.write",
    caller: "agent:42",
    outcome: "requested",
    ...name,
  });
  const { requestId = "none" } = access ?? {};
  const lineOf = (log: string) => log.split("\n").find((line) => line.includes(requestId)) ?? "{}";
  // The broker's output comes through a pipe.
  while (!broker.log.includes(requestId)) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(JSON.parse(lineOf(broker.log))).toMatchObject({
    event: "credential.write",
    caller: GATEWAY,
    ...name,
  });
  expect(JSON.parse(lineOf(vault.auditLog))).toMatchObject({
    request: { path: `connectors/data/${name.organisation}/${name.connector}` },
  });
});

test("neither the broker's log nor Vault's audit log holds a credential, a token or a secret id", async () => {
  const name = connector();
  const mine = secretText();
  await broker.client.write(name, { version: 0, credential: { mine } }, "agent:1");
  await broker.client.read(name, "agent:1");
  const text = broker.log + vault.auditLog;
  expect(text).toContain(name.connector);
  for (const secret of [mine, files.tokenSecret, vault.roleId]) expect(text).not.toContain(secret);
  expect(text).not.toMatch(/hvs\.|eyJ/);
});

describe("the secret id", () => {
  const started = async (mine: BrokerFiles, token?: string) => {
    if (token !== undefined) mine.write("VAULT_WRAPPED_SECRET_ID", token);
    return BrokerProcess.start(mine);
  };
  const crashed = async (own: BrokerProcess) => {
    own.kill("SIGKILL");
    await own.exit;
  };

  test("is unwrapped once and kept for its owner only, so that a broker that crashed starts again", async () => {
    const token = await vault.newWrapped();
    const mine = await vault.brokerFiles();
    for (let start = 0; start < 3; start++) {
      await using own = await started(mine, token);
      await own.untilReady();
      expect(own.log).not.toContain(token);
      await crashed(own);
    }
    const [file, ...others] = readdirSync(mine.state);
    expect([file, others]).toEqual(["secret-id.json", []]);
    expect(statSync(join(mine.state, file!)).mode & 0o777).toBe(0o600);
    expect(vault.auditLog.match(/"path":"sys\/wrapping\/unwrap"/g)?.length).toBeGreaterThan(0);

    // Deployed anew: the kept one isn't used any more.
    await using next = await started(mine, await vault.newWrapped());
    const before = readFileSync(join(mine.state, file!), "utf8");
    await next.untilReady();
    expect(readFileSync(join(mine.state, file!), "utf8")).not.toBe(before);
    mine.remove();
  });

  test("isn't to be had from a token that somebody used before", async () => {
    const token = await vault.newWrapped();
    const thief = await vault.brokerFiles();
    await using first = await started(thief, token);
    await first.untilReady();
    const mine = await vault.brokerFiles();
    await using own = await started(mine, token);
    expect(await own.exit).toBe(1);
    expect(own.log).toContain("it was used before, or its ten minutes are over");
    expect(own.log).not.toContain(token);
    for (const files of [thief, mine]) files.remove();
  });

  test("isn't taken from a wrapping token of something else", async () => {
    const mine = await vault.brokerFiles();
    await using own = await started(mine, await vault.newWrapped("sys/mounts", "GET"));
    expect(await own.exit).toBe(1);
    expect(own.log).toContain("somebody replaced it");
    mine.remove();
  });

  test("that can't be kept ends the broker before it is used", async () => {
    const mine = await vault.brokerFiles();
    mkdirSync(join(mine.state, "secret-id.json.tmp"));
    await using own = await started(mine);
    expect(await own.exit).toBe(1);
    expect(own.log).toMatch(/can't be kept in .*secret-id.json \(EISDIR\)/);
    expect(own.log).not.toContain("logged in");
    mine.remove();
  });

  test("that Vault refuses ends the broker with a clear message", async () => {
    const mine = await vault.brokerFiles();
    const token = await vault.newWrapped();
    const wrong = secretText();
    const wrapping = createHash("sha256").update(token).digest("hex");
    writeFileSync(join(mine.state, "secret-id.json"), JSON.stringify({ wrapping, secretId: wrong }));
    await using own = await started(mine, token);
    expect(await own.exit).toBe(1);
    expect(own.log).toMatch(/Vault refused \(400, invalid role or secret ID\) the broker's login/);
    expect(own.log).not.toContain(wrong);
    mine.remove();
  });
});

test("a Vault whose certificate another CA signed never gets the secret id", async () => {
  const mine = await createBrokerFiles({
    address: vault.server.address,
    caCertificate: (await createAuthority()).certificate,
    roleId: vault.roleId,
    wrappedSecretId: await vault.newWrapped(),
  });
  await using own = await BrokerProcess.start(mine);
  await own.untilReady(503);
  expect((await own.get("/readyz")).body).toContain("Vault doesn't answer");
  expect(own.log).not.toContain("logged in");
  mine.remove();
});
