import { randomBytes, randomUUID } from "node:crypto";
import { createSigner, createVerifier } from "fast-jwt";
import { Hs256 } from "../apps/gateway/src/tokens/hs256";
import { RequestTokenSigner, RequestTokenVerifier } from "../apps/gateway/src/tokens/requestToken";

/**
 * `make bench`: HS256 tokens of node:crypto alone against fast-jwt, in one interleaved run. Prints microseconds
 * per operation and fails when ours is the slower one (issue: no slower than fast-jwt).
 *
 * "JWT" is the same claims through both libraries, times, audience and subject checked; "whole" adds, on our side
 * only, what a request token is for: hashing the request, making the id, and refusing a second use.
 */
const ROUNDS = 61;
const OPERATIONS = 1000;

const secret = randomBytes(48).toString("base64");
const request = { method: "PUT", path: "/v1/credentials/acme/github", body: randomBytes(300) };
const type = "apexmcp-request+jwt";

const hs256 = new Hs256(secret, type);
const signer = new RequestTokenSigner(secret, "gateway", "broker");
// Started an hour ago as far as it knows, since it refuses tokens from before its start.
let skew = -3_600_000;
const verifier = new RequestTokenVerifier(secret, "broker", ["gateway"], () => Date.now() + skew);
skew = 0;
const fastSign = createSigner({ key: secret, algorithm: "HS256" });
const fastVerify = createVerifier({
  key: secret,
  algorithms: ["HS256"],
  allowedAud: "broker",
  allowedSub: "gateway",
  requiredClaims: ["iat", "nbf", "exp", "jti", "request_sha256"],
  clockTolerance: 5000,
});

const now = Math.floor(Date.now() / 1000);
const claims = () => ({
  iat: now,
  nbf: now,
  exp: now + 60,
  jti: randomUUID(),
  aud: "broker",
  sub: "gateway",
  request_sha256: randomBytes(32).toString("base64url"),
});

interface Subject {
  name: string;
  /** Prepares what one round works on; never timed. */
  prepare: () => unknown[];
  run: (input: never) => unknown;
  samples: number[];
}

const subject = <T>(name: string, prepare: () => T, run: (input: T) => unknown): Subject => ({
  name,
  prepare: () => Array.from({ length: OPERATIONS }, prepare),
  run,
  samples: [],
});

const accept = (result: { ok: boolean }) => {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result)}`);
};

const subjects = [
  subject("sign, JWT: ours", claims, (input) => hs256.sign(input)),
  subject("sign, JWT: fast-jwt", claims, (input) => fastSign(input)),
  subject(
    "sign, whole: ours",
    () => request,
    (input) => signer.sign(input),
  ),
  subject(
    "verify, JWT: ours",
    () => hs256.sign(claims()),
    (token) => accept(hs256.verify(token)),
  ),
  subject(
    "verify, JWT: fast-jwt",
    () => fastSign(claims()),
    (token) => fastVerify(token) as unknown,
  ),
  subject(
    "verify, whole: ours",
    () => signer.sign(request).token,
    (token) => accept(verifier.verify(token, request)),
  ),
];

for (let round = 0; round < ROUNDS; round++) {
  // Another order each round, so that nobody always runs after the same neighbour.
  for (let turn = 0; turn < subjects.length; turn++) {
    const { prepare, run, samples } = subjects[(turn + round) % subjects.length]!;
    const inputs = prepare() as never[];
    const start = process.hrtime.bigint();
    for (const input of inputs) run(input);
    samples.push(Number(process.hrtime.bigint() - start) / 1000 / OPERATIONS);
  }
}

const median = (samples: number[]) => [...samples].sort((a, b) => a - b)[samples.length >> 1]!;
const results = new Map(
  subjects.map(({ name, samples }) => [name, median(samples.slice(samples.length >> 2))]),
);
console.log(`HS256 tokens, µs per operation, median of ${ROUNDS} interleaved rounds of ${OPERATIONS}:`);
for (const [name, microseconds] of results)
  console.log(`  ${name.padEnd(24)}${microseconds.toFixed(2).padStart(7)}`);

for (const operation of ["sign", "verify"]) {
  const ratio = results.get(`${operation}, JWT: ours`)! / results.get(`${operation}, JWT: fast-jwt`)!;
  console.log(`  ${operation}: ${ratio.toFixed(2)} of fast-jwt's time`);
  if (ratio > 1) process.exitCode = 1;
}
