import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { healthy } from "../../../../components/vault/vaultServer";
import { ContainerVault, docker } from "../../../support/containerVault";
import { stackImage } from "../../../support/stackImage";
import { ConnectorVault } from "./connectorVault";
import { startVaultBroker } from "./vaultBroker";

// What a credential written through the broker survives, with Vault in a container as the stack's.

jest.setTimeout(180_000);

const name = { organisation: "acme", connector: "github" };
const credential = { key: randomBytes(24).toString("hex") };

const started = async (diskMiB?: number) =>
  startVaultBroker(ConnectorVault.on(await ContainerVault.start(diskMiB), "stdout"));

test("a credential is there after kill -9, a restart, and a new container of a newer image", async () => {
  await using stack = await started();
  const { vault, broker } = stack;
  await broker.client.write(name, { version: 0, credential }, "agent:1");
  const expectThere = async () => {
    await vault.unseal();
    await broker.untilReady();
    expect(await broker.client.read(name, "agent:1")).toEqual({ version: 1, credential });
  };
  vault.server.kill();
  await expectThere();
  vault.server.restart();
  await expectThere();

  const dockerfile = `FROM ${stackImage("vault")}\nLABEL apexmcp.test=newer\n`;
  const newer = execFileSync("docker", ["build", "--quiet", "-"], {
    stdio: "pipe",
    input: dockerfile,
    encoding: "utf8",
  }).trim();
  try {
    vault.server.replace(newer);
    await expectThere();
    expect(docker("inspect", "--format={{.Image}}", vault.server.name).trim()).toBe(newer);
  } finally {
    await vault.server[Symbol.asyncDispose]();
    docker("rmi", "--force", newer);
  }
});

test("while its disk is full Vault is unhealthy and says why, a write is refused by name, and nothing is lost", async () => {
  await using stack = await started(24);
  const { vault, broker } = stack;
  const container = vault.server.name;
  const health = () => {
    try {
      return docker("exec", container, "/bin/sh", "-c", healthy);
    } catch (error) {
      return (error as { stderr: string }).stderr;
    }
  };
  await broker.client.write(name, { version: 0, credential }, "agent:1");
  docker("exec", container, "mkdir", "-p", "/vault/logs");
  expect(health()).toMatch(/Sealed +false/);

  const fill = "cat /dev/zero > /vault/file/fill.temp";
  expect(() => docker("exec", container, "/bin/sh", "-c", fill)).toThrow();
  expect(health()).toContain("No space left on device");
  await expect(
    broker.client.write({ ...name, connector: "another" }, { version: 0, credential }, "agent:1"),
  ).rejects.toMatchObject({
    code: "vault-unavailable",
    message: expect.stringMatching(/no space left on device.*whether it was changed is not known/) as string,
  });
  expect(await broker.client.read(name, "agent:1")).toEqual({ version: 1, credential });

  docker("exec", container, "rm", "/vault/file/fill.temp");
  expect(health()).toMatch(/Sealed +false/);
  for (let tries = 0; ; tries++) {
    const write = broker.client.write(
      { ...name, connector: "another" },
      { version: 0, credential },
      "agent:1",
    );
    const written = await write.catch((error: unknown) => error);
    if (written === 1) break;
    if (tries > 50) throw written;
    await sleep(200);
  }
});
