import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { withZitadel, type ZitadelAddress } from "../../../provider/zitadel/connection";
import { adminPassword } from "../../../provider/zitadel/adminPassword";
import { application } from "../../../provider/zitadel/application";
import { instancePolicies } from "../../../provider/zitadel/instancePolicies";
import { humanByLogin } from "../../../provider/zitadel/users";
import { SshServer } from "../../support/sshServer";
import { ZitadelOnPostgres } from "../../support/zitadelOnPostgres";
import type { ZitadelStandin } from "../../support/zitadelStandin";
import { applicationOf, addressOf, context, messages } from "./fixture";

jest.setTimeout(120_000);

let zitadel: ZitadelOnPostgres;
let standin: ZitadelStandin;
let server: ZitadelAddress;

beforeAll(async () => {
  zitadel = await ZitadelOnPostgres.start();
  standin = zitadel.standin;
  server = addressOf(standin);
});
afterAll(() => zitadel?.[Symbol.asyncDispose]());
beforeEach(() => void messages.splice(0));

const newPassword = () => `Aa1!${randomBytes(12).toString("base64url")}`;
const signIn = (password: string) =>
  withZitadel(server, ({ sessions }) =>
    sessions.createSession({
      checks: { user: { search: { case: "loginName", value: standin.adminLogin } }, password: { password } },
    }),
  );
const live = () => withZitadel(server, (it) => humanByLogin(it, standin.adminLogin));

describe("hardening:zitadel:AdminPassword", () => {
  const inputs = (password: string) => ({ ...addressOf(standin), loginName: standin.adminLogin, password });
  const declared = async (password = newPassword()) => {
    const { outputs } = await adminPassword.create(inputs(password), context);
    return { ...inputs(password), ...outputs };
  };

  it("takes the password that the instance was bootstrapped with out of use, and asks for a change of its own", async () => {
    const state = await declared();
    await expect(signIn(standin.bootstrapPassword)).rejects.toThrow("Errors.User.Password.Invalid");
    await signIn(state.password);
    expect(await live()).toMatchObject({ userId: state.userId, changeRequired: true });
    expect(await adminPassword.diff(state, inputs(state.password), [], context)).toEqual({ changes: false });
  });

  it("sets a changed one on the live instance, also when it was restarted in between", async () => {
    const old = await declared();
    await standin.stop();
    await standin.start();
    const next = newPassword();
    expect(await adminPassword.diff(old, inputs(next), ["password"], context)).toEqual({ changes: true });
    await adminPassword.update(old, inputs(next), context);
    await expect(signIn(old.password)).rejects.toThrow("Errors.User.Password.Invalid");
    await signIn(next);
    expect((await live()).changeRequired).toBe(true);
  });

  it("completes a change that was cut off before it was recorded", async () => {
    const old = await declared();
    const next = newPassword();
    await adminPassword.update(old, inputs(next), context); // and the deployer dies
    expect(await adminPassword.diff(old, inputs(next), ["password"], context)).toEqual({ changes: true });
    const state = { ...inputs(next), ...(await adminPassword.update(old, inputs(next), context)) };
    await expect(signIn(old.password)).rejects.toThrow("Errors.User.Password.Invalid");
    await signIn(next);
    expect((await live()).changeRequired).toBe(true);
    expect(await adminPassword.diff(state, inputs(next), [], context)).toEqual({ changes: false });
  });

  it("leaves the password that its owner chose alone, also when Zitadel is reached in another way", async () => {
    const state = await declared();
    const chosen = newPassword();
    await sleep(5); // the clock of both is in milliseconds
    await withZitadel(server, ({ users }) =>
      users.setPassword({
        userId: state.userId,
        newPassword: { password: chosen, changeRequired: false },
        verification: { case: "currentPassword", value: state.password },
      }),
    );
    expect(await adminPassword.diff(state, inputs(state.password), [], context)).toEqual({ changes: false });
    await adminPassword.update(state, { ...inputs(state.password), trigger: "another container" }, context);
    await signIn(chosen);
  });

  it("sets it again when an older password is live, as after the restore of a backup", async () => {
    const state = { ...(await declared()), passwordChanged: new Date(Date.now() + 60_000).toISOString() };
    expect(await adminPassword.diff(state, inputs(state.password), [], context)).toEqual({ changes: true });
    expect(messages.join()).toContain("older than the one set here");
    const before = await live();
    const { passwordChanged } = await adminPassword.update(state, inputs(state.password), context);
    expect(passwordChanged > before.passwordChanged).toBe(true);
  });

  it("says what is wrong, and no secret, when Zitadel refuses the password or has no such user", async () => {
    const weak = "onlylowercase";
    await expect(adminPassword.create(inputs(weak), context)).rejects.toThrow(
      /^Zitadel refuses: Errors.User.PasswordComplexityPolicy.HasUpper$/,
    );
    const nobody = { ...inputs(newPassword()), loginName: "nobody" };
    await expect(adminPassword.create(nobody, context)).rejects.toThrow(
      "Zitadel has no human user nobody; give the login name",
    );
  });

  it("previews an update while Zitadel doesn't answer", async () => {
    const state = await declared();
    const down = { ...inputs(state.password), address: "https://127.0.0.1:1" };
    expect(await adminPassword.diff(state, down, [], context)).toEqual({ changes: true });
    expect(messages.join()).toContain("Zitadel doesn't answer at https://127.0.0.1:1");
  });

  it("goes through an SSH tunnel that is up for the call only", async () => {
    await using ssh = await SshServer.start();
    const { host, port, user, privateKey, hostKey } = ssh.address;
    const through = (password: string) => ({
      ...inputs(password),
      tunnelHost: host,
      tunnelPort: port,
      tunnelUser: user,
      tunnelPrivateKey: privateKey,
      tunnelHostKey: hostKey,
    });
    const password = newPassword();
    await adminPassword.create(through(password), context);
    expect(ssh.forwarded).toBeGreaterThan(0);
    while (ssh.open > 0) await sleep(10);
    await signIn(password);

    await using other = await SshServer.start();
    const impostor = { ...through(newPassword()), tunnelHostKey: other.address.hostKey };
    await expect(adminPassword.create(impostor, context)).rejects.toThrow("has another host key");
    const wrongKey = { ...through(newPassword()), tunnelPrivateKey: other.address.privateKey };
    await expect(adminPassword.create(wrongKey, context)).rejects.toThrow(
      "refuses user deployer with the given key",
    );
    await signIn(password);
  });

  it("refuses half a tunnel", () => {
    expect(adminPassword.check!({ tunnelHost: "a", tunnelPort: 22 }).map(({ property }) => property)).toEqual(
      ["tunnelUser", "tunnelPrivateKey", "tunnelHostKey"],
    );
  });
});

