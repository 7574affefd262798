import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { Hs256, type Claims } from "../../../../apps/gateway/src/tokens/hs256";
import { ReplayStore } from "../../../../apps/gateway/src/tokens/replayStore";
import { RequestTokenSigner, RequestTokenVerifier } from "../../../../apps/gateway/src/tokens/requestToken";

const secret = randomBytes(48).toString("base64");
const type = "apexmcp-request+jwt";
const request = { method: "PUT", path: "/v1/credentials/acme/github", body: Buffer.from('{"version":0}') };
/** Seconds; the verifiers of these tests started an hour before. */
const issued = 1_700_000_000;

function verifierAt(second: number, used = new ReplayStore()) {
  let now = (issued - 3600) * 1000;
  const verifier = new RequestTokenVerifier(secret, "broker", ["gateway"], () => now, used);
  now = second * 1000;
  return verifier;
}

const signer = (audience = "broker", subject = "gateway", key = secret) =>
  new RequestTokenSigner(key, subject, audience, () => issued * 1000);

function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Claims;
}

/** A token with other claims than the signer makes, signed with the right key. */
function withClaims(changes: Record<string, unknown>): string {
  return new Hs256(secret, type).sign({ ...claimsOf(signer().sign(request).token), ...changes });
}

function outcome(token: string, at = issued, of: Parameters<RequestTokenVerifier["verify"]>[1] = request) {
  const result = verifierAt(at).verify(token, of);
  return result.ok ? "accepted" : result.reason;
}

test("a fresh token is accepted and names its subject and id", () => {
  const { token, id } = signer().sign(request);
  expect(verifierAt(issued).verify(token, request)).toEqual({ ok: true, subject: "gateway", id });
});

test("the claims are iat, nbf, exp 60 s later, a random jti, aud, sub and the request's hash", () => {
  const claims = claimsOf(signer().sign(request).token);
  expect(claims).toEqual({
    iat: issued,
    nbf: issued,
    exp: issued + 60,
    jti: expect.stringMatching(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    ) as unknown,
    aud: "broker",
    sub: "gateway",
    request_sha256: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) as unknown,
  });
  expect(claimsOf(signer().sign(request).token)["jti"]).not.toBe(claims["jti"]);
});

test("a token is accepted once", () => {
  const { token } = signer().sign(request);
  const verifier = verifierAt(issued);
  expect(verifier.verify(token, request)).toMatchObject({ ok: true });
  expect(verifier.verify(token, request)).toEqual({ ok: false, reason: "replayed" });
});

test("a refused attempt on another request doesn't use the token up", () => {
  const { token } = signer().sign(request);
  const verifier = verifierAt(issued);
  expect(verifier.verify(token, { ...request, path: "/" })).toEqual({ ok: false, reason: "other-request" });
  expect(verifier.verify(token, request)).toMatchObject({ ok: true });
});

test("when the store of used ids is full, fresh tokens are refused", () => {
  const verifier = verifierAt(issued, new ReplayStore(1));
  verifier.verify(signer().sign(request).token, request);
  expect(verifier.verify(signer().sign(request).token, request)).toEqual({
    ok: false,
    reason: "replay-store-full",
  });
});

test.each([
  [64.9, "accepted"],
  [65, "expired"],
  [3600, "expired"],
  [-5, "accepted"],
  [-5.1, "not-yet-valid"],
])("%d s after its issue a token is %s: at most 5 s of clock skew", (age, expected) => {
  expect(outcome(signer().sign(request).token, issued + age)).toBe(expected);
});

test.each<[string, Record<string, unknown>, string]>([
  ["61 s of life", { exp: issued + 61 }, "lifetime"],
  ["ten years of life", { exp: issued + 315_360_000 }, "lifetime"],
  ["no life", { exp: issued }, "lifetime"],
  ["an end before its start", { exp: issued - 1 }, "lifetime"],
  ["a start before its issue", { nbf: issued - 1 }, "lifetime"],
  ["a start after its end", { nbf: issued + 60 }, "lifetime"],
  ["a start in the future", { nbf: issued + 6 }, "not-yet-valid"],
  ["an issue in the future", { iat: issued + 30, nbf: issued + 30, exp: issued + 90 }, "not-yet-valid"],
  ["another audience", { aud: "gateway" }, "audience"],
  ["another subject", { sub: "attacker" }, "subject"],
  ["a fractional time", { iat: issued + 0.5 }, "claims"],
  ["a time as text", { exp: String(issued + 60) }, "claims"],
  ["no expiry", { exp: undefined }, "claims"],
  ["an expiry of null", { exp: null }, "claims"],
  ["no start", { nbf: undefined }, "claims"],
  ["no issue", { iat: undefined }, "claims"],
  ["no id", { jti: undefined }, "claims"],
  ["an empty id", { jti: "" }, "claims"],
  ["a long id", { jti: "a".repeat(1000) }, "claims"],
  ["an id that is an object", { jti: {} }, "claims"],
  ["no audience", { aud: undefined }, "claims"],
  ["a list of audiences", { aud: ["broker"] }, "claims"],
  ["no subject", { sub: undefined }, "claims"],
  ["no request", { request_sha256: undefined }, "claims"],
  ["an extra claim", { admin: true }, "claims"],
])("%s is refused even if signed", (_name, changes, expected) => {
  expect(outcome(withClaims(changes))).toBe(expected);
});

