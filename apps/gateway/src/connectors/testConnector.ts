import type { Upstreams } from "./upstreams";
import type { Target } from "./withCredential";

export interface ConnectorTest {
  reached: boolean;
  /** The upstream's HTTP status. */
  status: number | null;
  /** Why it was not reached. */
  reason: string | null;
  durationMs: number;
}

/** MCP 2025-11-25's first message; a server of 2026-07-28 alone refuses it, but it answers. */
const INITIALIZE = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "apexmcp-gateway", version: "0.1.0" },
  },
});

/** Whether a connector's upstream answers, and how. Its answer's body is not read. */
export async function testConnector(
  upstreams: Upstreams,
  { connector, credential }: Target,
): Promise<ConnectorTest> {
  const started = performance.now();
  const durationMs = () => Math.round(performance.now() - started);
  try {
    const { statusCode, body } = await upstreams.for(connector).client.request(connector.url, {
      method: "POST",
      headers: {
        ...credential,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "accept-encoding": "identity",
      },
      body: INITIALIZE,
    });
    body.on("error", () => undefined).destroy();
    return { reached: true, status: statusCode, reason: null, durationMs: durationMs() };
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    const reason = code === "EGRESS_REFUSED" || code === "RESPONSE_LIMIT_EXCEEDED" ? message : (code ?? name);
    return { reached: false, status: null, reason, durationMs: durationMs() };
  }
}
