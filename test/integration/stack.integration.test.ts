import { execFileSync } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { asApp } from "../../probes/postgres/connection";
import { services } from "../../probes/target";
import { connectAnAgentTest } from "./connectAnAgent";
import { loginTests } from "./logins";
import { rotateSecretsTest } from "./rotateSecrets";
import { bridge, sdkClientTests } from "./sdkClients";
import { killTree } from "../support/killTree";
import { TestStack } from "../support/testStack";
import { readCredential, writeCredential } from "../support/stackCredentials";
import { isSealed, VaultStore } from "../support/vaultStore";

jest.setTimeout(600_000);

/** One deployed stack for all that follows; the tests go from what changes nothing to what breaks most. */
let stack: TestStack;
let firstUp: string;

beforeAll(async () => {
  stack = await TestStack.create({ egressAllowCidrs: bridge, httpConnectors: "true" });
  firstUp = await stack.up();
});
afterAll(() => stack?.remove());

const allPassed = /(\d+) probes: \1 passed, 0 failed, 0 errors/;
const docker = (...args: string[]) =>
  execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
const container = (service: string) => `${stack.name}-${service}`;
const allContainers = () =>
  docker("ps", "--all", "--quiet", "--no-trunc", `--filter=label=apexmcp.stack=${stack.name}`)
    .split("\n")
    .sort();
const checkpoint = () => readFileSync(stack.state.checkpointFile, "utf8");

describe("make up", () => {
  it("ends with a summary of healthy services, all probes passed, and how to trust the CA", () => {
    for (const service of services)
      expect(firstUp).toMatch(new RegExp(`${service}\\s+│ ${container(service)}\\s+│ healthy`));
    expect(firstUp).toMatch(allPassed);
    expect(firstUp).toContain("To trust it:");
  });

  it("leaves containers that are healthy, read-only, non-root and without capabilities", () => {
    const format =
      "{{.State.Health.Status}} {{.HostConfig.ReadonlyRootfs}} {{.Config.User}} {{.HostConfig.CapDrop}} {{.HostConfig.CapAdd}} {{.HostConfig.Privileged}}";
    for (const service of services) {
      expect(docker("inspect", `--format=${format}`, container(service))).toMatch(
        /^healthy true [1-9]\d*:[1-9]\d* \[ALL\] \[\] false$/,
      );
    }
  });

  it("shows no secret in docker inspect, and none in plain text in its files", async () => {
    const { secrets } = await stack.target();
    const shown =
      docker("inspect", ...allContainers()) + checkpoint() + readFileSync(stack.state.configFile, "utf8");
    expect(Object.keys(secrets).length).toBeGreaterThanOrEqual(8);
    for (const [name, secret] of Object.entries(secrets)) {
      if (name === "ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD") continue; // the one exception; it has to be changed
      expect([name, shown.includes(secret)]).toEqual([name, false]);
      expect([name, shown.includes(JSON.stringify(secret).slice(1, -1))]).toEqual([name, false]);
    }
  });

  it("leaves nothing that a refresh would change", async () => {
    const { exitCode, all } = await stack.pulumi(["preview", "--refresh", "--expect-no-changes"]);
    expect([exitCode, all]).toEqual([0, expect.stringContaining("unchanged")]);
  });

  it("leaves nothing beside the checkpoint that a kill could leave half-written", () => {
    const files = readdirSync(dirname(stack.state.checkpointFile));
    expect(files.filter((file) => !/^dev\.json(\.bak)?$/.test(file))).toEqual([]);
  });

  it("changes nothing when it is repeated", async () => {
    const before = allContainers();
    expect(await stack.up()).toMatch(/\d+ unchanged/);
    expect(allContainers()).toEqual(before);
  });
});

describe("make verify", () => {
  it("exits 0 with every probe passed, as JSON for programs", async () => {
    const { exitCode, stdout } = await stack.run("verify", ["--json"]);
    const { probes } = JSON.parse(stdout) as { probes: { outcome: string }[] };
    expect([exitCode, probes.map((it) => it.outcome)]).toEqual([0, probes.map(() => "pass")]);
  });

  it("exits 1 when a property is broken on the live stack", async () => {
    docker("network", "connect", `${stack.name}-vault`, container("gateway"));
    try {
      const { exitCode, stdout } = await stack.run("verify");
      expect(stdout).toMatch(/network-segment-require-isolation\s+│ FAIL/);
      expect(exitCode).toBe(1);
    } finally {
      docker("network", "disconnect", `${stack.name}-vault`, container("gateway"));
    }
  });

  it("exits 2 when a container is gone, and says what to do", async () => {
    docker("stop", container("edge"));
    try {
      const { exitCode, stderr } = await stack.run("verify");
      expect(stderr).toBe(`Fix: bring the stack up: make up\nWhy: container ${container("edge")} is exited`);
      expect(exitCode).toBe(2);
    } finally {
      docker("start", container("edge"));
    }
  });
});

sdkClientTests(() => stack);
connectAnAgentTest(() => stack);

