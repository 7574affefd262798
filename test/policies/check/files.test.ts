import { randomBytes } from "node:crypto";

import { nginxConfiguration } from "../../../components/edge/nginxConfiguration";
import { check, Folder, violationsOf } from "./checked";
import { testSite } from "../../support/testSite";

const value = randomBytes(24).toString("base64url");
const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const urn = (type: string, name: string) => `urn:pulumi:dev::apexmcp::${type}::${name}`;
const role = { type: "postgresql:index/role:Role", urn: urn("postgresql:index/role:Role", "app") };
const state = (resources: unknown[], version = 3) =>
  JSON.stringify({ version, deployment: { resources } }, null, 2);
const privileged = {
  type: "docker:index/container:Container",
  urn: urn("docker:index/container:Container", "web"),
  inputs: { privileged: true },
};

test("checks a state export, with each resource's line, and without what is being deleted", () => {
  const { violations } = violationsOf({
    "state.json": state([
      { ...role, inputs: { superuser: true } },
      { ...privileged, delete: true },
    ]),
  });
  expect(violations).toEqual(["7 postgres-role-disallow-superuser app"]);
});

test("knows a state's secrets, encrypted or shown", () => {
  const plain = violationsOf({ "state.json": state([{ ...role, inputs: { password: value } }]) });
  expect(plain.violations).toEqual([expect.stringContaining("secret-input-require-mark app")]);
  for (const hidden of [{ ciphertext: "v1:x" }, { plaintext: JSON.stringify(value) }]) {
    const inputs = { password: { ...secret, ...hidden } };
    expect(violationsOf({ "state.json": state([{ ...role, inputs }]) }).code).toBe(0);
  }
});

test("finds a secret among the outputs that a state holds", () => {
  const stack = { type: "pulumi:pulumi:Stack", urn: urn("pulumi:pulumi:Stack", "apexmcp-dev") };
  const { violations } = violationsOf({
    "state.json": state([{ ...stack, outputs: { adminPassword: value } }]),
  });
  expect(violations).toEqual([expect.stringContaining("secret-output-disallow-plain apexmcp-dev")]);
  const outputs = { adminPassword: { ...secret, ciphertext: "v1:x" } };
  expect(violationsOf({ "state.json": state([{ ...stack, outputs }]) }).code).toBe(0);
});

test("checks nginx' configuration, and names the server, its line, the location and the header that is missing", () => {
  const site = testSite();
  const whole = nginxConfiguration(site);
  expect(violationsOf({ "nginx.conf": whole }).code).toBe(0);
  const lines = whole.split("\n");
  const last = lines.lastIndexOf('    add_header Referrer-Policy "no-referrer" always;');
  const server = lines.lastIndexOf("  server {") + 1;
  using folder = new Folder({ "nginx.conf": lines.filter((_, index) => index !== last).join("\n") });
  const { result } = check([folder.file("nginx.conf")]);
  expect(result.violations).toMatchObject([
    {
      finding: "edge-server-require-headers",
      line: server,
      observed: "server auth.test (8443), sends no Referrer-Policy",
    },
  ]);
});

test("takes a compose file that holds nginx' configuration for a compose file", () => {
  const { violations } = violationsOf({
    "compose.yml": "services: {}\nconfigs:\n  a:\n    content: 'server { listen 80; }'\n",
  });
  expect(violations.join()).not.toContain("nginx");
});