describe("hardening:zitadel:InstancePolicies", () => {
  const inputs = () => ({
    ...addressOf(standin),
    forceMfa: true,
    allowRegister: false,
    ignoreUnknownUsernames: true,
    maxPasswordAttempts: 5,
    maxOtpAttempts: 5,
    minLength: 14,
    hasUppercase: true,
    hasLowercase: true,
    hasNumber: true,
    hasSymbol: true,
    maxAgeDays: 0,
    expireWarnDays: 0,
    accessTokenMinutes: 15,
    idTokenMinutes: 15,
    refreshTokenIdleHours: 24,
    refreshTokenHours: 168,
    embeddedIframe: false,
    enableImpersonation: false,
  });

  const state = () => ({ ...inputs(), instance: standin.origin });

  it("previews each difference from Zitadel's weak defaults, and makes them go away", async () => {
    expect(await instancePolicies.diff(state(), inputs(), [], context)).toEqual({ changes: true });
    expect(messages).toContain("forceMfa: false at Zitadel, becomes true");
    expect(messages).toContain("maxPasswordAttempts: 0 at Zitadel, becomes 5");
    expect(messages).toContain("accessTokenMinutes: 720 at Zitadel, becomes 15");
    await instancePolicies.create(inputs(), context);
    expect(await instancePolicies.diff(state(), inputs(), [], context)).toEqual({ changes: false });
  });

  it("puts back what was changed by hand, and only that", async () => {
    await instancePolicies.update(state(), inputs(), context);
    await withZitadel(server, ({ admin }) =>
      admin.updateLockoutPolicy({ maxPasswordAttempts: 0, maxOtpAttempts: 5 }),
    );
    expect(await instancePolicies.diff(state(), inputs(), [], context)).toEqual({ changes: true });
    expect(messages).toEqual(["maxPasswordAttempts: 0 at Zitadel, becomes 5"]);
    await instancePolicies.update(state(), inputs(), context);
    expect(await instancePolicies.diff(state(), inputs(), [], context)).toEqual({ changes: false });
  });
});

describe("hardening:zitadel:Application", () => {
  const inputs = () => applicationOf(standin);

  it("is made once, and has nothing to change after that", async () => {
    const { outputs } = await application.create(inputs(), context);
    const state = { ...inputs(), ...outputs };
    expect(await application.diff(state, inputs(), [], context)).toEqual({ changes: false });
    expect(await application.update(state, inputs(), context)).toEqual(outputs);
  });

  it("completes what was left half done, and puts back what was changed by hand", async () => {
    const { outputs } = await application.create(inputs(), context);
    const state = { ...inputs(), ...outputs };
    await withZitadel(server, async ({ management }) => {
      await management.removeProjectRole({ projectId: outputs.projectId, roleKey: "connectors:read" });
      await management.addProjectRole({
        projectId: outputs.projectId,
        roleKey: "extra",
        displayName: "extra",
      });
    });
    expect(await application.diff(state, inputs(), [], context)).toEqual({ changes: true });
    expect(messages).toContain("the project's roles differ");
    expect(await application.update(state, inputs(), context)).toEqual(outputs);
    expect(await application.diff(state, inputs(), [], context)).toEqual({ changes: false });
  });

  it("takes over the redirect addresses of the declaration", async () => {
    const { outputs } = await application.create(inputs(), context);
    const moved = { ...inputs(), redirectUris: ["http://127.0.0.1/other"] };
    await application.update({ ...inputs(), ...outputs }, moved, context);
    expect(await application.diff({ ...moved, ...outputs }, moved, [], context)).toEqual({ changes: false });
    expect(await application.diff({ ...inputs(), ...outputs }, inputs(), [], context)).toEqual({
      changes: true,
    });
  });

  it("refuses a machine's role that the project doesn't have", () => {
    expect(application.check!({ ...inputs(), machineRoles: ["none"] })).toEqual([
      { property: "machineRoles", reason: "holds what is no role: none" },
    ]);
  });

  it("goes away with everything it made", async () => {
    const { outputs } = await application.create(inputs(), context);
    await application.delete({ ...inputs(), ...outputs }, context);
    const { result } = await withZitadel(server, ({ management }) => management.listProjects({}));
    expect(result).toEqual([]);
  });
});
