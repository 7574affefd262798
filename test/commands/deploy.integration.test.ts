import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { routedSlot } from "../../provider/edge/routeFile";
import { freePort } from "../support/freePort";
import { EdgeLoad } from "../support/edgeLoad";
import { GatewayVariants, randomSha, type Variant } from "../support/gatewayVariants";
import { killTree } from "../support/killTree";
import { RealRegistry } from "../support/realRegistry";
import { TestStack } from "../support/testStack";

jest.setTimeout(600_000);

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

/**
 * One stack for all that follows, under load from the first release to the end: a whole deployment a test takes its
 * time, and what is promised is that nobody notices any of it.
 */
let registry: RealRegistry;
let variants: GatewayVariants;
let stack: TestStack;
let load: EdgeLoad;
let good: Variant;

const env = (tag: string, more: Record<string, string> = {}) => ({
  IMAGE_REPOSITORY: variants.repository,
  IMAGE_TAG: tag,
  IMAGE_PUBLIC_KEY: publicKey.export({ type: "spki", format: "pem" }).toString(),
  ...more,
});
const deploy = (tag: string, more?: Record<string, string>) => stack.run("deploy", [], env(tag, more));
const docker = (...args: string[]) => execFileSync("docker", args, { encoding: "utf8" }).trim();

/** Names, images and ids of what runs of our own image. */
const releases = () =>
  docker(
    "ps",
    "--no-trunc",
    `--filter=label=apexmcp.stack=${stack.name}`,
    "--format={{.Names}} {{.Image}} {{.ID}}",
  )
    .split("\n")
    .filter((line) => line.includes(variants.repository))
    .sort();
const image = ({ tag, digest }: Variant) => `${variants.repository}:${tag}@${digest}`;
const running = (variant: Variant, services: string[]) =>
  services.map((it) => expect.stringMatching(`^${stack.name}-${it} ${image(variant)} `) as string);

beforeAll(async () => {
  registry = await RealRegistry.start();
  variants = new GatewayVariants(`${registry.name}/apexmcp/gateway`, privateKey);
  stack = await TestStack.create();
  good = await variants.push();
  const first = await deploy(good.tag);
  if (first.exitCode !== 0) throw new Error(first.stdout + first.stderr);
  load = EdgeLoad.start(stack.name, stack.state);
});
afterAll(async () => {
  await load?.[Symbol.asyncDispose]();
  await stack?.remove();
  await variants?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
});

it("runs the image by its git SHA and digest", () => {
  expect(releases()).toEqual(running(good, ["broker", "gateway"]));
});

it("releases another SHA in the other slot", async () => {
  const next = await variants.push();
  const { exitCode, stdout } = await deploy(next.tag);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`Released ${image(next)}`)]);
  expect(releases()).toEqual(running(next, ["broker-b", "gateway-b"]));
  good = next;
});

it("goes back from a release that doesn't start, whose predecessor never stopped", async () => {
  const before = releases();
  const broken = await variants.push(["COPY broken.js /app/dist/server.js"]);
  const { exitCode, stderr } = await deploy(broken.tag);
  expect([exitCode, stderr]).toEqual([
    1,
    expect.stringContaining(`the last good release, ${good.tag}, is running`),
  ]);
  expect(releases()).toEqual(before);
});

it("goes back from a release that starts and fails a probe", async () => {
  const { secrets } = await stack.target();
  const leaking = await variants.push([`ENV LEAK=${secrets["VAULT_JWT_SECRET"]}`]);
  const { exitCode, stdout, stderr } = await deploy(leaking.tag);
  expect(stdout).toMatch(/container-inspect-disallow-secret\s+│ FAIL/);
  expect([exitCode, stderr]).toEqual([
    1,
    expect.stringContaining(`the last good release, ${good.tag}, is running`),
  ]);
  expect(releases()).toEqual(running(good, ["broker-b", "gateway-b"]));
});

describe("what would release something doubtful stops before anything changes", () => {
  const refused = async (tag: string, reason: string, more?: Record<string, string>) => {
    const before = releases();
    const { exitCode, stderr } = await deploy(tag, more);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(reason)]);
    expect(releases()).toEqual(before);
  };

  it("a tag that is no git SHA", () => refused("v1.2.3", "IMAGE_TAG is v1.2.3; set it to a full git SHA"));

  it("a commit whose image isn't there, and that isn't checked out", () =>
    refused(randomSha(), "another commit is checked out here"));

  it("a registry that is down", async () => {
    const IMAGE_REPOSITORY = `localhost:${await freePort()}/apexmcp/gateway`;
    await refused(good.tag, "doesn't answer (ECONNREFUSED)", { IMAGE_REPOSITORY });
  });

  it("an image that isn't signed", async () => {
    const { tag } = await variants.push([], { signed: false });
    await refused(tag, "is not signed");
  });

  it("a tag that leads to another image than it did", async () => {
    const { digest } = await variants.push([], { tag: good.tag });
    await refused(good.tag, `${good.tag} has moved: it was ${good.digest} and is ${digest}`);
  });
});

/** Waits until a deployment has come so far. */
async function reaches(deployment: ReturnType<TestStack["start"]>, there: () => boolean | Promise<boolean>) {
  let ended = false;
  void deployment.then(() => (ended = true));
  while (!(await there())) {
    if (ended) throw new Error(`it ended before it got there: ${(await deployment).stderr}`);
    await sleep(100);
  }
}

it("stops a second deployment, survives that the first is killed, and completes with the next", async () => {
  const before = releases();
  const next = await variants.push();
  const killed = stack.start("deploy", [], env(next.tag));
  await reaches(killed, () => docker("ps", "--quiet", `--filter=name=^${stack.name}-gateway$`) !== "");
  const second = await deploy(next.tag);
  expect([second.exitCode, second.stderr]).toEqual([1, expect.stringContaining("is under way")]);
  killTree(killed.pid!);
  await killed;
  expect(releases()).toEqual(expect.arrayContaining(before));

  expect(await deploy(next.tag)).toMatchObject({ exitCode: 0 });
  expect(releases()).toEqual(running(next, ["broker", "gateway"]));
});

it("leaves alone what the edge asks, when the next one comes after one that was killed late", async () => {
  const late = await variants.push();
  const killed = stack.start("deploy", [], env(late.tag));
  await reaches(killed, async () => (await routedSlot(`${stack.name}-edge`)) === "b");
  killTree(killed.pid!);
  await killed;
  const [, serving] = releases().filter((it) => it.includes("-b "));
  expect(serving).toContain(late.digest);

  const next = await variants.push();
  expect(await deploy(next.tag)).toMatchObject({ exitCode: 0 });
  expect(releases()).toEqual(running(next, ["broker", "gateway"]));
});

it("failed no request of all that", () => {
  const report = load.stop();
  const { edgeErrors, ...counts } = report;
  console.log(`under load: ${JSON.stringify(counts)}`);
  if (Object.keys(counts.failed).length > 0) console.log(edgeErrors.join("\n"));
  expect(counts.failed).toEqual({});
  expect(report.requests).toBeGreaterThan(1000);
});