test.each<[string, object]>([
  ["method", { method: "DELETE" }],
  ["path", { path: "/v1/credentials/acme/gitlab" }],
  ["query", { path: "/v1/credentials/acme/github?version=1" }],
  ["spelling of the path", { path: "/v1/credentials/acme/%67ithub" }],
  ["body", { body: Buffer.from('{"version":1}') }],
  ["body, left out", { body: undefined }],
  ["border of path and body", { path: "/v1/credentials/acme/githu", body: Buffer.from('b{"version":0}') }],
])("a token is good for no request with another %s", (_name, change) => {
  expect(outcome(signer().sign(request).token, issued, { ...request, ...change })).toBe("other-request");
});

test("a request without a body has a token of its own", () => {
  const read = { method: "GET", path: request.path };
  expect(outcome(signer().sign(read).token, issued, read)).toBe("accepted");
});

test("tokens that another key signed are refused, the published dev default's too", () => {
  expect(outcome(signer("broker", "gateway", randomBytes(48).toString("base64")).sign(request).token)).toBe(
    "signature",
  );
  expect(
    outcome(signer("broker", "gateway", "dev-oauth-jwt-secret-change-in-prod").sign(request).token),
  ).toBe("signature");
});

test("tokens from before the verifier's start are refused: their use can't be known any more", () => {
  const { token } = signer().sign(request);
  const restarted = new RequestTokenVerifier(secret, "broker", ["gateway"], () => issued * 1000 + 900);
  expect(restarted.verify(token, request)).toEqual({ ok: false, reason: "issued-before-start" });
});

test("a clock set back doesn't let a used token in again", () => {
  let now = (issued - 3600) * 1000;
  const verifier = new RequestTokenVerifier(secret, "broker", ["gateway"], () => now);
  now = issued * 1000;
  const { token } = signer().sign(request);
  expect(verifier.verify(token, request)).toMatchObject({ ok: true });
  now += 3_600_000;
  const later = new RequestTokenSigner(secret, "gateway", "broker", () => now);
  expect(verifier.verify(later.sign(request).token, request)).toMatchObject({ ok: true });
  now = issued * 1000;
  expect(verifier.verify(token, request)).toMatchObject({ ok: false });
});

describe("property: no mutated token verifies", () => {
  const { token } = signer().sign(request);
  const verifies = (mutant: string) => verifierAt(issued).verify(mutant, request).ok;
  const position = fc.nat({ max: token.length });

  test("with characters replaced", () => {
    const edit = fc.tuple(
      fc.nat({ max: token.length - 1 }),
      fc.string({ unit: "binary", minLength: 1, maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let mutant = token;
        for (const [at, text] of edits) mutant = mutant.slice(0, at) + text + mutant.slice(at + text.length);
        return mutant === token || !verifies(mutant);
      }),
      { numRuns: 5000 },
    );
  });

  test("with one character of the alphabet replaced by another", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ";
    for (let at = 0; at < token.length; at++) {
      for (const character of alphabet) {
        const mutant = token.slice(0, at) + character + token.slice(at + 1);
        if (mutant !== token && verifies(mutant)) throw new Error(`accepted: ${mutant}`);
      }
    }
  });

  test("with text inserted or cut out", () => {
    fc.assert(
      fc.property(position, position, fc.string({ maxLength: 8 }), (from, to, text) => {
        const mutant = token.slice(0, from) + text + token.slice(to);
        return mutant === token || !verifies(mutant);
      }),
      { numRuns: 5000 },
    );
  });

  test("with parts of two tokens swapped", () => {
    const other = signer("gateway", "broker").sign(request).token.split(".");
    const own = token.split(".");
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...own, ...other, ""), { minLength: 1, maxLength: 5 }),
        (parts) => {
          const mutant = parts.join(".");
          return mutant === token || !verifies(mutant);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("with a claim changed and signed by any key but ours", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 32, maxLength: 64 }),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (key, changes) => {
          const forged = new Hs256(key, type).sign({ ...claimsOf(token), ...changes });
          return !verifies(forged);
        },
      ),
    );
  });
});

test("property: anything at all gets a typed answer, never an exception", () => {
  const signed = fc
    .dictionary(fc.string(), fc.jsonValue())
    .map((claims) => new Hs256(secret, type).sign(claims));
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), signed),
      (token) => !verifierAt(issued).verify(token, request).ok,
    ),
  );
});
