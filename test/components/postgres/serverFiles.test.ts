import {
  clientAuthentication,
  serverConfiguration,
  startScript,
} from "../../../components/postgres/serverFiles";

const rules = clientAuthentication
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split(/\s+/));

it("lets remote clients in by TLS with scram-sha-256 only", () => {
  const remote = rules.filter(([type]) => type !== "local");
  expect(remote.filter((rule) => rule.at(-1) !== "reject")).toEqual([
    ["hostssl", "all", "all", "all", "scram-sha-256"],
  ]);
});

it("refuses the superuser remotely before any rule that could let it in", () => {
  const remote = rules.filter(([type]) => type === "hostssl");
  expect(remote[0]).toEqual(["hostssl", "all", "postgres", "all", "reject"]);
});

it("trusts nobody", () => {
  expect(clientAuthentication).not.toMatch(/\b(trust|password|md5)\b/);
});

it("hands the deployer's password over by standard input, and logs no statement that sets one", () => {
  const script = startScript("apexmcp_deployer");
  expect(script).toMatch(/postgres --single .* postgres >\/dev\/null <<SQL/);
  expect(script).toContain("-c log_min_error_statement=panic");
  expect(script).toContain("ALTER ROLE apexmcp_deployer SET log_statement = none");
  expect(script).not.toContain("export password");
});

it("requires TLS 1.2 and hashes passwords with scram-sha-256", () => {
  expect(serverConfiguration).toContain("ssl = on");
  expect(serverConfiguration).toContain("ssl_min_protocol_version = 'TLSv1.2'");
  expect(serverConfiguration).toContain("password_encryption = scram-sha-256");
});
