import { createHmac, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import fc from "fast-check";
import { AGENT_TOKEN_LIFETIME, AgentTokens } from "../../../../apps/gateway/src/auth/agentTokens";
import { strongSecret } from "../injection";

const issuer = "https://mcp.example";
const resource = `${issuer}/mcp/github`;
const secret = strongSecret();
const agentId = randomUUID();
const grant = {
  actor: `agent:${agentId}`,
  organisationId: randomUUID(),
  resource,
  scopes: ["mcp:github", "mcp:github:a"],
};
let now = 1_800_000_000_000;
const clock = () => now;
const tokens = new AgentTokens({ current: secret }, issuer, clock);

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const header = { alg: "HS256", typ: "at+jwt" };
const hmac = (input: string, key = secret) =>
  `${input}.${createHmac("sha256", key).update(input).digest("base64url")}`;
const claims = () => ({
  iss: issuer,
  sub: agentId,
  client_id: agentId,
  org: grant.organisationId,
  aud: resource,
  scope: "mcp:github",
  iat: now / 1000,
  exp: now / 1000 + 60,
  jti: randomUUID(),
});

describe("AgentTokens", () => {
  test("accepts its own token at its own resource, until it expires", () => {
    const token = tokens.issue({ ...grant, agentId });
    expect(tokens.verify(token, resource)).toEqual(grant);
    now += AGENT_TOKEN_LIFETIME * 1000 - 1;
    expect(tokens.verify(token, resource)).toEqual(grant);
    now += 1;
    expect(tokens.verify(token, resource)).toBe("expired");
  });

  test("refuses a token at another resource", () => {
    expect(tokens.verify(tokens.issue({ ...grant, agentId }), `${issuer}/mcp/slack`)).toBe("audience");
  });

  test("refuses another issuer's token", () => {
    const other = new AgentTokens({ current: secret }, "https://other.example", clock);
    expect(tokens.verify(other.issue({ ...grant, agentId }), resource)).toBe("issuer");
  });

  test("still accepts tokens of the previous secret after a change, and none of the one before", () => {
    const [first, second, third] = [strongSecret(), strongSecret(), strongSecret()];
    const before = new AgentTokens({ current: first }, issuer, clock).issue({ ...grant, agentId });
    expect(
      new AgentTokens({ current: second, previous: first }, issuer, clock).verify(before, resource),
    ).toEqual(grant);
    expect(
      new AgentTokens({ current: third, previous: second }, issuer, clock).verify(before, resource),
    ).toBe("signature");
  });

  test("signs with the current secret only", () => {
    const previous = strongSecret();
    const token = new AgentTokens({ current: secret, previous }, issuer, clock).issue({ ...grant, agentId });
    expect(tokens.verify(token, resource)).toEqual(grant);
  });

  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  test.each<[string, () => string]>([
    ["no algorithm", () => `${encode({ ...header, alg: "none" })}.${encode(claims())}.`],
    ["no algorithm, in capitals", () => `${encode({ ...header, alg: "NONE" })}.${encode(claims())}.`],
    ["no signature", () => `${encode(header)}.${encode(claims())}.`],
    ["a wrong secret", () => hmac(`${encode(header)}.${encode(claims())}`, strongSecret())],
    [
      "the article's secret",
      () => hmac(`${encode(header)}.${encode(claims())}`, "dev-oauth-jwt-secret-change-in-prod"),
    ],
    ["an empty secret", () => hmac(`${encode(header)}.${encode(claims())}`, "")],
    [
      "a request token's type",
      () => hmac(`${encode({ alg: "HS256", typ: "apexmcp-request+jwt" })}.${encode(claims())}`),
    ],
    [
      "an embedded key",
      () => hmac(`${encode({ ...header, jwk: { kty: "oct", k: "AA" } })}.${encode(claims())}`),
    ],
    ["a key id", () => hmac(`${encode({ ...header, kid: "../../dev/null" })}.${encode(claims())}`)],
    [
      "an unknown critical header",
      () => hmac(`${encode({ ...header, crit: ["x"], x: 1 })}.${encode(claims())}`),
    ],
    [
      "an RSA signature",
      () => {
        const input = `${encode({ ...header, alg: "RS256" })}.${encode(claims())}`;
        return `${input}.${sign("sha256", Buffer.from(input), rsa.privateKey).toString("base64url")}`;
      },
    ],
  ])("refuses %s", (_, forge) => expect(tokens.verify(forge(), resource)).toBe("signature"));

  test.each<[string, Record<string, unknown>, string]>([
    ["a life longer than any it issues", { exp: now / 1000 + AGENT_TOKEN_LIFETIME + 4000 }, "claims"],
    ["a missing expiry", { exp: undefined }, "claims"],
    ["an expiry in text", { exp: "9999999999" }, "claims"],
    ["several audiences", { aud: [resource, "x"] }, "claims"],
    ["an unknown claim", { admin: true }, "claims"],
    ["two subjects", { sub: randomUUID() }, "claims"],
    ["a subject that is no id", { sub: "x", client_id: "x" }, "claims"],
  ])("refuses %s, though well signed", (_, change, expected) => {
    const all = { ...claims(), ...change };
    expect(tokens.verify(hmac(`${encode(header)}.${encode(all)}`), resource)).toBe(expected);
  });

  test("refuses a token from the future, but for a few seconds", () => {
    const at = (seconds: number) => {
      const iat = now / 1000 + seconds;
      return tokens.verify(
        hmac(`${encode(header)}.${encode({ ...claims(), iat, exp: iat + 60 })}`),
        resource,
      );
    };
    expect(at(5)).toMatchObject({ actor: grant.actor });
    expect(at(6)).toBe("not-yet-valid");
  });

  test("refuses every token with one character changed, and any other text", () => {
    const token = tokens.issue({ ...grant, agentId });
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
        fc.pre(token[at] !== character);
        expect(typeof tokens.verify(token.slice(0, at) + character + token.slice(at + 1), resource)).toBe(
          "string",
        );
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.string(), (text) => expect(typeof tokens.verify(text, resource)).toBe("string")),
    );
  });
});
