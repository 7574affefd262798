import { randomBytes } from "node:crypto";

import { Router } from "../../../provider/router";
import { seal, type SealState } from "../../../provider/vault/seal";

const urn = "urn:pulumi:dev::project::hardening:vault:Seal::vault";
const router = new Router({ "hardening:vault:Seal": seal }, () => ({
  progress: () => undefined,
  info: () => undefined,
  warn: () => undefined,
}));
const valid = {
  address: "https://127.0.0.1:8200",
  caCertificate: "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n",
  unsealKey: randomBytes(32).toString("base64"),
};

describe("inputs", () => {
  const failures = async (inputs: Record<string, unknown>) => (await router.check(urn, {}, inputs)).failures;

  test("are accepted with a key, with an init file, and with neither", async () => {
    const keyless = { address: valid.address, caCertificate: valid.caCertificate };
    expect(await failures(valid)).toEqual([]);
    expect(await failures({ ...keyless, initialiseTo: "vault-init.json" })).toEqual([]);
    expect(await failures(keyless)).toEqual([]);
  });

  test("refuse plain http", async () => {
    expect(await failures({ ...valid, address: "http://127.0.0.1:8200" })).toEqual([
      { property: "address", reason: "must be an https:// address" },
    ]);
  });

  test("refuse a CA that is no PEM", async () => {
    expect(await failures({ ...valid, caCertificate: "ca.crt" })).toEqual([
      { property: "caCertificate", reason: "must be a PEM certificate" },
    ]);
  });

  test("refuse a malformed key without printing it", async () => {
    const found = await failures({ ...valid, unsealKey: "not-a-key-at-all" });
    expect(found).toEqual([
      { property: "", reason: expect.stringMatching(/^unsealKey is not an .* 64 hex digits/) as string },
    ]);
    expect(JSON.stringify(found)).not.toContain("not-a-key-at-all");
  });

  test("refuse an empty key", async () => {
    expect(await failures({ ...valid, unsealKey: "" })).toHaveLength(1);
  });

  test("refuse two sources of one key", async () => {
    expect(await failures({ ...valid, initialiseTo: "vault-init.json" })).toEqual([
      {
        property: "initialiseTo",
        reason: expect.stringContaining("either unsealKey or initialiseTo") as string,
      },
    ]);
  });
});

describe("a diff", () => {
  const warnings: string[] = [];
  const context = {
    urn,
    log: {
      progress: () => undefined,
      info: () => undefined,
      warn: (message: string) => warnings.push(message),
    },
  };
  // Nothing listens on port 1.
  const old: SealState = {
    ...valid,
    address: "https://127.0.0.1:1",
    sealed: false,
    clusterId: "c",
    version: "1.21.0",
  };

  test("with changed inputs is a change that contacts nothing", async () => {
    await expect(seal.diff(old, { ...old, trigger: "new" }, ["trigger"], context)).resolves.toEqual({
      changes: true,
    });
    expect(warnings).toEqual([]);
  });

  test("against a Vault that doesn't answer is a change with a warning", async () => {
    await expect(seal.diff(old, old, [], context)).resolves.toEqual({ changes: true });
    expect(warnings).toEqual([
      "Vault doesn't answer at https://127.0.0.1:1 (ECONNREFUSED). Nothing is known of its seal; pulumi up will wait for it.",
    ]);
  });
});
