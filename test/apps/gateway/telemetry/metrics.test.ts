import type { AddressInfo } from "node:net";
import { buildApp } from "../../../../apps/gateway/src/app";
import { freePort } from "../../../support/freePort";
import { AuditPool } from "../auditPool";
import { createInjection, patientConfig } from "../injection";

test("/metrics is on a port of its own, and tells of requests by route and status", async () => {
  const injection = createInjection();
  const METRICS_PORT = String(await freePort());
  const app = await buildApp(
    { ...patientConfig({ ...injection.environment, METRICS_PORT, HOST: "127.0.0.1" }) },
    new AuditPool().pool,
  );
  try {
    await app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const status = async (path: string, on: string | number = port) =>
      (await fetch(`http://127.0.0.1:${on}${path}`)).status;
    expect(await status("/healthz")).toBe(200);
    expect(await status("/hidden?key=hidden")).toBe(404);
    expect(await status("/api/connectors/hidden")).toBe(401);
    expect(await status("/metrics")).toBe(404);
    expect(await status("/healthz", METRICS_PORT)).toBe(404);

    const metrics = await fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`);
    const text = await metrics.text();
    expect(metrics.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text).toContain(
      'http_request_duration_seconds_count{method="GET",route="/healthz",status="200"} 1',
    );
    expect(text).toContain('route="/api/connectors/:name",status="401"} 1');
    expect(text).toContain('route="none",status="404"}');
    expect(text).toMatch(/^audit_entries_waiting 0$/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);
    expect(text).not.toContain("hidden");
  } finally {
    await app.close();
    injection.remove();
  }
  await expect(fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`)).rejects.toThrow();
});
