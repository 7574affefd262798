import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { limitAttempts } from "../../../probes/zitadel/limitAttempts";
import { requireLength, requireMfa } from "../../../probes/zitadel/livePolicies";
import { requirePasswordChange } from "../../../probes/zitadel/requirePasswordChange";
import { withZitadel } from "../../../provider/zitadel/connection";
import { adminPassword } from "../../../provider/zitadel/adminPassword";
import { addressOf, context } from "../../provider/zitadel/fixture";
import type { ZitadelStandin } from "../../support/zitadelStandin";
import { ZitadelOnPostgres } from "../../support/zitadelOnPostgres";
import { compliantTarget } from "../compliantTarget";

jest.setTimeout(120_000);

let zitadel: ZitadelOnPostgres;
let standin: ZitadelStandin;
beforeAll(async () => {
  zitadel = await ZitadelOnPostgres.start();
  standin = zitadel.standin;
});
afterAll(() => zitadel?.[Symbol.asyncDispose]());

const newPassword = () => `Aa1!${randomBytes(12).toString("base64url")}`;

/** A target whose Zitadel is this one, with the administrator's configured password. */
function target(password: string, adminPasswordSet = "") {
  const base = compliantTarget();
  return {
    ...base,
    authUrl: standin.origin,
    caCertificate: standin.caCertificate,
    zitadel: {
      ...base.zitadel,
      address: `https://127.0.0.1:${standin.port}`,
      adminLogin: standin.adminLogin,
      adminPasswordSet,
    },
    secrets: {
      ...base.secrets,
      ZITADEL_DEPLOYER_KEY: standin.deployerKey,
      ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD: password,
    },
  };
}

async function set(password: string, changeRequired = true): Promise<string> {
  const inputs = { ...addressOf(standin), loginName: standin.adminLogin, password };
  const { outputs } = await adminPassword.create(inputs, context);
  if (!changeRequired)
    await withZitadel(addressOf(standin), ({ users }) =>
      users.setPassword({ userId: outputs.userId, newPassword: { password, changeRequired } }),
    );
  return outputs.passwordChanged;
}

describe("zitadel-admin-require-password-change", () => {
  it("passes while the configured password logs in, has to be changed, and the placeholder doesn't", async () => {
    const password = newPassword();
    const changed = await set(password);
    expect(await requirePasswordChange.run(target(password, changed))).toMatchObject({ outcome: "pass" });
  });

  it("fails when the article's placeholder logs in", async () => {
    const changed = await set("DevOnlyChangeMe1!");
    expect(await requirePasswordChange.run(target(newPassword(), changed))).toMatchObject({
      outcome: "fail",
      observed: "the article's placeholder logs in",
    });
  });

  it("fails when another password than the configured one is live", async () => {
    const changed = await set(newPassword());
    expect(await requirePasswordChange.run(target(newPassword(), changed))).toMatchObject({
      outcome: "fail",
      observed: "the configured password doesn't log in",
    });
  });

  it("fails when the configured password needn't be changed, and passes once its owner chose one", async () => {
    const password = newPassword();
    await set(password, false);
    const later = new Date(Date.now() + 60_000).toISOString();
    expect(await requirePasswordChange.run(target(password, later))).toMatchObject({ outcome: "fail" });
    const changed = await set(password);
    await sleep(5); // the clock of both is in milliseconds
    await set(newPassword(), false);
    expect(await requirePasswordChange.run(target(password, changed))).toMatchObject({ outcome: "pass" });
  });
});

describe("zitadel-lockout-limit-attempts", () => {
  const policy = (attempts: number) =>
    withZitadel(addressOf(standin), ({ admin }) =>
      admin.updateLockoutPolicy({ maxPasswordAttempts: attempts, maxOtpAttempts: 5 }),
    );

  it("fails on Zitadel's default, which locks nobody, and on a policy of very many", async () => {
    expect(await limitAttempts.run(target(newPassword()))).toMatchObject({
      outcome: "fail",
      observed: "any number of wrong passwords lock a user",
    });
    await policy(100);
    expect(await limitAttempts.run(target(newPassword()))).toMatchObject({ outcome: "fail" });
  });

  it("passes when the user that it made is locked, and leaves no user behind", async () => {
    await policy(3);
    const count = () =>
      withZitadel(addressOf(standin), async ({ users }) => (await users.listUsers({})).result.length);
    const before = await count();
    expect(await limitAttempts.run(target(newPassword()))).toMatchObject({
      outcome: "pass",
      observed: expect.stringMatching(/^3 wrong passwords locked a user/) as string,
    });
    expect(await count()).toBe(before);
  });
});

it("zitadel-login-require-mfa and zitadel-password-require-length: fail on Zitadel's defaults, pass on ours", async () => {
  const run = () => Promise.all([requireMfa, requireLength].map(async (it) => it.run(target(newPassword()))));
  expect((await run()).map(({ outcome }) => outcome)).toEqual(["fail", "fail"]);
  await withZitadel(addressOf(standin), async ({ admin }) => {
    await admin.updateLoginPolicy({ allowUsernamePassword: true, forceMfa: true });
    const kinds = { hasUppercase: true, hasLowercase: true, hasNumber: true, hasSymbol: true };
    await admin.updatePasswordComplexityPolicy({ minLength: 14, ...kinds });
  });
  expect((await run()).map(({ outcome }) => outcome)).toEqual(["pass", "pass"]);
});

it("can't tell while Zitadel doesn't answer", async () => {
  const gone = target(newPassword());
  gone.zitadel.address = "https://127.0.0.1:1";
  for (const probe of [requirePasswordChange, limitAttempts, requireMfa])
    await expect((async () => probe.run(gone))()).rejects.toThrow("Zitadel doesn't answer");
});
