import { rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { secretsCommand } from "../../../../apps/gateway/src/commands/secrets";
import { inventoryNames } from "../../../../apps/gateway/src/secrets/inventory";
import { createInjection, strongSecret, type Injection } from "../injection";

interface Line {
  name: string;
  service: string;
  injected: boolean;
  from: string | null;
  ageSeconds: number | null;
  problem: string | null;
}

describe("gateway secrets", () => {
  let injection: Injection;
  beforeEach(() => (injection = createInjection()));
  afterEach(() => injection.remove());

  function run(environment: Record<string, string> = {}) {
    const lines: Line[] = [];
    const code = secretsCommand({ ...injection.environment, ...environment }, (line) =>
      lines.push(JSON.parse(line) as Line),
    );
    return { code, lines, named: (name: string) => lines.find((line) => line.name === name) };
  }

  test("lists every secret of the inventory and ends with 0 when all are well", () => {
    const { code, lines } = run();
    expect(code).toBe(0);
    expect(lines.map(({ name }) => name)).toEqual(inventoryNames);
    for (const { service, ...line } of lines)
      expect(line).toMatchObject(
        service === "gateway"
          ? { injected: true, from: "file", problem: null }
          : { injected: false, problem: null },
      );
  });

  test("tells a file's age", () => {
    const hourAgo = Date.now() / 1000 - 3600;
    utimesSync(join(injection.secrets, "OAUTH_JWT_SECRET"), hourAgo, hourAgo);
    const age = run().named("OAUTH_JWT_SECRET")?.ageSeconds;
    expect(age).toBeGreaterThanOrEqual(3600);
    expect(age).toBeLessThan(3660);
  });

  test("tells a missing secret and one from the environment, whose age it can't know, and ends with 1", () => {
    for (const name of ["OAUTH_JWT_SECRET", "VAULT_JWT_SECRET"]) rmSync(join(injection.secrets, name));
    const { code, named } = run({ VAULT_JWT_SECRET: strongSecret() });
    expect(code).toBe(1);
    expect(named("OAUTH_JWT_SECRET")).toMatchObject({ injected: false, from: null, ageSeconds: null });
    expect(named("OAUTH_JWT_SECRET")?.problem).toMatch(/^OAUTH_JWT_SECRET is missing/);
    expect(named("VAULT_JWT_SECRET")).toMatchObject({
      injected: true,
      from: "environment",
      ageSeconds: null,
    });
  });

  test("never prints a value, not even a bad one", () => {
    writeFileSync(join(injection.secrets, "OAUTH_JWT_SECRET"), "hunter2hunter2");
    expect(JSON.stringify(run().lines)).not.toContain("hunter2");
  });
});
