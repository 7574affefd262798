import { readFileSync } from "node:fs";
import { join } from "node:path";

import { root } from "../../commands/state";
import { asApp } from "../../probes/postgres/connection";
import { EdgeAgent } from "../support/edgeAgent";
import { asWritten } from "../support/asWritten";
import type { TestStack } from "../support/testStack";

/** docs/runbooks/rotate-secrets.md, as written. */
export function rotateSecretsTest(stack: () => TestStack): void {
  it("replaces secrets by the commands of rotate-secrets.md, while the tokens that agents have stay good", async () => {
    const old = await stack().target();
    await using agent = EdgeAgent.create(`${stack().name}-gateway`, old.caCertificate, ["connectors:read"]);
    const before = await agent.token("/api");

    const page = readFileSync(join(root, "docs/runbooks/rotate-secrets.md"), "utf8");
    const commands = /^```sh\n([^]*?)^```$/m.exec(page)![1]!;
    await asWritten(commands, { APEXMCP_STATE: stack().state.directory, CI: "true" });

    const { secrets } = await stack().target();
    const replaced = Object.keys(secrets).filter((name) => secrets[name] !== old.secrets[name]);
    expect(replaced).toEqual(
      expect.arrayContaining(["OAUTH_JWT_SECRET", "VAULT_JWT_SECRET", "ZITADEL_DEPLOYER_KEY"]),
    );
    expect(replaced.filter((name) => name.startsWith("POSTGRES_") && name.endsWith("PASSWORD"))).toHaveLength(
      5,
    );
    await expect(asApp(old, (client) => client.query("SELECT 1"))).rejects.toThrow(/password/);

    for (const token of [before, await agent.token("/api")]) {
      const headers = { authorization: `Bearer ${token}` };
      const { status } = await agent.fetch(`${agent.publicUrl}/api/connectors`, { headers });
      expect(status).toBe(200);
    }
  });
}
