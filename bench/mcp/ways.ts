import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { AgentTokens } from "../../apps/gateway/src/auth/agentTokens";
import { createInjection } from "../../test/apps/gateway/injection";
import { RealPostgres } from "../../test/support/realPostgres";
import { freePort } from "../../test/support/freePort";
import { stackImage } from "../../test/support/stackImage";

const root = join(__dirname, "../..");
const publicUrl = "https://mcp.example";

/** One way to the same upstream. */
export interface Way {
  name: string;
  /** Of the endpoint that answers a tool call with JSON, and of the one that answers with a stream. */
  json: string;
  stream: string;
  /** A token's life is short, so they are asked for before each use. */
  headers: (endpoint: "json" | "stream") => Record<string, string>;
  /** What the tool is called there, if not as the upstream calls it. */
  tool?: string;
  /** At a time, as fast as they are answered; 256 by default. */
  connections?: number;
  /** Of the process, where it is one of ours. */
  pid?: number;
}

/** Starts a process that listens on a port, and returns its id. */
export type Run = (
  port: number,
  program: string,
  args: string[],
  environment?: Record<string, string>,
) => Promise<number>;

export const plain = { "content-type": "application/json", accept: "application/json, text/event-stream" };

/** The upstream and every way to it, each a process of its own on this machine. `run` starts more of them. */
export async function startWays() {
  const stops: (() => unknown)[] = [];
  const stop = async () => {
    for (const each of stops.reverse()) await each();
  };
  const run: Run = async (port, program, args, environment) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { PATH: process.env["PATH"], NODE_ENV: "production", ...environment },
      stdio: ["ignore", "inherit", "inherit"],
    });
    stops.push(() => ended(child));
    await listening(port, child);
    return child.pid!;
  };
  const peer = (role: "upstream" | "proxy", port: number, ...args: string[]) =>
    run(port, process.execPath, ["bench/mcp/peers.mts", role, String(port), ...args]);
  try {
    const port = await freePort();
    const upstreamPid = await peer("upstream", port);
    const upstream = `http://127.0.0.1:${port}`;
    const at = (name: string, origin: string, pid?: number): Way => ({
      ...{ name, json: `${origin}/mcp`, stream: `${origin}/mcp?stream`, headers: () => plain },
      ...(pid && { pid }),
    });
    const ways = [at("direct", upstream, upstreamPid)];

    const proxy = await freePort();
    ways.push(at("http-proxy", `http://127.0.0.1:${proxy}`, await peer("proxy", proxy, upstream)));
    const nginx = await freePort();
    stops.push(await startNginx(nginx, port));
    ways.push(at("nginx", `http://127.0.0.1:${nginx}`));
    ways.push(await startGateway(upstream, stops, run));
    return { ways, upstream, run, stops, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** All that the stack's gateway has switched on, on the stack's own database; its limits are out of the load's way. */
async function startGateway(upstream: string, stops: (() => unknown)[], run: Run): Promise<Way> {
  const postgres = await RealPostgres.start({ onHost: true });
  stops.push(() => postgres[Symbol.asyncDispose]());
  const organisationId = randomUUID();
  await postgres.as("apexmcp_app", async (client) => {
    await client.query("INSERT INTO apexmcp.organisations (id, name) VALUES ($1, 'bench')", [organisationId]);
    for (const [name, path] of [
      ["json", "/mcp"],
      ["stream", "/mcp?stream"],
    ] as const)
      await client.query(
        "INSERT INTO apexmcp.connectors (organisation_id, name, url, allow_http) VALUES ($1, $2, $3, true)",
        [organisationId, name, upstream + path],
      );
  });
  const injection = createInjection(postgres.caCertificate, {
    POSTGRES_APP_PASSWORD: postgres.passwords.apexmcp_app,
  });
  stops.push(injection.remove);
  // As it is deployed: a loader would count as its memory.
  await promisify(execFile)("npm", ["run", "build", "--workspace=apps/gateway"], { cwd: root });
  const port = await freePort();
  const profiled = process.env["BENCH_PROFILE"];
  const profile = profiled ? ["--cpu-prof", `--cpu-prof-dir=${profiled}`] : [];
  const pid = await run(port, process.execPath, [...profile, "apps/gateway/dist/server.js"], {
    ...injection.environment,
    HOST: "127.0.0.1",
    PORT: String(port),
    LOG_LEVEL: "info",
    PUBLIC_URL: publicUrl,
    PGHOST: postgres.host,
    PGPORT: String(postgres.port),
    ALLOW_HTTP_CONNECTORS: "true",
    EGRESS_ALLOW_CIDRS: "127.0.0.1",
    ...Object.fromEntries(
      ["RATE_LIMIT_PER_MINUTE", "AGENT_RATE_LIMIT_PER_MINUTE", "CONNECTOR_RATE_LIMIT_PER_MINUTE"].map(
        (name) => [name, "1000000000"],
      ),
    ),
    AGENT_CONCURRENCY: "2000",
  });
  const tokens = new AgentTokens(
    { current: readFileSync(join(injection.secrets, "OAUTH_JWT_SECRET"), "utf8") },
    publicUrl,
  );
  const agentId = randomUUID();
  const token = (connector: string) =>
    tokens.issue({
      agentId,
      organisationId,
      resource: `${publicUrl}/mcp/${connector}`,
      scopes: [`mcp:${connector}`],
    });
  return {
    name: "gateway",
    json: `http://127.0.0.1:${port}/mcp/json`,
    stream: `http://127.0.0.1:${port}/mcp/stream`,
    headers: (endpoint) => ({ ...plain, authorization: `Bearer ${token(endpoint)}` }),
    pid,
  };
}

/** The stack's nginx as a plain proxy, one worker, on the host's network, so that it has no other way to go. */
async function startNginx(port: number, upstream: number): Promise<() => Promise<unknown>> {
  const directory = mkdtempSync(join(tmpdir(), "bench-nginx-"));
  const configuration = join(directory, "nginx.conf");
  writeFileSync(
    configuration,
    `worker_processes 1; pid /tmp/nginx.pid; error_log stderr;
    events { worker_connections 8192; }
    http {
      access_log off; client_body_temp_path /tmp/a; proxy_temp_path /tmp/b; fastcgi_temp_path /tmp/c; uwsgi_temp_path /tmp/d; scgi_temp_path /tmp/e;
      keepalive_requests 100000000;
      upstream there { server 127.0.0.1:${upstream}; keepalive 256; keepalive_requests 100000000; }
      server { listen 127.0.0.1:${port}; location / { proxy_pass http://there; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; } }
    }`,
    { mode: 0o644 },
  );
  const container = `bench-nginx-${randomBytes(6).toString("hex")}`;
  const docker = (args: string[]) => promisify(execFile)("docker", args);
  await docker([
    "create",
    "--name",
    container,
    "--network=host",
    "--user=101:101",
    stackImage("nginx"),
    "nginx",
    "-g",
    "daemon off;",
    "-c",
    "/etc/nginx/bench.conf",
  ]);
  await docker(["cp", configuration, `${container}:/etc/nginx/bench.conf`]);
  rmSync(directory, { recursive: true });
  await docker(["start", container]);
  await listening(port);
  return () => docker(["rm", "--force", container]);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await exit;
}

async function listening(port: number, child?: ChildProcess): Promise<void> {
  for (let tries = 0; ; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("close", () => undefined).on("connect", () => socket.destroy());
    });
    if (open) return;
    if (tries > 900 || child?.exitCode != null) throw new Error(`nothing listens on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
