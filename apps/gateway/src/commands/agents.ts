import { DatabaseError, type Pool } from "pg";
import { AuditLog } from "../audit/auditLog";
import { createAgent, disableAgent, hasAgent, listAgents, renewSecret } from "../auth/agents";
import { isScope } from "../auth/scopes";

type Print = (line: string) => void;
type Operands = readonly string[];

const UNIQUE_VIOLATION = "23505";

/**
 * `gateway create-agent ORGANISATION NAME SCOPE...`: a new agent, as one JSON line with its id and its secret, which
 * can't be told again. The exit code is 2 when a scope isn't one, or the organisation has an agent of this name.
 */
export async function createAgentCommand(
  pool: Pool,
  [organisation = "", name = "", ...scopes]: Operands,
  print: Print,
): Promise<number> {
  const bad = scopes.find((scope) => !isScope(scope));
  if (bad !== undefined || scopes.length === 0)
    return refuse(
      `'${bad ?? ""}' is no scope: give mcp:*, mcp:<connector>, mcp:<connector>:<tool>, connectors:read or connectors:write`,
    );
  await record(pool, "agent.create", { organisation, name, scopes: scopes.join(" ") });
  try {
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
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== UNIQUE_VIOLATION) throw error;
    return refuse(
      `${organisation} has an agent named '${name}': choose another name, or give it a new secret with renew-agent`,
    );
  }
}

/** `gateway list-agents`: one JSON line for each agent, the disabled ones too, and no secret. */
export async function listAgentsCommand(pool: Pool, print: Print): Promise<number> {
  for (const agent of await listAgents(pool)) print(JSON.stringify(agent));
  return 0;
}

/**
 * `gateway disable-agent ID`: it gets no more tokens; one that it has is good for 5 minutes at most. The exit code is
 * 2 when no agent has this id.
 */
export async function disableAgentCommand(pool: Pool, [id = ""]: Operands, print: Print): Promise<number> {
  return change(pool, id, "agent.disable", print, async () => {
    await disableAgent(pool, id);
    return { disabled: true };
  });
}

/**
 * `gateway renew-agent ID`: a new secret in place of the old one, which is refused from then on; enables a disabled
 * agent. One JSON line with the secret, which can't be told again. The exit code is 2 when no agent has this id.
 */
export async function renewAgentCommand(pool: Pool, [id = ""]: Operands, print: Print): Promise<number> {
  return change(pool, id, "agent.renew", print, async () => ({ client_secret: await renewSecret(pool, id) }));
}

async function change(
  pool: Pool,
  id: string,
  action: string,
  print: Print,
  make: () => Promise<object>,
): Promise<number> {
  if (!(await hasAgent(pool, id))) return refuse(`no agent has the id '${id}': list-agents lists them`);
  await record(pool, action, { agent: id });
  print(JSON.stringify({ client_id: id, ...(await make()) }));
  return 0;
}

/** Awaited before the change, so that none goes unrecorded. */
function record(pool: Pool, action: string, detail: Record<string, string>): Promise<void> {
  return new AuditLog(pool).record({ actor: "system:cli", action, outcome: "succeeded", detail });
}

function refuse(problem: string): number {
  process.stderr.write(`${problem}\n`);
  return 2;
}
