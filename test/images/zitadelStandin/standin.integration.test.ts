import { decodeJwt, decodeProtectedHeader } from "jose";
import { Agent, request } from "undici";

import { withZitadel } from "../../../provider/zitadel/connection";
import { application } from "../../../provider/zitadel/application";
import { RealPostgres } from "../../support/realPostgres";
import { authorize, Browser, type Page } from "../../support/browser";
import { totp } from "../../support/totp";
import { ZitadelOnPostgres } from "../../support/zitadelOnPostgres";
import { ZitadelStandin } from "../../support/zitadelStandin";
import { addressOf, applicationOf, context, redirectUri } from "../../provider/zitadel/fixture";

jest.setTimeout(120_000);

let zitadel: ZitadelOnPostgres;
let standin: ZitadelStandin;

beforeAll(async () => {
  zitadel = await ZitadelOnPostgres.start();
  standin = zitadel.standin;
});
afterAll(() => zitadel?.[Symbol.asyncDispose]());

const signIn = (password: string, loginName = standin.adminLogin) =>
  withZitadel(addressOf(standin), ({ sessions }) =>
    sessions.createSession({
      checks: { user: { search: { case: "loginName", value: loginName } }, password: { password } },
    }),
  );
const browser = () =>
  new Browser({ connectTo: `127.0.0.1:${standin.port}`, caCertificate: standin.caCertificate });
const post = (at: Browser, page: Page, form: Record<string, string>) => at.open(page.url, form);
const stepOf = (page: Page) => /data-step="(\w+)"/.exec(page.text)?.[1];

const declareApplication = () => application.create(applicationOf(standin), context);

it("says in its log what it is", () => {
  expect(standin.output).toContain("for tests and offline development only");
});

it("knows its instance by the host, and serves no other", async () => {
  const dispatcher = new Agent({ connect: { ca: standin.caCertificate, servername: "auth.localhost" } });
  const url = `https://127.0.0.1:${standin.port}/.well-known/openid-configuration`;
  const other = await request(url, { dispatcher, headers: { "x-zitadel-instance-host": "other.localhost" } });
  expect([other.statusCode, await other.body.text()]).toEqual([
    404,
    expect.stringContaining("Errors.Instance.NotFound"),
  ]);
  const own = await request(url, { dispatcher, headers: { host: "auth.localhost" } });
  expect(await own.body.json()).toMatchObject({
    issuer: standin.origin,
    jwks_uri: `${standin.origin}/oauth/v2/keys`,
  });
  await dispatcher.destroy();
});

it("lets nobody in whose token the deployer's key didn't sign", async () => {
  const other = await ZitadelStandin.create({ ...zitadel.postgres, user: "", password: "", database: "" });
  const server = { ...addressOf(standin), deployerKey: other.deployerKey };
  await expect(withZitadel(server, ({ admin }) => admin.getLoginPolicy({}))).rejects.toThrow(
    /refuses the deployer's key.*signature/,
  );
  await other[Symbol.asyncDispose]();
});

it("logs a person in through the change of the bootstrap password and a second factor", async () => {
  const { outputs } = await declareApplication();
  await withZitadel(addressOf(standin), async ({ admin }) => {
    await admin.updateLoginPolicy({ allowUsernamePassword: true, forceMfa: true });
  });
  await using person = browser();
  const app = { origin: standin.origin, clientId: outputs.clientId, redirectUri };
  const { page, redeem } = await authorize(person, app);
  expect([page.url.pathname, stepOf(page)]).toEqual(["/ui/login/login", "password"]);

  const wrong = await post(person, page, { loginName: standin.adminLogin, password: "wrong" });
  expect([wrong.status, stepOf(wrong)]).toEqual([400, "password"]);
  const unknown = await post(person, page, { loginName: "nobody", password: "wrong" });
  expect(unknown.text).toBe(wrong.text);

  const old = standin.bootstrapPassword;
  const change = await post(person, page, { loginName: standin.adminLogin, password: old });
  expect(stepOf(change)).toBe("changePassword");
  const confirmed = (newPassword: string) => ({ oldPassword: old, newPassword, confirmation: newPassword });
  expect((await post(person, page, confirmed("short1!A".slice(0, 5)))).text).toContain("MinLength");
  expect((await post(person, page, confirmed(old))).text).toContain("can&#39;t be the old one");
  const second = await post(person, page, confirmed(`${old}B`));
  expect(stepOf(second)).toBe("setUpSecondFactor");
  expect((await post(person, page, { code: "000000" })).text).toContain("Code is invalid");
  const secret = /id="secret">(\w+)</.exec(second.text)![1]!;
  const done = await post(person, page, { code: totp(secret, Date.now()) });
  expect(done.url.href).toMatch(/^http:\/\/127\.0\.0\.1\/callback\?code=.*state=state/);

  const tokens = await redeem(done.url.searchParams.get("code")!);
  const claims = decodeJwt(tokens.access_token);
  expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: "RS256", typ: "JWT" });
  expect(claims).toMatchObject({ iss: standin.origin, client_id: outputs.clientId });
  expect(claims.aud).toEqual([outputs.clientId, outputs.projectId]);
  const roles = claims[`urn:zitadel:iam:org:project:${outputs.projectId}:roles`];
  expect(Object.keys(roles as object)).toEqual(["mcp:*", "connectors:read"]);
  expect(await redeem(done.url.searchParams.get("code")!)).toMatchObject({ error: "invalid_grant" });
  await expect(signIn(old)).rejects.toThrow("Errors.User.Password.Invalid");
  await signIn(`${old}B`);
});

it("locks a user after as many wrong passwords as its policy says, guessed at the same time or not", async () => {
  const loginName = "locked@auth.localhost";
  const password = standin.bootstrapPassword;
  const server = addressOf(standin);
  await withZitadel(server, async ({ admin, users }) => {
    await admin.updateLockoutPolicy({ maxPasswordAttempts: 3, maxOtpAttempts: 3 });
    await users.addHumanUser({
      username: loginName,
      profile: { givenName: "A", familyName: "B" },
      email: { email: loginName, verification: { case: "isVerified", value: true } },
      passwordType: { case: "password", value: { password, changeRequired: false } },
    });
  });
  const guesses = Array.from({ length: 12 }, () =>
    signIn("wrong", loginName).catch((error: Error) => error.message),
  );
  const answers = await Promise.all(guesses);
  const wrong = answers.filter((it) => typeof it === "string" && it.includes("Password.Invalid"));
  expect(wrong).toHaveLength(3);
  await expect(signIn(password, loginName)).rejects.toThrow("Errors.User.Locked");
});

it("keeps everything when it is restarted, and refuses to start with another master key", async () => {
  await standin.stop();
  standin.writeMasterKey("0".repeat(32));
  await expect(standin.start()).rejects.toThrow("made with another masterkey");
  standin.writeMasterKey("0".repeat(31));
  await expect(standin.start()).rejects.toThrow("masterkey must be 32 bytes, but is 31");
  standin.restoreMasterKey();
  await standin.start();
  await signIn(`${standin.bootstrapPassword}B`);
  expect((await declareApplication()).outputs.projectId).toMatch(/^\d+$/);
});

it("refuses a bootstrap password that the policy refuses, before it makes anything", async () => {
  const weak = { ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD: "alllowercase" };
  await using postgres = await RealPostgres.start({ migrated: false });
  await using refused = await ZitadelStandin.create(postgres.address("zitadel"), weak);
  await expect(refused.start()).rejects.toThrow("Errors.User.PasswordComplexityPolicy.HasUpper");
});
