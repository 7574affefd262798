import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { request } from "undici";
import { freePort } from "../../test/support/freePort";
import { plain, type Run, type Way } from "./ways";

const run = promisify(execFile);

const VERSION = "1.0.7.post20260921";
const environment = join(
  process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"),
  "apexmcp/contextforge",
  VERSION,
);
const user = "bench@example.com";

/** @throws when it can't be installed, here and now */
async function install(): Promise<void> {
  const made = join(environment, "made");
  if (existsSync(made)) return;
  rmSync(environment, { recursive: true, force: true });
  console.log(`installing mcp-contextforge-gateway ${VERSION} into ${environment}`);
  await run(process.env["PYTHON"] ?? "python3.11", ["-m", "venv", environment]);
  await run(join(environment, "bin/pip"), ["install", "--quiet", `mcp-contextforge-gateway==${VERSION}`]);
  await run("touch", [made]);
}

/**
 * IBM's ContextForge with the settings it comes with: its authentication on, no audit log, SQLite. Its limits are out
 * of the load's way, and it may reach this machine, like our gateway.
 */
export async function startContextForge(
  upstream: string,
  spawn: Run,
  stops: (() => unknown)[],
): Promise<Way> {
  await install();
  const folder = mkdtempSync(join(tmpdir(), "bench-contextforge-"));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  const secret = () => `${randomBytes(32).toString("base64url")}aA1!`;
  const settings = {
    JWT_SECRET_KEY: secret(),
    AUTH_ENCRYPTION_SECRET: secret(),
    BASIC_AUTH_PASSWORD: secret(),
    PLATFORM_ADMIN_EMAIL: user,
    PLATFORM_ADMIN_PASSWORD: secret(),
    DATABASE_URL: `sqlite:///${join(folder, "mcp.db")}`,
    ENVIRONMENT: "production",
    LOG_LEVEL: "CRITICAL",
    SSRF_ALLOW_LOCALHOST: "true",
    SSRF_ALLOW_PRIVATE_NETWORKS: "true",
    RATE_LIMIT_MEDIUM_RPM: "1000000000",
    RATE_LIMIT_MEDIUM_BURST: "1000000000",
  };
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const log = join(folder, "log");
  const program = [join(environment, "bin/mcpgateway"), "--host", "127.0.0.1", "--port", String(port)];
  const pid = await spawn(port, "sh", ["-c", `exec "$@" > ${log} 2>&1`, "sh", ...program], {
    ...settings,
    HOME: folder,
  });
  const { stdout } = await run(
    join(environment, "bin/python"),
    ["-m", "mcpgateway.utils.create_jwt_token", "--username", user, "--admin", "--exp", "60"],
    { env: { ...process.env, ...settings }, cwd: folder },
  );
  const headers = { ...plain, authorization: `Bearer ${stdout.trim().split("\n").at(-1)}` };
  const ask = async (path: string, body?: object) => {
    const { statusCode, body: answer } = await request(address + path, {
      ...{ method: body ? "POST" : "GET", headers, body: body ? JSON.stringify(body) : null },
    });
    const text = await answer.text();
    if (statusCode >= 300) throw new Error(`ContextForge answered ${statusCode} to ${path}: ${text}`);
    return JSON.parse(text) as unknown;
  };
  await ask("/gateways", { name: "bench", url: `${upstream}/mcp`, transport: "STREAMABLEHTTP" });
  const [tool] = (await ask("/tools")) as { id: string; name: string }[];
  const server = { name: "bench", associated_tools: [tool!.id] };
  const { id } = (await ask("/servers", { server })) as { id: string };
  const json = `${address}/servers/${id}/mcp/`;
  // With more it answers next to none in time.
  const connections = 16;
  return {
    name: "ContextForge",
    json,
    stream: json,
    headers: () => headers,
    tool: tool!.name,
    connections,
    pid,
  };
}
