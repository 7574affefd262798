import type { RequestListener } from "node:http";
import { createServer as createTcpServer } from "node:net";

import { createDevCertificates } from "../../../commands/devCertificates";
import { disallowDevMode } from "../../../probes/vault/disallowDevMode";
import { requirePersistence } from "../../../probes/vault/requirePersistence";
import { requireTls } from "../../../probes/vault/requireTls";
import { requireUnsealed } from "../../../probes/vault/requireUnsealed";
import { compliantTarget, containerIn } from "../compliantTarget";
import { certificates, closeServers, listen, serveHttp, serveHttps } from "../tlsServer";

afterEach(closeServers);

const running = { initialized: true, sealed: false, storage_type: "file", version: "1.21.0" };

const answer =
  (status: object, code = 200): RequestListener =>
  (request, response) => {
    response.writeHead(request.url === "/v1/sys/seal-status" ? code : 404, { connection: "close" });
    response.end(JSON.stringify(status));
  };

async function targetAt(port: number) {
  return {
    ...compliantTarget(),
    caCertificate: (await certificates).ca,
    vaultAddress: `https://127.0.0.1:${port}`,
  };
}

async function vaultThatSays(status: object, code?: number) {
  return targetAt(await serveHttps(answer(status, code)));
}

describe("a running, initialised, unsealed Vault with file storage", () => {
  it.each([disallowDevMode, requirePersistence, requireUnsealed, requireTls])(
    "passes $finding",
    async (probe) => {
      expect(await probe.run(await vaultThatSays(running))).toMatchObject({ outcome: "pass" });
    },
  );
});

describe("vault-server-disallow-dev-mode", () => {
  it.each([["-dev"], ["-dev-root-token-id=x"], ["--dev"], ["vault server -dev"]])(
    "fails on the argument %s",
    async (argument) => {
      const target = await vaultThatSays(running);
      containerIn(target, "vault").inspection.Config.Cmd = ["server", argument];
      expect(await disallowDevMode.run(target)).toMatchObject({ outcome: "fail" });
    },
  );

  it("fails on storage in memory, whatever the arguments", async () => {
    expect(
      await disallowDevMode.run(await vaultThatSays({ ...running, storage_type: "inmem" })),
    ).toMatchObject({ outcome: "fail" });
  });
});

describe("vault-storage-require-persistence", () => {
  it.each([
    ["storage in memory", { storage_type: "inmem" }],
    ["a Vault without data", { initialized: false }],
  ])("fails on %s", async (_, status) => {
    expect(await requirePersistence.run(await vaultThatSays({ ...running, ...status }))).toMatchObject({
      outcome: "fail",
    });
  });

  it.each([
    ["no volume", []],
    [
      "a read-only volume",
      [{ Type: "volume", Name: "v", Source: "/v", Destination: "/vault/file", RW: false }],
    ],
    [
      "an anonymous volume",
      [{ Type: "volume", Name: "a".repeat(64), Source: "/v", Destination: "/vault/file", RW: true }],
    ],
  ])("fails on files on %s", async (_, mounts) => {
    const target = await vaultThatSays(running);
    containerIn(target, "vault").inspection.Mounts = mounts;
    expect(await requirePersistence.run(target)).toMatchObject({ outcome: "fail" });
  });
});

describe("vault-seal-require-unsealed", () => {
  it.each([{ sealed: true }, { initialized: false }])("fails on %j", async (status) => {
    expect(await requireUnsealed.run(await vaultThatSays({ ...running, ...status }))).toMatchObject({
      outcome: "fail",
    });
  });
});

describe("vault-listener-require-tls", () => {
  it("fails on a listener that accepts TLS 1.1", async () => {
    const target = await targetAt(await serveHttps(answer(running), "TLSv1.1"));
    expect(await requireTls.run(target)).toEqual({ outcome: "fail", observed: "Vault accepts TLSv1.1" });
  });

  it("fails on a certificate by another CA", async () => {
    const target = await vaultThatSays(running);
    const { ca } = await createDevCertificates("other", "127.0.0.1");
    expect(await requireTls.run({ ...target, caCertificate: ca })).toMatchObject({
      outcome: "fail",
      observed: expect.stringContaining("no verified TLS connection") as string,
    });
  });

  it("fails on a listener that speaks plain HTTP", async () => {
    const target = await targetAt(await serveHttp(answer(running)));
    expect(await requireTls.run(target)).toMatchObject({ outcome: "fail" });
  });

  it("fails on an address without TLS", async () => {
    const target = { ...compliantTarget(), vaultAddress: "http://127.0.0.1:8200" };
    expect(await requireTls.run(target)).toMatchObject({ outcome: "fail" });
  });
});

describe("a Vault that can't be asked", () => {
  const probes = [disallowDevMode, requirePersistence, requireUnsealed, requireTls];

  it.each(probes)("is no pass of $finding when nothing listens", async (probe) => {
    const closed = createTcpServer();
    const port = await listen(closed);
    await closeServers();
    await expect((async () => probe.run(await targetAt(port)))()).rejects.toThrow();
  });

  it.each(probes.slice(0, 3))("is no pass of $finding when it answers an error", async (probe) => {
    const target = await vaultThatSays({}, 500);
    await expect((async () => probe.run(target))()).rejects.toThrow("Vault answers 500");
  });

  it.each(probes.slice(0, 3))("is no pass of $finding when it answers something else", async (probe) => {
    const target = await vaultThatSays({ hello: "world" });
    await expect((async () => probe.run(target))()).rejects.toThrow();
  });
});
