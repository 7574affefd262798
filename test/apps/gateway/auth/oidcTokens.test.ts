import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type JWTPayload } from "jose";
import { OidcTokens } from "../../../../apps/gateway/src/auth/oidcTokens";
import { Resources } from "../../../../apps/gateway/src/auth/resources";
import { createAuthority } from "../certificates";

// Starts a server and makes keys, which a busy machine makes slow.
jest.setTimeout(60_000);

const publicUrl = "https://mcp.example";
const api = `${publicUrl}/api`;
const issuer = "https://zitadel.example";
const audience = "2837465";
const organisation = "998877";
const ours = "3b1f2a52-5d0e-4a6e-8f52-0b7c5f9b1d11";

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;
let first: KeyPair;
let second: KeyPair;
let published: Record<string, KeyPair>;
let server: Server;
let asked = 0;
let answer: "keys" | "error" | "redirect" | "flood" = "keys";
let authority: string;
let jwksUrl: string;
let tokens: OidcTokens;

beforeAll(async () => {
  [first, second] = await Promise.all([generateKeyPair("RS256"), generateKeyPair("RS256")]);
  const issued = await createAuthority();
  authority = issued.certificate;
  const { certificate, key } = await issued.sign({ ip: ["127.0.0.1"] });
  server = createServer({ cert: certificate, key }, (_request, response) => {
    asked++;
    if (answer === "error") return response.writeHead(500).end();
    if (answer === "redirect") return response.writeHead(302, { location: jwksUrl }).end();
    if (answer === "flood") return response.end(Buffer.alloc(1024 * 1024, " "));
    void keySet().then((keys) => response.end(JSON.stringify({ keys })));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  jwksUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}/oauth/v2/keys`;
});
afterAll(() => server.close());

beforeEach(() => {
  asked = 0;
  answer = "keys";
  published = { first };
  tokens = verifier();
});
afterEach(() => tokens.close());

const verifier = (certificateAuthority = authority) =>
  new OidcTokens({ issuer, audience, jwksUrl, certificateAuthority }, new Resources(publicUrl), (id) =>
    Promise.resolve(id === organisation ? ours : undefined),
  );

const keySet = () =>
  Promise.all(
    Object.entries(published).map(async ([kid, { publicKey }]) => ({
      ...(await exportJWK(publicKey)),
      ...{ kid, alg: "RS256", use: "sig" },
    })),
  );

const roles = (...names: string[]) => ({
  "urn:zitadel:iam:org:project:roles": Object.fromEntries(
    names.map((name) => [name, { [organisation]: "acme.zitadel.example" }]),
  ),
});

/** An access token as Zitadel makes them, with some claims changed. */
function token(
  changes: JWTPayload = {},
  { key = first, kid = "first", alg = "RS256" } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    ...{ iss: issuer, sub: "112233", aud: ["5566@app", audience], iat: now, exp: now + 600, jti: "1" },
    "urn:zitadel:iam:user:resourceowner:id": organisation,
    ...roles("connectors:read", "mcp:github", "administrator"),
    ...changes,
  };
  return new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key.privateKey);
}

describe("OidcTokens", () => {
  test("maps a user's roles to the scopes of the resource, and the organisation to ours", async () => {
    const grant = { actor: "user:112233", organisationId: ours };
    const one = await token();
    expect(await tokens.verify(one, api)).toEqual({ ...grant, resource: api, scopes: ["connectors:read"] });
    const resource = `${publicUrl}/mcp/github`;
    expect(await tokens.verify(one, resource)).toEqual({ ...grant, resource, scopes: ["mcp:github"] });
    expect(await tokens.verify(one, `${publicUrl}/mcp/slack`)).toMatchObject({ scopes: [] });
  });

  test("counts no role that another organisation grants", async () => {
    const foreign = { "urn:zitadel:iam:org:project:roles": { "connectors:write": { 1: "evil.example" } } };
    expect(await tokens.verify(await token(foreign), api)).toMatchObject({ scopes: [] });
  });

  test("asks for the keys once, and again for a key it hasn't seen", async () => {
    for (let round = 0; round < 3; round++)
      expect(typeof (await tokens.verify(await token(), api))).toBe("object");
    expect(asked).toBe(1);
    const later = Date.now() + 31_000;
    const clock = jest.spyOn(Date, "now").mockReturnValue(later);
    try {
      published = { second };
      const rotated = await token({}, { key: second, kid: "second" });
      expect(await tokens.verify(rotated, api)).toMatchObject({ actor: "user:112233" });
      expect(asked).toBe(2);
      expect(await tokens.verify(await token(), api)).toBe("signature");
      expect(asked).toBe(2);
    } finally {
      clock.mockRestore();
    }
  });

  test("doesn't let tokens with made-up keys ask for the keys again and again", async () => {
    await tokens.verify(await token(), api);
    for (let round = 0; round < 20; round++)
      expect(await tokens.verify(await token({}, { kid: `made-up-${round}` }), api)).toBe("signature");
    expect(asked).toBe(1);
  });

  const past = () => Math.floor(Date.now() / 1000) - 600;
  test.each<[string, () => Promise<string>, string]>([
    ["another issuer's", () => token({ iss: "https://evil.example" }), "issuer"],
    ["another project's", () => token({ aud: ["5566@app"] }), "audience"],
    ["an expired", () => token({ exp: past() }), "expired"],
    ["a future", () => token({ nbf: past() + 1200 }), "not-yet-valid"],
    ["an everlasting", () => token({ exp: undefined }), "claims"],
    ["nobody's", () => token({ sub: undefined }), "claims"],
    ["a control character's", () => token({ sub: "a\nb" }), "claims"],
    ["an unknown organisation's", () => token({ "urn:zitadel:iam:user:resourceowner:id": "1" }), "claims"],
    ["no organisation's", () => token({ "urn:zitadel:iam:user:resourceowner:id": undefined }), "claims"],
    ["an ID token, not an access", () => token({ nonce: "x" }), "claims"],
    ["another key's", () => token({}, { key: second }), "signature"],
    ["a very long", () => token({ padding: "x".repeat(9000) }), "signature"],
    [
      "an unsigned",
      async () => {
        const [, claims] = (await token()).split(".");
        return `${Buffer.from('{"alg":"none"}').toString("base64url")}.${claims}.`;
      },
      "signature",
    ],
    [
      "a token signed with the public key as an HS256 secret: the",
      async () => {
        const [, claims] = (await token()).split(".");
        const input = `${Buffer.from('{"alg":"HS256","kid":"first"}').toString("base64url")}.${claims}`;
        const secret = await exportSPKI(first.publicKey);
        return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
      },
      "signature",
    ],
    [
      "a token that brings its own key: the",
      async () => {
        const [, claims] = (await token()).split(".");
        const own = { alg: "RS256", jwk: await exportJWK(second.publicKey) };
        return new SignJWT(JSON.parse(Buffer.from(claims ?? "", "base64url").toString()) as JWTPayload)
          .setProtectedHeader(own)
          .sign(second.privateKey);
      },
      "signature",
    ],
  ])("refuses %s token", async (_, make, problem) => {
    expect(await tokens.verify(await make(), api)).toBe(problem);
  });

  test.each(["error", "redirect", "flood"] as const)(
    "can't tell, rather than refuses, when the provider answers with %s",
    async (how) => {
      answer = how;
      await expect(tokens.verify(await token(), api)).rejects.toMatchObject({ code: "unavailable" });
    },
  );

  test("trusts no keys from a server that its authorities don't vouch for", async () => {
    const other = verifier((await createAuthority()).certificate);
    await expect(other.verify(await token(), api)).rejects.toMatchObject({ code: "unavailable" });
    await other.close();
  });

  test("refuses every text that isn't a token, and any token with a character changed", async () => {
    const good = await token();
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 300 }), async (text) => {
        expect(typeof (await tokens.verify(text, api))).toBe("string");
      }),
      { numRuns: 500 },
    );
    const signature = good.lastIndexOf(".");
    await fc.assert(
      fc.asyncProperty(fc.nat(signature - 1), fc.constantFrom(..."AZaz09-_.="), async (at, character) => {
        fc.pre(good[at] !== character);
        const changed = good.slice(0, at) + character + good.slice(at + 1);
        expect(typeof (await tokens.verify(changed, api))).toBe("string");
      }),
      { numRuns: 500 },
    );
  });
});
