import { execFile } from "node:child_process";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";

import { buildApp } from "../../../apps/gateway/src/app";
import { gatewayPort } from "../../../components/gateway/gateway";
import type { Docker } from "../../../probes/docker";
import { limitRate } from "../../../probes/gateway/limitRate";
import { AuditPool } from "../../apps/gateway/auditPool";
import { createInjection, patientConfig } from "../../apps/gateway/injection";
import { compliantTarget } from "../compliantTarget";

const headers = {
  "retry-after": "60",
  "ratelimit-limit": "300",
  "ratelimit-remaining": "0",
  "ratelimit-reset": "60",
};
const limited = { statuses: Array<number>(300).fill(404), last: { status: 429, headers }, health: 200 };

const gateway = (said: object, log: (readonly string[])[] = []): Docker => {
  return (args) => {
    log.push(args);
    return Promise.resolve({ exitCode: 0, stdout: JSON.stringify(said), stderr: "" });
  };
};
const run = async (said: object, log?: (readonly string[])[]) =>
  limitRate.run(compliantTarget(gateway(said, log)));

describe("gateway-request-limit-rate", () => {
  it("passes when the 301st request is refused, and spends no client's budget", async () => {
    const log: (readonly string[])[] = [];
    expect(await run(limited, log)).toEqual({
      outcome: "pass",
      observed: "request 301 of a minute is refused with 429, /healthz still answers 200",
    });
    expect(log).toHaveLength(1);
    expect(log[0]?.slice(0, 2)).toEqual(["exec", "apexmcp-test-gateway"]);
    expect(log[0]?.at(-2)).toMatch(/^127\.(?!0\.0\.1$)/);
  });

  it.each([
    ["300", "pass", "request 301 of a minute is refused with 429, /healthz still answers 200"],
    ["301", "fail", "301 requests of one client in a minute are answered"],
  ])(
    "sees what a real gateway with a limit of %s does",
    async (limit, outcome, observed) => {
      const injection = createInjection();
      const config = patientConfig({ ...injection.environment, RATE_LIMIT_PER_MINUTE: limit });
      const app = await buildApp(config, new AuditPool().pool);
      try {
        await app.listen({ host: "127.0.0.1", port: 0 });
        const { port } = app.server.address() as AddressInfo;
        const docker: Docker = async ([, , , ...args]) => {
          const real = args.map((argument) => (argument === String(gatewayPort) ? String(port) : argument));
          return { exitCode: 0, ...(await promisify(execFile)(process.execPath, real)) };
        };
        expect(await limitRate.run(compliantTarget(docker))).toEqual({ outcome, observed });
      } finally {
        await app.close();
        injection.remove();
      }
    },
    60_000,
  );

  it.each([
    ["all requests are answered", { ...limited, last: { status: 404, headers: {} } }],
    ["the refusal doesn't say when to come again", { ...limited, last: { status: 429, headers: {} } }],
    ["health checks are refused too", { ...limited, health: 429 }],
  ])("fails when %s", async (_, said) => {
    expect(await run(said)).toMatchObject({ outcome: "fail" });
  });

  it.each([
    ["the gateway answers with errors", () => run({ ...limited, statuses: [503] })],
    [
      "nothing answers",
      async () =>
        limitRate.run(
          compliantTarget(() => Promise.resolve({ exitCode: 1, stdout: "", stderr: "ECONNREFUSED" })),
        ),
    ],
  ])("can't tell when %s", async (_, attempt) => {
    await expect(attempt()).rejects.toThrow();
  });
});
