import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { root } from "../../commands/state";
import { startUpstream } from "../apps/gateway/mcp/mcpGateway";
import { sessionsUpstream } from "../apps/gateway/mcp/sdkUpstreams";
import { asWritten } from "../support/asWritten";
import type { TestStack } from "../support/testStack";
import { bridge } from "./sdkClients";

/** docs/connect-an-agent.md, as written; only its first block, which says where the stack is, is this test's own. */
export function connectAnAgentTest(stack: () => TestStack): void {
  it("an agent calls a tool, and is disabled, by the commands of connect-an-agent.md", async () => {
    const page = readFileSync(join(root, "docs/connect-an-agent.md"), "utf8");
    const [variables, ...blocks] = [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block!);
    const { publicUrl } = await stack().target();
    const { directory, caFile } = stack().state;
    const agentFile = join(directory, "first-agent.json");
    await using upstream = await startUpstream(sessionsUpstream({ cancelled: 0 }), 0, bridge);
    const own = { URL: publicUrl, CA: caFile, AGENT: agentFile, SERVER: upstream.url };
    expect([...variables!.matchAll(/(\w+)=/g)].map(([, name]) => name)).toEqual(Object.keys(own));

    const stdout = await asWritten(blocks.join("\n"), { ...own, APEXMCP_STATE: directory });
    expect(stdout).toMatch(/"name":"everything".*"hasCredential":true/);
    expect(stdout).toContain('"reached":true,"status":200');
    expect(stdout).toMatch(/^add: /m);
    expect(stdout).toMatch(/│ mcp.message +│ everything +│ succeeded │/);
    expect(stdout).toMatch(/"disabled":true/);
    expect(statSync(agentFile).mode & 0o077).toBe(0);
    expect(stdout).not.toContain(
      (JSON.parse(readFileSync(agentFile, "utf8")) as { client_secret: string }).client_secret,
    );
  });
}
