import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

import { command } from "../../../policies/check/command";
import { presets } from "../../../policies/configuration";
import { check, Folder } from "./checked";

const secret = randomBytes(24).toString("base64url");
const urn = (name: string) => `urn:pulumi:dev::apexmcp::postgresql:index/role:Role::${name}`;
const state = (roles: Record<string, object>) =>
  JSON.stringify({
    version: 3,
    deployment: {
      resources: Object.entries(roles).map(([name, inputs]) => ({
        type: "postgresql:index/role:Role",
        urn: urn(name),
        inputs,
      })),
    },
  });
const bad = state({ app: { superuser: true, password: secret } });
const finding = "postgres-role-disallow-superuser";
const exemption = {
  resource: "app",
  reason: "migrates the first schema",
  owner: "platform",
  expires: "2999-12-31",
};

function run(...args: string[]) {
  return command(["check", ...args], {});
}

test("JSON has what the issue asks for of each violation", () => {
  using folder = new Folder({ "state.json": bad });
  const file = folder.file("state.json");
  const { result } = check([file]);
  expect(result).toEqual({
    violations: expect.arrayContaining([
      {
        finding,
        severity: "critical",
        level: "mandatory",
        resource: "app",
        file,
        line: 1,
        observed: "superuser is true",
        required: "absent or false",
        fix: expect.any(String) as string,
      },
    ]) as unknown[],
    exempted: [],
    errors: [],
  });
});

test.each(["text", "json", "sarif", "junit", "markdown"])(
  "%s names finding, file and resource, and no secret",
  (format) => {
    using folder = new Folder({ "state.json": bad });
    const { output, code } = run("--format", format, folder.file("state.json"));
    for (const part of [finding, "state.json", "app", "superuser is true"]) expect(output).toContain(part);
    expect(output).not.toContain(secret);
    expect(code).toBe(1);
  },
);

test("SARIF has rules, severities, lines, and what can't be read", () => {
  using folder = new Folder({ "state.json": bad, "half.json": bad.slice(0, 50) });
  const { output } = run("--format", "sarif", folder.file("state.json"), folder.file("half.json"));
  const { version, runs } = JSON.parse(output) as { version: string; runs: [Record<string, never>] };
  expect(version).toBe("2.1.0");
  expect(runs[0]).toMatchObject({
    tool: {
      driver: {
        rules: expect.arrayContaining([
          expect.objectContaining({
            id: finding,
            properties: expect.objectContaining({ "security-severity": "9.5" }) as object,
          }),
        ]) as object,
      },
    },
    invocations: [{ executionSuccessful: false, toolExecutionNotifications: [{ level: "error" }] }],
    results: expect.arrayContaining([expect.objectContaining({ ruleId: finding, level: "error" })]) as object,
  });
});

test.each([
  ["a b#1.json", "a%20b%231.json"],
  ["./deep/../s.json", "s.json"],
])("SARIF names %s as GitHub looks for it", (name, uri) => {
  using folder = new Folder({ "a b#1.json": bad, "s.json": bad, "deep/x": "" });
  const before = process.cwd();
  process.chdir(folder.path);
  const { output } = run("--format", "sarif", name);
  process.chdir(before);
  expect(output).toContain(`"uri": "${uri}"`);
});

test("JUnit and Markdown hold what names break neither of them", () => {
  const compose = 'services:\n  "a\\u0001<b>|[c](d)": { image: "nginx:latest" }\n';
  using folder = new Folder({ "docker-compose.yml": compose });
  const of = (format: string) => run("--format", format, folder.file("docker-compose.yml")).output;
  expect(of("junit")).toContain('name="a &lt;b&gt;|[c](d): image is nginx:latest"');
  expect(of("markdown")).toContain("a \\<b\\>\\|\\[c\\](d): image is nginx:latest");
});

test.each([
  ["low", 1],
  ["critical", 1],
  ["never", 0],
])("fails on %s: exit code %i", (severity, expected) => {
  using folder = new Folder({ "state.json": state({ app: { superuser: true } }) });
  expect(run("--fail-on", severity, folder.file("state.json")).code).toBe(expected);
});

test("fails on nothing below the severity, nor on what is advisory or disabled", () => {
  using folder = new Folder({
    "state.json": bad,
    "advisory.json": '{"all":"advisory"}',
    "disabled.json": '{"all":"disabled"}',
  });
  const plain = new Folder({ "state.json": state({ app: { password: secret } }) });
  expect(run("--fail-on", "critical", plain.file("state.json")).code).toBe(0);
  plain[Symbol.dispose]();
  expect(run("--config", folder.file("advisory.json"), folder.file("state.json")).code).toBe(0);
  expect(
    check(["--config", folder.file("disabled.json"), folder.file("state.json")]).result.violations,
  ).toEqual([]);
});