describe("what would stop a deploy halfway stops it before, with its fix", () => {
  const untouched = async (run: () => Promise<{ exitCode: number; stderr: string; stdout: string }>) => {
    const before = [allContainers(), checkpoint()];
    const result = await run();
    expect([allContainers(), checkpoint()]).toEqual(before);
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toMatch(/^Fix: .+\nWhy: /m);
    return result;
  };

  it("a port in use", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await stack.configure({ edgeHttpPort: port });
    try {
      const { stderr } = await untouched(() => stack.run("up"));
      expect(stderr).toContain(`127.0.0.1:${port} (edgeHttpPort) is in use by`);
      expect(stderr).toContain(`(pid ${process.pid})`);
      expect(stderr).toContain(stack.state.localConfigFile);
    } finally {
      server.close();
      await stack.configure({});
    }
  });

  it("a wrong passphrase", async () => {
    const right = readFileSync(stack.state.passphraseFile);
    writeFileSync(stack.state.passphraseFile, "not the passphrase");
    try {
      const { stderr } = await untouched(() => stack.run("up"));
      expect(stderr).toContain(`put the right passphrase back into ${stack.state.passphraseFile}`);
    } finally {
      writeFileSync(stack.state.passphraseFile, right);
    }
  });

  it("a state from a newer version", async () => {
    const right = checkpoint();
    const newer = right.replace(/"version": ?"v?[\d.]*"/, '"version":"v99.0.0"');
    expect(newer).not.toBe(right);
    writeFileSync(stack.state.checkpointFile, newer);
    try {
      const { stderr } = await untouched(() => stack.run("up"));
      expect(stderr).toContain("was written by Pulumi v99.0.0, newer than this checkout's");
    } finally {
      writeFileSync(stack.state.checkpointFile, right);
    }
  });

  it("no Docker engine", async () => {
    const { stderr } = await untouched(() =>
      stack.run("up", [], { DOCKER_HOST: "unix:///no/such/docker.sock" }),
    );
    expect(stderr).toContain("no Docker engine answers at unix:///no/such/docker.sock");
  });

  it("a configuration with several problems, all named at once", async () => {
    await stack.configure({ edgeAddress: "nowhere", unknownKey: "x", environment: "staging" });
    try {
      const { stderr } = await untouched(() => stack.run("preview"));
      for (const key of ["edgeAddress", "unknownKey", "environment"]) expect(stderr).toContain(`- ${key}: `);
    } finally {
      await stack.configure({});
    }
  });

  it("a policy violation: a known development secret", async () => {
    const right = readFileSync(stack.state.configFile);
    const known = "dev-oauth-jwt-secret-change-in-prod"; // the article's, public
    expect(
      (await stack.pulumi(["config", "set", "--secret", "apexmcp:oauthJwtSecret"], known)).exitCode,
    ).toBe(0);
    try {
      const { stdout, stderr } = await untouched(() => stack.run("up"));
      expect(stdout).toContain("secret-input-disallow-known-dev-value");
      expect(stdout).not.toContain(known);
      expect(stderr).toContain("the policy pack refused the program, before anything was changed");
    } finally {
      writeFileSync(stack.state.configFile, right);
    }
  });
});

describe("people and machines", () => {
  loginTests(() => stack);
});

rotateSecretsTest(() => stack);

describe("data outlives what happens to containers", () => {
  const credential = { key: randomBytes(24).toString("hex") };
  const expectWritten = () => {
    expect(readCredential(container("gateway"))).toEqual({ version: 1, credential });
  };

  it("is there, written through the broker, after Vault's container was restarted and make up unsealed it", async () => {
    writeCredential(container("gateway"), credential);
    docker("restart", container("vault"));
    expect(await isSealed(stack.state)).toBe(true);
    expect(await stack.up()).toMatch(allPassed);
    expectWritten();
  });

  it("is there after the broker's container was restarted, whose secret id came in a token that works once", async () => {
    docker("restart", container("broker"));
    const health = () => docker("inspect", "--format={{.State.Health.Status}}", container("broker"));
    for (let waited = 0; waited < 60_000 && health() !== "healthy"; waited += 500) await sleep(500);
    expectWritten();
  });

  it("is in both audit logs as requests, and in neither in clear, nor is any secret of the stack", async () => {
    const file = docker("exec", container("vault"), "cat", "/vault/logs/audit.log");
    const { secrets } = await stack.target();
    for (const log of [file, docker("logs", container("vault"))]) {
      expect(log).toContain('"path":"connectors/data/acme/github"');
      for (const [name, secret] of Object.entries({ ...secrets, credential: credential.key })) {
        expect([name, log.includes(secret)]).toEqual([name, false]);
      }
      expect(log).not.toMatch(/hvs\.[A-Za-z0-9]/);
    }
  });

  it("is there, every write that Vault acknowledged, after kill -9 while it was writing", async () => {
    const acknowledged: number[] = [];
    {
      await using store = await VaultStore.open(stack.state);
      let killed = false;
      const writing = (async () => {
        for (let number = 0; number < 5000 && !killed; number++) {
          await store.write(`kill/${number}`, { number });
          acknowledged.push(number);
        }
      })().catch(() => undefined);
      await sleep(1500);
      docker("kill", "--signal=KILL", container("vault"));
      killed = true;
      await writing;
    }
    expect(acknowledged.length).toBeGreaterThan(20);

    await stack.up();
    await using store = await VaultStore.open(stack.state);
    for (const number of acknowledged) expect(await store.read(`kill/${number}`)).toEqual({ number });
  });

  it("is there after containers and networks were removed by hand, and make up made them again", async () => {
    docker("rm", "--force", container("edge"), container("gateway"));
    docker("network", "rm", `${stack.name}-egress`);
    expect(await stack.up()).toMatch(/Gone from Docker[^]*(\d+) probes: \1 passed/);
  });

  it("is there after make down, an interrupted make up, and another make up", async () => {
    const down = await stack.run("down");
    expect([down.exitCode, down.stdout]).toEqual([0, expect.stringContaining("Kept")]);
    expect(docker("ps", "--all", "--quiet", `--filter=label=apexmcp.stack=${stack.name}`)).toBe("");

    const interrupted = stack.start("up");
    while (docker("ps", "--quiet", `--filter=name=^${container("vault")}$`) === "") await sleep(200);
    killTree(interrupted.pid!);
    await interrupted;

    expect(await stack.up()).toMatch(allPassed);
    expectWritten();
  });
});

