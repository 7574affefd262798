import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, loadConfig } from "../../../apps/gateway/src/config";
import { createInjection, strongSecret, type Injection } from "./injection";

describe("loadConfig", () => {
  let injection: Injection;
  beforeEach(() => (injection = createInjection()));
  afterEach(() => injection.remove());

  const inject = (name: string, value: string) => writeFileSync(join(injection.secrets, name), value);
  const withdraw = (name: string) => rmSync(join(injection.secrets, name));
  const problems = (environment: Record<string, string> = {}): readonly string[] => {
    try {
      loadConfig({ ...injection.environment, ...environment });
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
  };

  test("fills in the defaults of a container", () => {
    const config = loadConfig({ ...injection.environment, LOG_LEVEL: undefined });
    expect(config.listen).toEqual({ host: "0.0.0.0", port: 8080 });
    expect(config.logLevel).toBe("info");
    expect(config.database).toMatchObject({
      host: "localhost",
      port: 5432,
      database: "apexmcp",
      user: "apexmcp_app",
    });
  });

  test("takes a secret from its file, without the file's last line end", () => {
    const value = strongSecret();
    inject("OAUTH_JWT_SECRET", `${value}\n`);
    expect(loadConfig(injection.environment).secrets.OAUTH_JWT_SECRET).toBe(value);
  });

  test("takes a secret from its environment variable when there is no file", () => {
    const value = strongSecret();
    withdraw("OAUTH_JWT_SECRET");
    expect(loadConfig({ ...injection.environment, OAUTH_JWT_SECRET: value }).secrets.OAUTH_JWT_SECRET).toBe(
      value,
    );
  });

  test("accepts a file and an environment variable that agree, and refuses two that differ", () => {
    const value = strongSecret();
    inject("OAUTH_JWT_SECRET", value);
    expect(problems({ OAUTH_JWT_SECRET: value })).toEqual([]);
    expect(problems({ OAUTH_JWT_SECRET: strongSecret() })).toEqual([
      expect.stringMatching(/^OAUTH_JWT_SECRET differs between the file .* inject it only once$/),
    ]);
  });

  test.each(["OAUTH_JWT_SECRET", "VAULT_JWT_SECRET", "POSTGRES_APP_PASSWORD"])(
    "refuses a missing %s",
    (name) => {
      withdraw(name);
      expect(problems()).toEqual([expect.stringMatching(new RegExp(`^${name} is missing .*openssl rand`))]);
    },
  );

  test("counts an empty secret as one that must not be used", () => {
    inject("VAULT_JWT_SECRET", "");
    expect(problems()).toEqual([expect.stringMatching(/^VAULT_JWT_SECRET is empty: make a new one/)]);
  });

  test("refuses a secret file that can't be read as one", () => {
    withdraw("VAULT_JWT_SECRET");
    mkdirSync(join(injection.secrets, "VAULT_JWT_SECRET"));
    expect(problems()).toEqual([expect.stringMatching(/^VAULT_JWT_SECRET: the file .* \(EISDIR\)/)]);
  });

  test("refuses a secret that equals another", () => {
    const value = strongSecret();
    inject("OAUTH_JWT_SECRET", value);
    inject("VAULT_JWT_SECRET", value);
    expect(problems()).toEqual([expect.stringMatching(/^VAULT_JWT_SECRET equals OAUTH_JWT_SECRET/)]);
  });

  test("names every problem at once, and shows no value", () => {
    inject("OAUTH_JWT_SECRET", "dev-oauth-jwt-secret-change-in-prod");
    inject("VAULT_JWT_SECRET", "hunter2hunter2");
    withdraw("POSTGRES_APP_PASSWORD");
    const found = problems({ PORT: "http", PGSSLROOTCERT: "", PGHOST: "" });
    expect(found.map((problem) => problem.split(/[ :]/)[0])).toEqual([
      "PORT",
      "PGHOST",
      "PGSSLROOTCERT",
      "OAUTH_JWT_SECRET",
      "VAULT_JWT_SECRET",
      "POSTGRES_APP_PASSWORD",
    ]);
    expect(found.join()).not.toMatch(/hunter2|dev-oauth/);
  });

  test.each([
    ["is absent", "missing", undefined],
    ["holds no certificate", "not-pem", "hello"],
  ])("refuses a CA file that %s", (_, name, text) => {
    const path = join(injection.secrets, name);
    if (text !== undefined) writeFileSync(path, text);
    expect(problems({ PGSSLROOTCERT: path })).toEqual([
      expect.stringContaining("mount the CA's certificate"),
    ]);
  });

  test.each([
    ["rediss://redis:6379", undefined],
    ["rediss://redis.example", undefined],
    ["redis://redis:6379", "REDIS_URL"],
    ["rediss://:hunter2@redis:6379", "REDIS_URL"],
    ["redis", "REDIS_URL"],
  ])("takes the shared store's address %s, or says what is wrong", (address, wrong) => {
    const found = problems({ REDIS_URL: address });
    expect(found.map((problem) => problem.split(" ")[0])).toEqual(wrong === undefined ? [] : [wrong]);
    expect(found.join()).not.toContain("hunter2");
  });

  test("refuses a shared store without a password", () => {
    withdraw("REDIS_PASSWORD");
    expect(problems({ REDIS_URL: "rediss://redis" })).toEqual([
      expect.stringMatching(/^REDIS_PASSWORD is missing/),
    ]);
    expect(problems()).toEqual([]);
  });

  test.each([
    [{ OIDC_ISSUER: "https://id.example", OIDC_AUDIENCE: "123" }, []],
    [
      { OIDC_ISSUER: "https://id.example", OIDC_AUDIENCE: "123", OIDC_JWKS_URL: "https://zitadel:8080/keys" },
      [],
    ],
    [{ OIDC_ISSUER: "https://id.example" }, ["OIDC_AUDIENCE"]],
    [{ OIDC_AUDIENCE: "123" }, ["OIDC_ISSUER"]],
    [{ OIDC_ISSUER: "http://id.example", OIDC_AUDIENCE: "123" }, ["OIDC_ISSUER"]],
    [{ OIDC_ISSUER: "https://id.example/", OIDC_AUDIENCE: "123" }, ["OIDC_ISSUER"]],
    [
      { OIDC_ISSUER: "https://id.example", OIDC_AUDIENCE: "1", OIDC_JWKS_URL: "http://x/" },
      ["OIDC_JWKS_URL"],
    ],
  ])("takes the identity provider %j, or says what is wrong", (environment, wrong) => {
    expect(problems(environment).map((problem) => problem.split(" ")[0])).toEqual(wrong);
  });
});