test.each(Object.keys(presets()))("the preset %s can be used, and as a file", (name) => {
  using folder = new Folder({
    "state.json": bad,
    "preset.json": JSON.stringify(presets()[name as "strict"]),
  });
  const { result } = check(["--preset", name, folder.file("state.json")]);
  expect(check(["--config", folder.file("preset.json"), folder.file("state.json")]).result).toEqual(result);
});

test("accepts an exemption, prints it, and takes none that the reviewed configuration lacks", () => {
  const configuration = (...exemptions: object[]) => JSON.stringify({ [finding]: { exemptions } });
  using folder = new Folder({
    "state.json": state({ app: { superuser: true } }),
    "new.json": configuration(exemption),
    "reviewed.json": configuration(),
    "longer.json": configuration({ ...exemption, expires: "2999-01-01" }),
  });
  const args = ["--config", folder.file("new.json"), folder.file("state.json")];
  const { result, code } = check(args);
  expect(result.violations).toEqual([]);
  expect(result.exempted).toEqual([
    expect.objectContaining({ finding, owner: "platform", reason: exemption.reason, expires: "2999-12-31" }),
  ]);
  expect(code).toBe(0);
  expect(run(...args).output).toContain("exempted until 2999-12-31 by platform (migrates the first schema)");
  expect(check(["--locked-exemptions", folder.file("new.json"), ...args]).code).toBe(0);
  for (const reviewed of ["reviewed.json", "longer.json"]) {
    expect(check(["--locked-exemptions", folder.file(reviewed), ...args]).result.violations).toEqual([
      expect.objectContaining({ finding }),
    ]);
  }
});

test("finds exemptions that no file needs", () => {
  using folder = new Folder({
    "state.json": state({ app: {} }),
    "config.json": JSON.stringify({ [finding]: { exemptions: [exemption] } }),
  });
  const { result } = check(["--config", folder.file("config.json"), folder.file("state.json")]);
  expect(result.violations.map((each) => [each.finding, each.file])).toEqual([
    ["exemption-entry-disallow-unused", folder.file("config.json")],
  ]);
});

test("a baseline accepts today's violations, and no new ones", () => {
  using folder = new Folder({ "state.json": state({ app: { superuser: true } }) });
  const [file, baseline] = [folder.file("state.json"), folder.file("baseline.json")];
  expect(run("--write-baseline", baseline, file).code).toBe(0);
  expect(run("--baseline", baseline, file).code).toBe(0);
  writeFileSync(file, state({ app: { superuser: true }, other: { superuser: true } }));
  expect(check(["--baseline", baseline, file]).result.violations).toEqual([
    expect.objectContaining({ resource: "other" }),
  ]);
  expect(readFileSync(baseline, "utf8")).not.toContain("superuser is");
});

test.each<[string, string[], string]>([
  ["no command", [], "what to do?"],
  ["an unknown command", ["chekc"], "unknown command chekc"],
  ["no file", ["check"], "no file to check"],
  ["an unknown option", ["check", "--fromat", "json"], "Unknown option"],
  ["an unknown format", ["check", "--format", "xml", "x"], "unknown format xml"],
  ["an unknown severity", ["check", "--fail-on", "bad", "x"], "unknown severity bad"],
  ["an unknown preset", ["check", "--preset", "lax", "x"], "no preset is named lax"],
  ["a configuration that isn't there", ["check", "--config", "gone.json", "x"], "gone.json: doesn't exist"],
])("says what is wrong with %s, and how it is used", (_what, args, message) => {
  const { output, code } = command(args, {});
  expect(output).toContain(message);
  expect(output).toContain("usage: hardening-policies check");
  expect(code).toBe(2);
});

test.each<[string, string, string]>([
  ["no JSON", "{", "not valid JSON"],
  ["an unknown finding", '{"postgres-role-disallow-superusers":"advisory"}', "is no finding"],
  ["an unknown level", `{"${finding}":"optional"}`, finding],
  ["an unknown setting", `{"${finding}":{"roles":[]}}`, finding],
  [
    "an exemption without an owner",
    JSON.stringify({ [finding]: { exemptions: [{ ...exemption, owner: undefined }] } }),
    finding,
  ],
])("refuses a configuration with %s", (_what, text, message) => {
  using folder = new Folder({ "config.json": text, "state.json": bad });
  const { output, code } = run("--config", folder.file("config.json"), folder.file("state.json"));
  expect(output).toContain(message);
  expect(code).toBe(2);
});
