import {
  clientAuthentication,
  serverConfiguration,
  startScript,
} from "../../../components/postgres/serverFiles";

const rules = clientAuthentication
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split(/\s+/));

it("lets each role into its own database, by TLS with scram-sha-256, from the server's own networks", () => {
  const allowed = rules.filter((rule) => rule.at(-1) !== "reject");
  expect(allowed).toEqual([
    ["local", "all", "postgres", "peer"],
    ["hostssl", "postgres", "apexmcp_deployer", "samenet", "scram-sha-256"],
    ["hostssl", "apexmcp", "apexmcp_migrator,apexmcp_app,apexmcp_auditor", "samenet", "scram-sha-256"],
    ["hostssl", "zitadel", "zitadel", "samenet", "scram-sha-256"],
  ]);
});

it("refuses everything else, the superuser's remote connections too", () => {
  expect(rules.at(-1)).toEqual(["host", "all", "all", "all", "reject"]);
});

it("trusts nobody", () => {
  expect(clientAuthentication).not.toMatch(/\b(trust|password|md5)\b/);
});

it("hands the deployer's password over by standard input, and logs no statement that sets one", () => {
  const script = startScript;
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
