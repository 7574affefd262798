import { createHmac, generateKeyPairSync, createSign, randomBytes } from "node:crypto";
import { Hs256 } from "../../../../apps/gateway/src/tokens/hs256";

const secret = randomBytes(48).toString("base64");
const jwt = new Hs256(secret, "test+jwt");
const claims = { sub: "gateway", iat: 1_700_000_000, text: "grün" };

const segment = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const sign = (input: string, key = secret) =>
  `${input}.${createHmac("sha256", key).update(input).digest("base64url")}`;
/** Correctly signed with the right key, whatever the header and payload are. */
const forge = (header: unknown, payload: unknown = claims) => sign(`${segment(header)}.${segment(payload)}`);
const reasonOf = (token: string) => {
  const result = jwt.verify(token);
  return result.ok ? "accepted" : result.reason;
};

test("a signed token verifies and gives its claims back", () => {
  expect(jwt.verify(jwt.sign(claims))).toEqual({ ok: true, claims });
});

test("the token is a compact JWS that any HS256 implementation reads", () => {
  expect(jwt.sign(claims)).toBe(forge({ alg: "HS256", typ: "test+jwt" }));
});

describe("a header other than ours is refused, even when the token is signed with the right key", () => {
  const good = { alg: "HS256", typ: "test+jwt" };
  test.each<[string, unknown]>([
    ["alg none", { alg: "none", typ: "test+jwt" }],
    ["alg nOnE", { alg: "nOnE", typ: "test+jwt" }],
    ["no alg", { typ: "test+jwt" }],
    ["alg null", { alg: null, typ: "test+jwt" }],
    ["alg as a list", { alg: ["HS256"], typ: "test+jwt" }],
    ["alg hs256", { alg: "hs256", typ: "test+jwt" }],
    ["alg HS512", { alg: "HS512", typ: "test+jwt" }],
    ["alg RS256", { alg: "RS256", typ: "test+jwt" }],
    ["another typ", { alg: "HS256", typ: "JWT" }],
    ["no typ", { alg: "HS256" }],
    ["an embedded key", { ...good, jwk: { kty: "oct", k: segment("attacker") } }],
    ["a key set's address", { ...good, jku: "https://attacker.example/jwks.json" }],
    ["a certificate", { ...good, x5c: ["MIIB"] }],
    ["a certificate's address", { ...good, x5u: "https://attacker.example/cert.pem" }],
    ["a key id", { ...good, kid: "1" }],
    ["a key id with traversal", { ...good, kid: "../../../../dev/null" }],
    ["a key id with SQL", { ...good, kid: "' UNION SELECT 'key" }],
    ["an unknown critical extension", { ...good, crit: ["exp"], exp: 1 }],
    ["an empty crit", { ...good, crit: [] }],
    ["unencoded payload", { ...good, b64: false, crit: ["b64"] }],
    ["compression", { ...good, zip: "DEF" }],
    ["another order", { typ: "test+jwt", alg: "HS256" }],
    ["white space", '{"alg": "HS256","typ":"test+jwt"}'],
    ["a duplicate key", '{"alg":"none","alg":"HS256","typ":"test+jwt"}'],
    ["a duplicate key at the end", '{"alg":"HS256","typ":"test+jwt","alg":"none"}'],
    ["no object", "null"],
    ["nothing", ""],
  ])("%s", (_name, header) => expect(reasonOf(forge(header))).toBe("header"));
});

