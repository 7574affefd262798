import { randomInt } from "node:crypto";

import { gatewayPort } from "../../components/gateway/gateway";
import { dockerOrThrow } from "../docker";
import { fail, pass, probe } from "../probe";
import { containerOf } from "../target";

/** Article finding 4. */
const PER_MINUTE = 300;

/** One request more than a minute has, from one client address, and then one to /healthz. */
const attempt = `
  const http = require("node:http");
  const [port, localAddress, count] = process.argv.slice(1);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const get = (path) => new Promise((resolve, reject) => {
    http.get({ host: "127.0.0.1", port, path, agent, localAddress }, (response) => {
      response.resume().on("end", () => resolve({ status: response.statusCode, headers: response.headers }));
    }).on("error", reject);
  });
  (async () => {
    const statuses = (await Promise.all(Array.from({ length: +count }, () => get("/probe")))).map((it) => it.status);
    const last = await get("/probe");
    const health = await get("/healthz");
    process.stdout.write(JSON.stringify({ statuses, last, health: health.status }));
    agent.destroy();
  })();`;

interface Attempt {
  statuses: number[];
  last: { status: number; headers: Record<string, string | undefined> };
  health: number;
}

/**
 * Proves gateway-request-limit-rate: of 301 requests within a minute the last is refused with 429 and says when to come
 * again, while /healthz still answers. They come from an address that nobody else has, inside the gateway's container,
 * so that no client's budget is spent.
 */
export const limitRate = probe("gateway-request-limit-rate", async (target) => {
  const { name } = containerOf(target, "gateway");
  const address = `127.${randomInt(1, 255)}.${randomInt(0, 255)}.${randomInt(1, 255)}`;
  const command = ["node", "-e", attempt, String(gatewayPort), address, String(PER_MINUTE)];
  const said = await dockerOrThrow(target.docker, ["exec", name, ...command]);
  const { statuses, last, health } = JSON.parse(said) as Attempt;

  const strange = [...statuses, last.status].find((status) => status !== 404 && status !== 429);
  if (strange !== undefined) throw new Error(`the gateway answers ${strange} to an unknown path`);
  if (last.status !== 429) return fail(`${PER_MINUTE + 1} requests of one client in a minute are answered`);
  const missing = ["retry-after", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"].filter(
    (header) => last.headers[header] === undefined,
  );
  if (missing.length > 0) return fail(`the refusal has no ${missing.join(", ")}`);
  if (health !== 200) return fail(`/healthz answers ${health} to a client that is refused`);
  const answered = statuses.filter((status) => status !== 429).length;
  return pass(`request ${answered + 1} of a minute is refused with 429, /healthz still answers 200`);
});
