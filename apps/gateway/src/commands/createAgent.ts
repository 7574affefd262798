import type { Pool } from "pg";
import { AuditLog } from "../audit/auditLog";
import { createAgent } from "../auth/agents";
import { isScope } from "../auth/scopes";

/**
 * `gateway create-agent ORGANISATION NAME SCOPE...`: a new agent, as one JSON line with its id and its secret, which
 * can't be told again. The exit code is 2 when a scope isn't one.
 */
export async function createAgentCommand(
  pool: Pool,
  [organisation = "", name = "", ...scopes]: readonly string[],
  print: (line: string) => void,
): Promise<number> {
  const bad = scopes.find((scope) => !isScope(scope));
  if (bad !== undefined || scopes.length === 0) {
    process.stderr.write(
      `'${bad ?? ""}' is no scope: give mcp:*, mcp:<connector>, mcp:<connector>:<tool>, connectors:read or connectors:write\n`,
    );
    return 2;
  }
  const audit = new AuditLog(pool);
  // Before it is made, so that no agent exists unrecorded.
  const entry = { actor: "system:cli", action: "agent.create", outcome: "succeeded" } as const;
  await audit.record({ ...entry, detail: { organisation, name, scopes: scopes.join(" ") } });
  const agent = await createAgent(pool, { organisation, name, scopes });
  print(
    JSON.stringify({
      client_id: agent.id,
      client_secret: agent.secret,
      organisation: agent.organisationId,
      scopes,
    }),
  );
  return 0;
}