test("checks a preview's JSON, whose secrets are hidden and whose unknowns are unknown", () => {
  const steps = [
    { op: "create", newState: { ...role, inputs: { password: "[secret]", superuser: true } } },
    {
      op: "create",
      newState: { ...privileged, inputs: { privileged: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" } },
    },
    { op: "delete", oldState: privileged },
  ];
  const { violations } = violationsOf({ "preview.json": JSON.stringify({ steps }, null, 1) });
  expect(violations).toContainEqual(expect.stringContaining("postgres-role-disallow-superuser app"));
  expect(violations).toContainEqual(expect.stringContaining("container-process-disallow-privileged web"));
  expect(violations.join()).not.toContain("secret-input");
});

const many = `a: &a [1,1,1,1,1,1,1,1,1,1]\n${["b", "c", "d", "e", "f", "g"]
  .map((key, index) => `${key}: &${key} [${Array(10).fill(`*${"abcdefg"[index]}`).join(",")}]`)
  .join("\n")}\nservices: {}\n`;

test.each<[string, string | Buffer, string]>([
  ["nothing", "", "is no Pulumi state or preview, compose file, GitHub workflow or nginx configuration"],
  ["a picture", "\u0000PNG", "is no text"],
  ["broken YAML", "services:\n  web: [\n", "not valid YAML"],
  [
    "other YAML",
    "a: b\n",
    "is no Pulumi state or preview, compose file, GitHub workflow or nginx configuration",
  ],
  ["half a state", state([role]).slice(0, 90), "not valid JSON, or half of it"],
  [
    "other JSON",
    '{"a": 1}',
    "is no Pulumi state or preview, compose file, GitHub workflow or nginx configuration",
  ],
  ["a state of another version", state([], 9), "a state of version 9; this reads 3 and 4"],
  [
    "a state without a list",
    '{"version":3,"deployment":{"resources":{}}}',
    "deployment.resources is no list",
  ],
  ["a resource without a type", state([{ urn: "x" }]), "a resource without a type or a URN"],
  [
    "a cycle of anchors",
    "services:\n  web: &web\n    image: x\n    environment: { A: *web }\n",
    "an anchor that holds itself",
  ],
  ["aliases that multiply", many, "its aliases multiply"],
  ["an alias of nothing", "services:\n  web: *gone\n", "the alias *gone has no anchor"],
  ["compose of version 1", 'version: "1"\nservices: {}\n', "compose version 1; this reads 2, 3 and none"],
  ["a misspelt section", "services: {}\nnetwork: {}\n", '"network" is no section of a compose file'],
  [
    "a misspelt setting",
    "services:\n  web:\n    privilegd: true\n",
    '"privilegd" is no setting of a compose service',
  ],
  ["a service of nothing", "services:\n  web:\n", "the service web is no map"],
  [
    "extending nothing",
    "services:\n  web:\n    extends: gone\n",
    "the service gone is no map, or doesn't exist",
  ],
  [
    "extending itself",
    "services:\n  a: { extends: b }\n  b: { extends: a }\n",
    "the service b extends itself, by a",
  ],
  [
    "extending a file that isn't there",
    "services:\n  web:\n    extends: { file: gone.yml, service: x }\n",
    "gone.yml doesn't exist",
  ],
  ["including itself", "include: [checked]\nservices: {}\n", "includes itself"],
  [
    "a config that nothing declares",
    "services:\n  web:\n    configs: [gone]\n",
    "no configs entry is named gone",
  ],
  ["a workflow without jobs", "on: push\njobs: []\n", "jobs is no map"],
  ["a job of nothing", "on: push\njobs: { a: {} }\n", "the job a has no list of steps"],
  [
    "steps that are no list",
    "on: push\njobs: { a: { steps: { run: x } } }\n",
    "the job a has no list of steps",
  ],
  ["a workflow without triggers", "jobs: { a: {} }\n", "a workflow without on"],
])("refuses %s, with file and line, and checks the other files still", (_what, text, message) => {
  using folder = new Folder({
    checked: String(text),
    "other.json": state([{ ...role, inputs: { superuser: true } }]),
  });
  const { result, code } = check([folder.file("checked"), folder.file("other.json")]);
  expect(result.errors).toEqual(
    [
      {
        file: folder.file("checked"),
        line: expect.any(Number) as number,
        message: expect.stringContaining(message) as string,
      },
    ].map((error) =>
      text === "\u0000PNG" || text === ""
        ? (expect.objectContaining({ message: error.message }) as object)
        : error,
    ),
  );
  expect(result.violations.map(({ finding }) => finding)).toEqual(["postgres-role-disallow-superuser"]);
  expect(code).toBe(2);
});

test("refuses a file that doesn't exist, and a folder", () => {
  using folder = new Folder({});
  expect(check([folder.file("gone.yml")]).result.errors[0]!.message).toBe("doesn't exist");
  expect(check([folder.path]).result.errors[0]!.message).toBe("is a directory");
});

test("reads a state of 50 MB", () => {
  const filler = "x".repeat(1000);
  const resources = Array.from({ length: 45_000 }, (_, index) => ({
    type: "acme:index:Thing",
    urn: urn("acme:index:Thing", `t${index}`),
    inputs: { description: index % 100 === 0 ? filler : "" },
    outputs: { description: filler },
  }));
  const { violations } = violationsOf({
    "state.json": state([...resources, { ...role, inputs: { superuser: true } }]),
  });
  expect(violations).toEqual([expect.stringContaining("postgres-role-disallow-superuser app")]);
}, 120_000);
