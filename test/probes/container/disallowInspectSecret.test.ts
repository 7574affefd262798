import { randomBytes } from "node:crypto";

import {
  disallowEnvironmentSecret,
  disallowInspectSecret,
} from "../../../probes/container/disallowInspectSecret";
import { compliantTarget, containerIn } from "../compliantTarget";

describe("container-inspect-disallow-secret", () => {
  it("passes when no secret shows", async () => {
    expect(await disallowInspectSecret.run(compliantTarget())).toMatchObject({ outcome: "pass" });
  });

  it("doesn't apply to a stack without secrets", async () => {
    expect(await disallowInspectSecret.run({ ...compliantTarget(), secrets: {} })).toMatchObject({
      outcome: "notApplicable",
    });
  });

  const hidingPlaces: Record<string, (secret: string) => string> = {
    "as it is": (secret) => secret,
    "inside a connection string": (secret) => `postgres://app:${secret}@postgres/apexmcp`,
    "in base64": (secret) => Buffer.from(secret).toString("base64"),
    "in base64url": (secret) => Buffer.from(secret).toString("base64url"),
  };

  it.each(Object.entries(hidingPlaces))(
    "finds a secret in a label, %s, and never repeats it",
    async (_, hide) => {
      const target = compliantTarget();
      const secret = target.secrets["VAULT_JWT_SECRET"]!;
      containerIn(target, "edge").inspection.Config.Labels = { note: hide(secret) };
      const observation = await disallowInspectSecret.run(target);
      expect(observation).toEqual({ outcome: "fail", observed: "apexmcp-test-edge shows VAULT_JWT_SECRET" });
    },
  );

  it("finds a secret of several lines, as JSON writes it", async () => {
    const target = compliantTarget();
    target.secrets["KEY"] = "-----BEGIN\nabcdef\n-----END";
    containerIn(target, "edge").inspection.Config.Cmd = ["echo", target.secrets["KEY"]];
    expect(await disallowInspectSecret.run(target)).toMatchObject({ outcome: "fail" });
  });

  it("takes Zitadel's bootstrap password, and nothing else, for the exception that its container claims", async () => {
    const target = compliantTarget();
    const bootstrap = "ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD";
    target.secrets[bootstrap] = randomBytes(24).toString("base64url");
    const { Config } = containerIn(target, "zitadel").inspection;
    Config.Env = [`${bootstrap}=${target.secrets[bootstrap]}`];
    expect(await disallowInspectSecret.run(target)).toMatchObject({
      observed: `apexmcp-test-zitadel shows ${bootstrap}`,
    });
    Config.Labels = { "apexmcp.exception.container-environment-disallow-secret": "has no other way" };
    for (const probe of [disallowInspectSecret, disallowEnvironmentSecret])
      expect(await probe.run(target)).toMatchObject({ outcome: "pass" });
    Config.Env.push(`OTHER=${target.secrets["VAULT_JWT_SECRET"]}`);
    expect(await disallowInspectSecret.run(target)).toMatchObject({
      observed: "apexmcp-test-zitadel shows VAULT_JWT_SECRET",
    });
  });

  it("looks at containers that never run, too", async () => {
    const target = compliantTarget();
    const secret = target.secrets["VAULT_JWT_SECRET"]!;
    const files = structuredClone(containerIn(target, "vault").inspection);
    target.inspections.push({
      ...files,
      Id: "f".repeat(64),
      Name: "/vault-files",
      Config: { ...files.Config, Cmd: [secret] },
    });
    expect(await disallowInspectSecret.run(target)).toEqual({
      outcome: "fail",
      observed: "vault-files shows VAULT_JWT_SECRET",
    });
  });
});

describe("container-environment-disallow-secret", () => {
  it("passes when no environment value has a secret", async () => {
    expect(await disallowEnvironmentSecret.run(compliantTarget())).toMatchObject({ outcome: "pass" });
  });

  it("finds a secret in an environment value", async () => {
    const target = compliantTarget();
    containerIn(target, "gateway").inspection.Config.Env = [`ANY_NAME=${target.secrets["OAUTH_JWT_SECRET"]}`];
    expect(await disallowEnvironmentSecret.run(target)).toEqual({
      outcome: "fail",
      observed: "apexmcp-test-gateway shows OAUTH_JWT_SECRET",
    });
  });
});
