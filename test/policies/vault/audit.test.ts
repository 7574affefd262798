import { accepts, refuses } from "../cases";
import { evaluateStack, unknownValue, type TestedResource } from "../evaluate";

const device = (options: object = {}): TestedResource => ({
  type: "vault:index/audit:Audit",
  props: { type: "file", path: "file", options: { file_path: "/vault/logs/audit.log", ...options } },
});

describe("vault-audit-disallow-raw", () => {
  refuses("vault-audit-disallow-raw", {
    "values in clear": () => device({ log_raw: "true" }),
    "values in clear, as a flag": () => device({ log_raw: true }),
    "values maybe in clear": () => device({ log_raw: unknownValue }),
    "accessors in clear": () => device({ hmac_accessor: "false" }),
    "a file that everybody reads": () => device({ mode: "0644" }),
    "a file that can be run": () => device({ mode: "0700" }),
  });
});

describe("vault-audit-require-devices", () => {
  const mount: TestedResource = { type: "vault:index/mount:Mount", name: "kv", props: { type: "kv" } };
  const backend: TestedResource = { ...mount, type: "vault:index/authBackend:AuthBackend" };
  const stdout = { ...device(), name: "stdout" };

  test.each<[string, TestedResource[], string]>([
    ["a secrets engine without any", [mount], "no audit device"],
    ["an auth method without any", [backend], "no audit device"],
    ["a single one", [device(), mount, backend], "one audit device"],
  ])("refuses %s", async (_description, resources, observed) => {
    const { findings, messages } = await evaluateStack(resources);
    expect(findings).toEqual(["vault-audit-require-devices"]);
    expect(messages.join()).toContain(observed);
  });

  test.each<[string, TestedResource[]]>([
    ["two", [device(), stdout, mount, backend]],
    ["a program that only writes a policy", [{ type: "vault:index/policy:Policy", props: { policy: "" } }]],
    ["a program without Vault", []],
  ])("accepts %s", async (_description, resources) => {
    expect((await evaluateStack(resources)).findings).toEqual([]);
  });
});

accepts({
  "a device with Vault's defaults": () => device(),
  "a device that says them": () => device({ log_raw: "false", hmac_accessor: "true", mode: "0600" }),
});
