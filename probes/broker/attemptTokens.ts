/**
 * A program for the gateway's Node. It makes request tokens by itself (docs/credential-broker.md), as an attacker
 * would, sends each, and prints the statuses by the tokens' kinds as JSON.
 */
export const attemptTokens = `
const { createHash, createHmac, randomBytes, randomUUID } = require("node:crypto");
const { readFileSync } = require("node:fs");
const https = require("node:https");
const secret = readFileSync((process.env.SECRETS_DIRECTORY || "/run/secrets") + "/VAULT_JWT_SECRET", "utf8").trim();
const ca = readFileSync(process.env.PGSSLROOTCERT || "/etc/apexmcp/ca.crt");
const path = "/v1/credentials/probe/none";
const encode = (value) => Buffer.from(value).toString("base64url");
const now = Math.floor(Date.now() / 1000);
const make = ({ key = secret, alg = "HS256", issued = now, claims = {} } = {}) => {
  const body = {
    iat: issued, nbf: issued, exp: issued + 60, jti: randomUUID(),
    aud: "apexmcp-credential-broker", sub: "apexmcp-gateway",
    request_sha256: createHash("sha256").update("GET\\n" + path + "\\n").digest("base64url"), ...claims,
  };
  const input = encode(JSON.stringify({ alg, typ: "apexmcp-request+jwt" })) + "." + encode(JSON.stringify(body));
  return input + "." + (alg === "none" ? "" : createHmac("sha256", key).update(input).digest("base64url"));
};
const altered = () => {
  const [header, , signature] = make().split(".");
  return [header, make({ claims: { sub: "somebody-else" } }).split(".")[1], signature].join(".");
};
const fresh = make();
const tokens = {
  fresh,
  replayed: fresh,
  expired: make({ issued: now - 70 }),
  "future-dated": make({ issued: now + 30 }),
  "long-lived": make({ claims: { exp: now + 86400 } }),
  altered: altered(),
  "for another request": make({ claims: { request_sha256: encode("another") } }),
  "of alg none": make({ alg: "none" }),
  "signed with a dev secret": make({ key: "dev-oauth-jwt-secret-change-in-prod" }),
  "signed with another secret": make({ key: randomBytes(32).toString("base64") }),
  static: randomBytes(32).toString("base64url"),
};
const send = (token) => new Promise((resolve, reject) => {
  https.get(new URL(path, process.env.BROKER_URL), { ca, timeout: 5000, headers: { authorization: "Bearer " + token } },
    (response) => { response.resume(); response.on("end", () => resolve(response.statusCode)); })
    .on("error", reject).on("timeout", function () { this.destroy(new Error("the broker doesn't answer")); });
});
(async () => {
  const answers = {};
  for (const [kind, token] of Object.entries(tokens)) answers[kind] = await send(token);
  console.log(JSON.stringify(answers));
})().catch((error) => { console.error(String(error.message || error.code)); process.exitCode = 1; });
`;
