import { randomUUID } from "node:crypto";

import { dockerOrThrow } from "../docker";
import { fail, pass, probe } from "../probe";
import { containerOf, type Target } from "../target";
import { asDeployer } from "./asDeployer";
import { readAuditDevices, type AuditDevice } from "./auditDevices";

/**
 * Proves vault-audit-require-devices: two at least, and a request made just now, which Vault refuses, is in each.
 */
export const requireAuditDevices = probe("vault-audit-require-devices", async (target) => {
  const marker = `probe-${randomUUID()}`;
  const devices = await asDeployer(target, async (client, token) => {
    const found = await readAuditDevices(client, token);
    await client.call({ method: "GET", path: `connectors/${marker}`, token, accept: [403, 404] });
    return found;
  });
  if (devices.length < 2) return fail(`Vault has ${devices.length === 0 ? "no audit device" : "one"}`);
  const logs = await Promise.all(devices.map((device) => endOf(target, device)));
  const silent = devices.filter((_, index) => !logs[index]!.includes(marker));
  if (silent.length > 0) {
    return fail(`a request isn't in ${silent.map(({ path }) => path).join(" and ")}`);
  }
  return pass(`a request made just now is in ${devices.map(({ path }) => path).join(" and ")}`);
});

/** The last that an audit device wrote. @throws when it writes to where nobody here can look */
async function endOf(target: Target, { path, type, options }: AuditDevice): Promise<string> {
  const { name } = containerOf(target, "vault");
  const file = options["file_path"];
  if (type !== "file" || file === undefined) throw new Error(`can't look into ${path}, of type ${type}`);
  return dockerOrThrow(
    target.docker,
    file === "stdout" ? ["logs", "--tail=2000", name] : ["exec", name, "tail", "-n", "2000", file],
  );
}
