import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as server from "@pulumi/policy/server";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

import { policies } from "../policies/all";
import { pulumiPolicy } from "../policies/pulumiPolicy";
import { filledRequest } from "../test/policies/filledRequest";

/**
 * `make bench`: what the policy pack costs. Evaluates stacks of 1,000 to 20,000 resources through the SDK's own calls,
 * as Pulumi's engine does (issue: 1,000 in under 1 s, growth linear to 20,000). Then checks 200 compose files beside
 * Checkov, whose secrets framework is what it has for them, in one interleaved run (issue: five times as many files a
 * second), where CHECKOV or the path has one; reads a state of 50 MB; and starts the command (issue: under 300 ms). The
 * command is the one that npm would publish.
 */
type Call = (call: object, callback: (error: Error | null) => void) => Promise<void>;
const calls = server as unknown as Record<string, (...pack: unknown[]) => Call>;
const pack = ["pack", "1.0.0", "mandatory", policies.map(pulumiPolicy)];
const analyze = calls.makeAnalyzeRpcFun!(...pack);
const analyzeStack = calls.makeAnalyzeStackRpcFun!(...pack);

const digest = `sha256:${"5e".repeat(32)}`;
/** The inputs of resources as stacks declare them, one of each ten a container. */
const kinds: [string, (index: number) => Record<string, unknown>][] = [
  [
    "docker:index/container:Container",
    (index) => ({
      name: `web-${index}`,
      image: `nginx:1.28.0@${digest}`,
      command: ["nginx", "-g", "daemon off;"],
      user: "101:101",
      envs: ["PGHOST=postgres", "PGPORT=5432", `POSTGRES_PASSWORD_FILE=/run/secrets/DB_${index}`],
      labels: [{ label: "team", value: "platform" }],
      readOnly: true,
      capabilities: { drops: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      memory: 256,
      memorySwap: 256,
      cpus: "0.5",
      ulimits: [{ name: "nproc", soft: 64, hard: 64 }],
      mounts: [{ type: "volume", source: `web-${index}`, target: "/data" }],
      networksAdvanced: [{ name: "edge", aliases: ["web"] }],
      ports: [{ internal: 8443, external: 8443, ip: "127.0.0.1", protocol: "tcp" }],
      healthcheck: { tests: ["CMD", "curl", "-f", "https://localhost:8443/"], interval: "5s" },
      restart: "on-failure",
      maxRetryCount: 5,
    }),
  ],
  ["docker:index/volume:Volume", (index) => ({ name: `data-${index}`, driver: "local" })],
  ["docker:index/network:Network", (index) => ({ name: `segment-${index}`, internal: true })],
  [
    "postgresql:index/role:Role",
    (index) => ({ name: `app_${index}`, login: true, roles: [], superuser: false }),
  ],
  [
    "postgresql:index/grant:Grant",
    (index) => ({
      role: `app_${index}`,
      objectType: "table",
      objects: ["orders"],
      privileges: ["SELECT", "INSERT"],
    }),
  ],
  [
    "vault:index/policy:Policy",
    (index) => ({
      name: `p${index}`,
      policy: `path "secret/data/app-${index}/*" {\n  capabilities = ["read"]\n}\n`,
    }),
  ],
  [
    "github:index/repositoryEnvironment:RepositoryEnvironment",
    (index) => ({ repository: "r", environment: `e${index}`, reviewers: [{ users: [1] }] }),
  ],
  [
    "aws:s3/bucket:Bucket",
    (index) => ({ bucket: `logs-${index}`, tags: { team: "platform", purpose: "logs" } }),
  ],
  [
    "aws:iam/role:Role",
    (index) => ({
      name: `role-${index}`,
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ecs.amazonaws.com" } },
        ],
      }),
    }),
  ],
  [
    "kubernetes:core/v1:ConfigMap",
    (index) => ({
      metadata: { name: `c${index}` },
      data: { "app.properties": "log.level=info\nport=8080\nhost=orders\n" },
    }),
  ],
];

function described(index: number) {
  const [type, props] = kinds[index % kinds.length]!;
  const name = `r${index}`;
  return {
    type,
    name,
    urn: `urn:pulumi:dev::bench::${type}::${name}`,
    properties: Struct.fromJavaScript(props(index) as Record<string, JavaScriptValue>),
  };
}

