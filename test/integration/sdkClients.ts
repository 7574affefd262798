import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { RequestListener } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import type { Client } from "@modelcontextprotocol/client";

import { startUpstream, until, type TestUpstream } from "../apps/gateway/mcp/mcpGateway";
import { sessionsUpstream, statelessUpstream } from "../apps/gateway/mcp/sdkUpstreams";
import { EdgeAgent } from "../support/edgeAgent";
import type { TestStack } from "../support/testStack";

/** Docker's bridge: where the gateway's container reaches this process, which is a connector's upstream. */
export const bridge = execFileSync(
  "docker",
  ["network", "inspect", "bridge", "--format={{(index .IPAM.Config 0).Gateway}}"],
  { encoding: "utf8" },
).trim();

/** An agent that uses a deployed stack by the SDK's client, in both of MCP's eras, through the edge's TLS. */
export function sdkClientTests(stack: () => TestStack): void {
  describe("an agent with the SDK's client, through the edge", () => {
    const key = randomBytes(24).toString("hex");
    const observed = { cancelled: 0 };
    let agent: EdgeAgent;
    const upstreams: TestUpstream[] = [];
    const clients: Client[] = [];

    beforeAll(async () => {
      const scopes = ["mcp:*", "connectors:write"];
      agent = EdgeAgent.create(`${stack().name}-gateway`, (await stack().target()).caCertificate, scopes);
    });
    afterAll(async () => {
      await Promise.all(clients.map((client) => client.close()));
      await agent?.[Symbol.asyncDispose]();
      await Promise.all(upstreams.map((upstream) => upstream[Symbol.asyncDispose]()));
    });

    it.each([
      ["2025-11-25", "sessions", "legacy", () => sessionsUpstream(observed)],
      ["2026-07-28", "stateless", "modern", () => statelessUpstream(observed).listener],
    ] as const)(
      "of %s lists tools, calls them, is told of progress as it is made, and cancels",
      async (_, name, era, listener) => {
        const listen: RequestListener = listener();
        const upstream = await startUpstream(
          (request, response) => {
            // Only the gateway has it, from Vault.
            if (request.headers["x-api-key"] === key) listen(request, response);
            else response.writeHead(401).end();
          },
          0,
          bridge,
        );
        upstreams.push(upstream);
        await agent.connect({ name, url: upstream.url, allowHttp: true, credential: { "x-api-key": key } });
        const client = await agent.client(name);
        clients.push(client);
        expect(client.getProtocolEra()).toBe(era);

        const { tools } = await client.listTools();
        expect(tools.map((tool) => tool.name)).toEqual(expect.arrayContaining(["add", "count", "wait"]));
        expect(await client.callTool({ name: "add", arguments: { a: 20, b: 22 } })).toMatchObject({
          content: [{ type: "text", text: "42" }],
        });

        const seen: number[] = [];
        const counted = await client.callTool(
          { name: "count", arguments: { to: 5 } },
          { onprogress: ({ progress }) => void seen.push(progress) },
        );
        expect([seen, counted]).toMatchObject([[1, 2, 3, 4, 5], { content: [{ text: "counted to 5" }] }]);

        const before = observed.cancelled;
        const cancel = new AbortController();
        const waiting = client.callTool({ name: "wait" }, { signal: cancel.signal });
        waiting.catch(() => undefined);
        await sleep(1000);
        cancel.abort();
        await expect(waiting).rejects.toThrow();
        await until(() => observed.cancelled === before + 1);
      },
    );
  });
}
