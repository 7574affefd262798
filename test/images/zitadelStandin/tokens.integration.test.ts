import { createPrivateKey, generateKeyPairSync } from "node:crypto";

import { decodeJwt, SignJWT } from "jose";

import { application } from "../../../provider/zitadel/application";
import { withZitadel } from "../../../provider/zitadel/connection";
import { addressOf, applicationOf, context, redirectUri } from "../../provider/zitadel/fixture";
import { authorize, Browser } from "../../support/browser";
import { ZitadelOnPostgres } from "../../support/zitadelOnPostgres";
import type { ZitadelStandin } from "../../support/zitadelStandin";

jest.setTimeout(120_000);

let zitadel: ZitadelOnPostgres;
let standin: ZitadelStandin;
let outputs: Awaited<ReturnType<typeof application.create>>["outputs"];
let client: Browser;

beforeAll(async () => {
  zitadel = await ZitadelOnPostgres.start();
  standin = zitadel.standin;
  ({ outputs } = await application.create(applicationOf(standin), context));
  client = browser();
});
afterAll(async () => {
  await client?.[Symbol.asyncDispose]();
  await zitadel?.[Symbol.asyncDispose]();
});

const browser = () =>
  new Browser({ connectTo: `127.0.0.1:${standin.port}`, caCertificate: standin.caCertificate });

interface Tokens {
  access_token: string;
  refresh_token?: string;
  token_type: string;
  expires_in: number;
  error?: string;
  error_description?: string;
}

/** What the token endpoint answers. */
async function token(form: Record<string, string>) {
  const { status, text } = await client.open(new URL("/oauth/v2/token", standin.origin), form);
  return { status, body: JSON.parse(text) as Tokens };
}

const machineScope = () =>
  `openid urn:zitadel:iam:org:project:id:${outputs.projectId}:aud urn:zitadel:iam:org:projects:roles urn:zitadel:iam:user:resourceowner`;

it("gives a machine a token for the project that it asks for, and none for a wrong secret", async () => {
  const form = (secret: string) => ({
    grant_type: "client_credentials",
    client_id: outputs.machineClientId,
    client_secret: secret,
    scope: machineScope(),
  });
  expect((await token(form("wrong"))).status).toBe(401);
  const { body } = await token(form(outputs.machineClientSecret));
  const claims = decodeJwt(body.access_token);
  expect(claims).toMatchObject({ aud: [outputs.projectId], client_id: "agent", iss: standin.origin });
  expect(claims.sub).not.toBe("agent");
  expect(claims["urn:zitadel:iam:user:resourceowner:id"]).toBe(outputs.organisationId);
  expect(claims[`urn:zitadel:iam:org:project:${outputs.projectId}:roles`]).toMatchObject({ "mcp:*": {} });
});

describe("the JWT profile (RFC 7523)", () => {
  const day = 86_400_000;
  let userId: string;
  let key: { id: string; pem: string };

  /** A key of the machine's, made by the server as a service user's JSON file. */
  const newKey = (expires = new Date(Date.now() + day)) =>
    withZitadel(addressOf(standin), async ({ management, users }) => {
      const { result } = await users.listUsers({
        queries: [{ query: { case: "loginNameQuery", value: { loginName: "agent" } } }],
      });
      userId = result[0]!.userId;
      const expirationDate = { seconds: BigInt(Math.floor(expires.getTime() / 1000)), nanos: 0 };
      const { keyId, keyDetails } = await management.addMachineKey({ userId, type: 1, expirationDate });
      const file = JSON.parse(Buffer.from(keyDetails).toString()) as Record<string, string>;
      expect(file).toMatchObject({ type: "serviceaccount", keyId, userId });
      return { id: keyId, pem: file["key"]! };
    });

  beforeAll(async () => {
    key = await newKey();
  });

  const now = () => Math.floor(Date.now() / 1000);
  const grant = async (claims: object = {}, kid = key.id, pem = key.pem) => {
    const all = { iss: userId, sub: userId, aud: standin.origin, iat: now(), exp: now() + 60, ...claims };
    const assertion = await new SignJWT(all)
      .setProtectedHeader({ alg: "RS256", kid })
      .sign(createPrivateKey(pem));
    return token({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion,
      scope: machineScope(),
    });
  };

  it("gives a machine a token for what it signed with its key", async () => {
    const { status, body } = await grant();
    expect([status, body.token_type, body.expires_in]).toEqual([200, "Bearer", expect.any(Number)]);
    const claims = decodeJwt(body.access_token);
    expect(claims).toMatchObject({ iss: standin.origin, sub: userId, aud: [outputs.projectId] });
    expect(claims.exp! - claims.iat!).toBe(body.expires_in);
    expect(claims[`urn:zitadel:iam:org:project:${outputs.projectId}:roles`]).toMatchObject({ "mcp:*": {} });
  });

  it.each([
    ["for another audience", () => ({ aud: "https://elsewhere.test" })],
    ["of another issuer than its subject", () => ({ sub: "1" })],
    ["that has ended", () => ({ exp: now() - 5 })],
    ["that never ends", () => ({ exp: undefined })],
    ["issued over an hour ago", () => ({ iat: now() - 3610, exp: now() + 60 })],
    ["issued tomorrow", () => ({ iat: now() + 86_400, exp: now() + 86_460 })],
    ["without a time of issue", () => ({ iat: undefined })],
  ])("refuses an assertion %s", async (_what, claims) => {
    const { status, body } = await grant(claims());
    expect([status, body.error, body.access_token]).toEqual([400, "invalid_grant", undefined]);
  });

  it("refuses an assertion signed by another key, or by one that isn't the machine's any more", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const forged = String(privateKey.export({ type: "pkcs8", format: "pem" }));
    expect((await grant({}, key.id, forged)).body.error_description).toContain("signature");
    expect((await grant({}, "1")).body.error_description).toBe("Errors.AuthNKey.NotFound");
    const other = await newKey();
    expect((await grant({}, other.id, other.pem)).status).toBe(200);
    await withZitadel(addressOf(standin), ({ management }) =>
      management.removeMachineKey({ userId, keyId: other.id }),
    );
    expect((await grant({}, other.id, other.pem)).status).toBe(400);
  });

  it("refuses a key that has ended, and makes none that has", async () => {
    const brief = await newKey(new Date(Date.now() + 2000));
    for (let status = 200; status !== 400;) ({ status } = await grant({}, brief.id, brief.pem));
    await expect(newKey(new Date(Date.now() - day))).rejects.toThrow("Errors.AuthNKey.ExpireBeforeNow");
  });
});