/** Seconds of processor time to evaluate a stack of so many resources: each by itself, then all together. */
async function evaluate(count: number): Promise<number> {
  const requests = Array.from({ length: count }, (_, index) =>
    filledRequest(new analyzer.AnalyzeRequest(), described(index)),
  );
  const stack = new analyzer.AnalyzeStackRequest();
  stack.setResourcesList(
    Array.from({ length: count }, (_, index) =>
      filledRequest(new analyzer.AnalyzerResource(), described(index)),
    ),
  );
  const answered = (error: Error | null) => {
    if (error) throw error;
  };
  const start = process.cpuUsage();
  for (const request of requests) await analyze({ request }, answered);
  await analyzeStack({ request: stack }, answered);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

const scratch = mkdtempSync(join(tmpdir(), "apexmcp-bench-"));

/** What npm would publish; the command needs nothing beside it. */
function published(): string {
  const options = { cwd: join(__dirname, "../policies"), encoding: "utf8" } as const;
  execFileSync("npm", ["pack", "--silent", "--pack-destination", scratch], options);
  const archive = globSync(join(scratch, "*.tgz"))[0]!;
  execFileSync("tar", ["-xzf", archive, "-C", scratch]);
  return join(scratch, "package/hardening-policies.js");
}

const command = published();
const composeFile = join(__dirname, "../test/policies/check/article/before/docker-compose.yml");

function seconds(program: string, args: string[]): number {
  const start = performance.now();
  const { error, status } = spawnSync(program, args, { stdio: "ignore" });
  if (error) throw error;
  if (status !== 0 && status !== 1) throw new Error(`${program} ended with ${status}`);
  return (performance.now() - start) / 1000;
}

const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

/** Medians of three interleaved rounds; `undefined` where there is no Checkov. */
function besideCheckov(files: number): { ours: number; checkov: number } | undefined {
  const checkov = process.env.CHECKOV ?? "checkov";
  if (spawnSync(checkov, ["--version"], { stdio: "ignore" }).error) return undefined;
  const folder = join(scratch, "corpus");
  const names = Array.from({ length: files }, (_, index) => join(folder, `s${index}`, "docker-compose.yml"));
  for (const name of names) {
    mkdirSync(join(name, ".."), { recursive: true });
    copyFileSync(composeFile, name);
  }
  const rounds = [0, 1, 2].map(() => ({
    ours: seconds(process.execPath, [command, "check", "--format", "json", ...names]),
    checkov: seconds(checkov, ["-d", folder, "--framework", "secrets", "--quiet", "--compact"]),
  }));
  return {
    ours: median(rounds.map(({ ours }) => ours)),
    checkov: median(rounds.map((round) => round.checkov)),
  };
}

/** Seconds to check a stack export of so many megabytes. */
function ofState(megabytes: number): number {
  const resources = [];
  for (let index = 0, size = 0; size < megabytes * 1e6; index++) {
    const [type, props] = kinds[index % kinds.length]!;
    const inputs = props(index);
    const resource = {
      urn: `urn:pulumi:dev::bench::${type}::r${index}`,
      custom: true,
      type,
      inputs,
      outputs: inputs,
    };
    size += JSON.stringify(resource, null, 4).length;
    resources.push(resource);
  }
  const file = join(scratch, "state.json");
  writeFileSync(file, JSON.stringify({ version: 3, deployment: { manifest: {}, resources } }, null, 4));
  return seconds(process.execPath, [command, "check", "--format", "json", file]);
}

async function main(): Promise<void> {
  await evaluate(500); // warms up
  const each = [];
  for (const count of [1000, 5000, 20000]) {
    const took = await evaluate(count);
    each.push(took / count);
    console.log(`${count} resources: ${took.toFixed(2)} s, ${((took / count) * 1000).toFixed(3)} ms each`);
  }
  seconds(process.execPath, [command, "--help"]); // fills V8's compile cache
  const start = median(Array.from({ length: 9 }, () => seconds(process.execPath, [command, "--help"])));
  console.log(`start-up: ${(start * 1000).toFixed(0)} ms`);
  console.log(`a state of 50 MB: ${ofState(50).toFixed(1)} s`);
  const compared = besideCheckov(200);
  if (compared) {
    const { ours, checkov } = compared;
    console.log(
      `200 compose files: ${ours.toFixed(2)} s, Checkov ${checkov.toFixed(2)} s: ${(checkov / ours).toFixed(1)} times`,
    );
    if (checkov / ours < 5) process.exitCode = 1;
  } else {
    console.log("not compared with Checkov, which isn't here: pip install checkov, and name it in CHECKOV");
  }
  if (each[0]! > 0.001 || each[2]! > 3 * each[0]! || start > 0.3) process.exitCode = 1;
}

process.on("exit", () => rmSync(scratch, { recursive: true }));
void main();
