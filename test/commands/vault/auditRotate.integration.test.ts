import { ConnectorVault } from "../../apps/gateway/broker/connectorVault";
import { ceremony } from "../../support/ceremony";
import { ContainerVault, docker } from "../../support/containerVault";

jest.setTimeout(120_000);

let vault: ConnectorVault<ContainerVault>;
let container: string;

beforeAll(async () => {
  vault = await ConnectorVault.on(await ContainerVault.start(), "/vault/logs/audit.log");
  container = vault.server.name;
});
afterAll(() => vault?.[Symbol.asyncDispose]());

const rotate = (...args: string[]) =>
  ceremony("vaultAuditRotate", args, { APEXMCP_STATE: vault.server.directory });
const read = (file: string) => docker("exec", container, "cat", `/vault/logs/${file}`);
const files = () => docker("exec", container, "ls", "/vault/logs").trim().split("\n");
/** A request that the audit log names. */
const ask = (name: string) => vault.call("GET", `connectors/data/acme/${name}`).catch(() => undefined);

test("a small file is left as it is", async () => {
  await ask("first");
  expect(await rotate("--container", container)).toMatchObject({
    code: 0,
    output: expect.stringContaining("no more than 100.0 MiB: left as it is") as string,
  });
  expect(files()).toEqual(["audit.log"]);
});

test("a larger one is moved aside, and Vault writes to a new one, without losing a request", async () => {
  const done = await rotate("--container", container, "--larger-than", "0");
  expect(done).toMatchObject({
    code: 0,
    output: expect.stringContaining("Vault writes to a new file") as string,
  });
  await ask("second");
  const [current, moved, ...more] = files();
  expect([current, moved, more]).toEqual([
    "audit.log",
    expect.stringMatching(/^audit\.log\.\d{8}T\d{9}Z$/),
    [],
  ]);
  expect(read(moved!)).toContain("connectors/data/acme/first");
  expect(read(moved!)).not.toContain("acme/second");
  expect(read("audit.log")).toContain("connectors/data/acme/second");
  expect(docker("exec", container, "stat", "-c", "%a", "/vault/logs/audit.log").trim()).toBe("600");
});

test("only the newest are kept", async () => {
  const older = ["audit.log.20200101T000000000Z", "audit.log.20210101T000000000Z", "somebody-else.txt"];
  docker("exec", container, "touch", ...older.map((name) => `/vault/logs/${name}`));
  const done = await rotate("--container", container, "--larger-than", "0", "--keep", "2");
  expect(done).toMatchObject({ code: 0, output: expect.stringContaining(older[0]!) as string });
  const left = files();
  expect(left).toContain("somebody-else.txt");
  expect(left.filter((name) => name.startsWith("audit.log."))).toHaveLength(2);
  expect(left).not.toContain(older[1]);
});

test("a sealed Vault gets its file back, and the error says what to do", async () => {
  const before = files();
  await vault.seal();
  const failed = await rotate("--container", container, "--larger-than", "0");
  expect(failed).toMatchObject({
    code: 1,
    output: expect.stringMatching(/Fix: unseal Vault if it is sealed.*\nWhy: Vault opened no new/) as string,
  });
  expect(files()).toEqual(before);
  await vault.unseal();
});

test.each([
  [[], "--container is missing"],
  [["--container", "no-such-container"], "No such container"],
  [["--container", "x", "--keep", "-1"], "--keep"],
  [["--container", "x", "--larger-than", "1e9"], "--larger-than is 1e9"],
])("%j is refused, and says why", async (args, why) => {
  expect(await rotate(...args)).toMatchObject({ code: 1, output: expect.stringContaining(why) as string });
});