describe("refresh tokens", () => {
  const loginName = "person@auth.localhost";
  const redeem = (refresh_token = "") =>
    token({ grant_type: "refresh_token", client_id: outputs.clientId, refresh_token });

  beforeAll(() =>
    withZitadel(addressOf(standin), async ({ admin, users }) => {
      await admin.updateLockoutPolicy({ maxPasswordAttempts: 1, maxOtpAttempts: 1 });
      await users.addHumanUser({
        username: loginName,
        profile: { givenName: "A", familyName: "B" },
        email: { email: loginName, verification: { case: "isVerified", value: true } },
        passwordType: {
          case: "password",
          value: { password: standin.bootstrapPassword, changeRequired: false },
        },
      });
    }),
  );

  const logIn = async (scope: string): Promise<Tokens> => {
    await using person = browser();
    const app = { origin: standin.origin, clientId: outputs.clientId, redirectUri, scope };
    const { page, redeem: first } = await authorize(person, app);
    const done = await person.open(page.url, { loginName, password: standin.bootstrapPassword });
    return (await first(done.url.searchParams.get("code")!)) as unknown as Tokens;
  };

  it("are given to whom asks for offline_access only", async () => {
    expect((await logIn("openid profile")).refresh_token).toBeUndefined();
    expect((await logIn("openid profile offline_access")).refresh_token).toBeDefined();
  });

  it("are given to whom is logged in already, too", async () => {
    const app = { origin: standin.origin, clientId: outputs.clientId, redirectUri };
    await using person = browser();
    const { page } = await authorize(person, { ...app, scope: "openid" });
    await person.open(page.url, { loginName, password: standin.bootstrapPassword });
    const { page: done, redeem } = await authorize(person, { ...app, scope: "openid offline_access" });
    const tokens = (await redeem(done.url.searchParams.get("code")!)) as unknown as Tokens;
    expect(tokens.refresh_token).toBeDefined();
  });

  it("are each good for one use, which gives the next, and the same claims", async () => {
    const first = await logIn("openid offline_access");
    const second = await redeem(first.refresh_token);
    expect(second.status).toBe(200);
    const [before, after] = [decodeJwt(first.access_token), decodeJwt(second.body.access_token)];
    const roles = `urn:zitadel:iam:org:project:${outputs.projectId}:roles`;
    expect([after.sub, after.aud, after[roles]]).toEqual([before.sub, before.aud, before[roles]]);
    expect(second.body.refresh_token).not.toBe(first.refresh_token);
    expect((await redeem(first.refresh_token)).body.error).toBe("invalid_grant");
  });

  it("are void once the user is locked out", async () => {
    const { refresh_token: refresh } = await logIn("openid offline_access");
    await withZitadel(addressOf(standin), ({ sessions }) =>
      sessions.createSession({
        checks: {
          user: { search: { case: "loginName", value: loginName } },
          password: { password: "wrong" },
        },
      }),
    ).catch(() => undefined);
    expect((await redeem(refresh)).body.error).toBe("invalid_grant");
  });
});