describe("make backup and make restore", () => {
  const directory = mkdtempSync(join(tmpdir(), "backup-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "backup.age");
  const key = join(directory, "key.txt");
  const anchor = join(directory, "anchor.json");
  const publicKey = join(directory, "anchor.pub");
  const restore = (args: readonly string[] = []) =>
    stack.run("restore", [`--from=${file}`, `--key=${key}`, ...args]);

  it("brings databases, secrets and keys back into nothing, which make up starts and proves", async () => {
    await using store = await VaultStore.open(stack.state);
    await store.write("backed-up", { value: 1 });
    await asApp(await stack.target(), (client) =>
      client.query(`INSERT INTO apexmcp.organisations (name) VALUES ('backed up');
        SELECT apexmcp.insert_audit_log_entry(NULL, NULL, 'backup', NULL, NULL, 'succeeded', 1, NULL, '{}')`),
    );
    const pair = generateKeyPairSync("ed25519");
    writeFileSync(join(directory, "anchor.key"), pair.privateKey.export({ type: "pkcs8", format: "pem" }));
    writeFileSync(publicKey, pair.publicKey.export({ type: "spki", format: "pem" }));
    const exported = [`--export=${anchor}`, `--key=${join(directory, "anchor.key")}`];
    expect(await stack.run("auditVerify", exported)).toMatchObject({ exitCode: 0 });
    const { secrets } = await stack.target();

    const backup = await stack.run("backup", [`--to=${file}`, `--new-key=${key}`]);
    expect(backup).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/read back and right; the stack stood still for [\d.]+ s/) as string,
    });
    await asApp(await stack.target(), (client) =>
      client.query("INSERT INTO apexmcp.organisations (name) VALUES ('afterwards')"),
    );

    expect((await restore()).stderr).toMatch(/Nothing was changed\nWhy: .* is here already/);
    expect(await stack.run("down", ["--volumes"])).toMatchObject({ exitCode: 0 });
    for (const name of readdirSync(stack.state.directory))
      if (name !== "images.lock.json") rmSync(join(stack.state.directory, name), { recursive: true });
    expect(await restore()).toMatchObject({ exitCode: 0 });

    expect(await stack.up()).toMatch(allPassed);
    expect(await stack.run("verify")).toMatchObject({ exitCode: 0 });
    await using restored = await VaultStore.open(stack.state);
    expect(await restored.read("backed-up")).toEqual({ value: 1 });
    const { rows } = await asApp(await stack.target(), (client) =>
      client.query<{ name: string }>("SELECT name FROM apexmcp.organisations"),
    );
    const names = rows.map(({ name }) => name);
    expect([names.includes("backed up"), names.includes("afterwards")]).toEqual([true, false]);
    expect(await stack.run("auditVerify", [`--anchor=${anchor}`, `--public-key=${publicKey}`])).toMatchObject(
      {
        exitCode: 0,
        stdout: expect.stringContaining("sound, and holds the anchor") as string,
      },
    );
    expect((await stack.target()).secrets).toEqual(secrets);
  });
});

describe("make down with --volumes", () => {
  it("removes containers, networks, volumes and Vault's key, and can be repeated", async () => {
    for (let round = 0; round < 2; round++) {
      expect(await stack.run("down", ["--volumes"])).toMatchObject({ exitCode: 0 });
      for (const kind of [
        ["ps", "--all"],
        ["network", "ls"],
        ["volume", "ls"],
      ]) {
        expect(docker(...kind, "--quiet", `--filter=label=apexmcp.stack=${stack.name}`)).toBe("");
      }
    }
    expect(() => readFileSync(stack.state.vaultInitFile)).toThrow("ENOENT");
  });
});