describe("the signature", () => {
  const token = jwt.sign(claims);
  const [header = "", payload = "", signature = ""] = token.split(".");

  test.each<[string, string]>([
    ["left out", `${header}.${payload}`],
    ["empty (null signature)", `${header}.${payload}.`],
    ["truncated", token.slice(0, -1)],
    ["padded", `${token}=`],
    ["with a line end", `${token}\n`],
    [
      "in base64 instead of base64url",
      `${header}.${payload}.${Buffer.from(signature, "base64url").toString("base64")}`,
    ],
    ["in hexadecimal", `${header}.${payload}.${Buffer.from(signature, "base64url").toString("hex")}`],
    ["followed by a fourth part", `${token}.${signature}`],
    ["of another text", `${header}.${segment({ ...claims, sub: "admin" })}.${signature}`],
    ["by another secret", sign(`${header}.${payload}`, randomBytes(48).toString("base64"))],
    ["by the published dev default", sign(`${header}.${payload}`, "dev-oauth-jwt-secret-change-in-prod")],
    ["by an empty secret", sign(`${header}.${payload}`, "")],
    ["by zero bytes", sign(`${header}.${payload}`, "\0".repeat(32))],
    ["of characters that fold to ours in Latin-1", `${header}.${payload}.${foldable(signature)}`],
  ])("is refused %s", (_name, forged) => expect(reasonOf(forged)).toBe("signature"));

  test("has one spelling: its unused trailing bits can't be set", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = alphabet.indexOf(signature.slice(-1));
    const other = token.slice(0, -1) + alphabet[last + 1];
    const bytesOf = (text: string) => Buffer.from(text.split(".")[2] ?? "", "base64url");
    expect(bytesOf(other)).toEqual(bytesOf(token));
    expect(reasonOf(other)).toBe("signature");
  });

  test("of RS256 with the secret's owner's public key as HMAC secret is no signature", () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    expect(reasonOf(sign(`${header}.${payload}`, pem))).toBe("signature");
    const rsa = createSign("RSA-SHA256").update(`${header}.${payload}`).sign(privateKey, "base64url");
    expect(reasonOf(`${header}.${payload}.${rsa}`)).toBe("signature");
  });
});

/** Each character moved by 256: the same byte once a decoder drops the high one. */
function foldable(text: string): string {
  return [...text].map((character) => String.fromCharCode(character.charCodeAt(0) + 256)).join("");
}

describe("claims in a form that signing never makes are refused, even with a right signature", () => {
  const good = { alg: "HS256", typ: "test+jwt" };
  const raw = (payload: string) => sign(`${segment(good)}.${payload}`);
  test.each<[string, string]>([
    ["duplicate keys", forge(good, '{"sub":"gateway","sub":"admin"}')],
    ["duplicate keys, one escaped", forge(good, '{"sub":"gateway","s\\u0075b":"admin"}')],
    ["white space", forge(good, '{"sub": "gateway"}')],
    ["a number with an exponent", forge(good, '{"iat":17e8}')],
    ["a number too large for a double", forge(good, '{"exp":1e999}')],
    ["a byte order mark", forge(good, '\ufeff{"sub":"gateway"}')],
    ["a list", forge(good, [])],
    ["null", forge(good, "null")],
    ["a string", forge(good, '"gateway"')],
    ["no JSON", forge(good, "{")],
    ["nothing", forge(good, "")],
    ["padding", raw(`${Buffer.from('{"a":1}').toString("base64")}`)],
    [
      "trailing bits",
      raw(segment('{"a":1}').replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1))),
    ],
    ["white space in the encoding", raw(` ${segment(claims)}`)],
    ["an extra part", raw(`${segment(claims)}.${segment(claims)}`)],
    ["invalid UTF-8", raw(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString("base64url"))],
  ])("%s", (_name, token) => expect(reasonOf(token)).toBe("form"));

  test("a __proto__ claim changes nothing but itself", () => {
    const result = jwt.verify(forge(good, '{"__proto__":{"sub":"admin"}}'));
    expect(result).toMatchObject({ ok: true });
    expect(result.ok && result.claims["sub"]).toBeUndefined();
    expect(({} as Record<string, unknown>)["sub"]).toBeUndefined();
  });
});

test("a token beyond 4096 characters is neither made nor read", () => {
  expect(() => jwt.sign({ text: "x".repeat(4096) })).toThrow(RangeError);
  expect(reasonOf(forge({ alg: "HS256", typ: "test+jwt" }, { text: "x".repeat(4096) }))).toBe("size");
});

test("a token of another kind, signed with the same secret, is refused", () => {
  expect(reasonOf(new Hs256(secret, "other+jwt").sign(claims))).toBe("header");
});

test.each(["", "short", "x".repeat(31)])("a secret under 32 bytes can't be used", (short) => {
  expect(() => new Hs256(short, "test+jwt")).toThrow("at least 32 bytes");
});
