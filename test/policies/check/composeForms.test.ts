import { violationsOf } from "./checked";
import { compliantCompose as compliant } from "./compliantCompose";

const found = (
  settings: string,
  files: Record<string, string> = {},
  variables: Record<string, string> = {},
) => violationsOf({ "compose.yml": compliant(settings), ...files }, variables);
const devValue = "secret-input-disallow-known-dev-value web";
const privileged = "container-process-disallow-privileged web";

test("accepts what all of these are changes of", () => {
  expect(found("")).toEqual({ violations: [], errors: [], code: 0 });
});

test.each<[string, string, string]>([
  ["mounts that are a text", "volumes: /var/run/docker.sock:/s", "volumes is not a list"],
  ["devices that are a map", "devices: { disk: /dev/sda }", "devices is not a list"],
  ["one capability that is a text", "cap_add: SYS_ADMIN", "cap_add is not a list"],
  [
    "variables that are a text",
    "environment: POSTGRES_PASSWORD=changeme",
    "environment is not a map or a list",
  ],
  [
    "a list of maps of variables",
    "environment: [{ PASSWORD: changeme }]",
    "environment is not a map or a list",
  ],
  [
    "a variable that is a map",
    "environment: { PASSWORD: { a: changeme } }",
    "environment is not a map or a list",
  ],
  [
    "a mount without a type",
    "volumes: [{ source: /run/docker.sock, target: /s }]",
    "a volume without a type",
  ],
  ["a switch that is neither", "privileged: maybe", "neither true nor false"],
  ["a file of variables without a path", "env_file: [{ required: false }]", "no path where a file is named"],
])("says that it can't read %s, which compose refuses", (_what, setting, message) => {
  const { errors, code } = found(`    ${setting}`);
  expect(errors).toEqual([expect.stringMatching(new RegExp(`^compose\\.yml:18: .*${message}`))]);
  expect(code).toBe(2);
});

test.each(["true", "yes", "on", "1", "'True'", "!override true", "${PRIVILEGED:-${OTHER:-${LAST:-y}}}"])(
  "takes %s for true, as compose does",
  (word) => {
    expect(found(`    privileged: ${word}`).violations).toEqual([`18 ${privileged}`]);
    expect(found(`    post_start:\n      - command: ./x\n        privileged: ${word}`).violations).toEqual([
      "19 container-hook-disallow-privileged web",
    ]);
  },
);

test("takes no and off for false, where true is required too", () => {
  for (const word of ["no", "off", "0"]) {
    expect(found(`    privileged: ${word}`).code).toBe(0);
    const writable = compliant().replace("read_only: true", `read_only: ${word}`);
    expect(violationsOf({ "compose.yml": writable }).violations).toEqual([
      "6 container-filesystem-require-read-only web",
    ]);
  }
});

const encoded = (text: string) => Buffer.from(text).toString("base64");

test.each<[string, string]>([
  ["a tag of its own", "!secret changeme"],
  ["YAML's own base64", `!!binary ${encoded("changeme")}`],
  ["capitals", "ChangeMe"],
  ["defaults of defaults", "${A:-${B:-${C:-changeme}}}"],
  ["JSON in base64 in JSON in base64", encoded(JSON.stringify({ a: encoded('{"password":"changeme"}') }))],
])("finds a development secret behind %s", (_what, value) => {
  expect(found(`    environment:\n      DB_PASSWORD: ${value}`).violations).toContain(`19 ${devValue}`);
});

test("finds a development secret that two variables make together", () => {
  const setting = "    environment: { A: 'https://app:${ONE}${TWO}@db/' }";
  expect(found(setting, { ".env": "ONE=change\nTWO=me\n" }).violations).toEqual([`18 ${devValue}`]);
});

test.each<[string, string]>([
  ["Windows' line ends and a byte order mark", "\uFEFFA=b\r\nDB_PASSWORD=changeme\r\n"],
  ["export, quotes and a comment", "export DB_PASSWORD='changeme' # for now\n"],
  ["a colon", "DB_PASSWORD: changeme\n"],
  ["a variable above", "WORD=changeme\nDB_PASSWORD=${WORD}\n"],
])("reads env_file with %s", (_what, text) => {
  expect(found("    env_file: my.env", { "my.env": text }).violations).toEqual([`18 ${devValue}`]);
});

test("doesn't take a variable that env_file can't fill in for none", () => {
  expect(found("    env_file: my.env", { "my.env": "DB_PASSWORD=$UNSET\n" }).violations).toEqual([
    "18 container-environment-disallow-secret web",
  ]);
});

test("reads a file with Windows' line ends and a byte order mark", () => {
  const text = `\uFEFF${compliant("    privileged: true")}`.replaceAll("\n", "\r\n");
  expect(violationsOf({ "compose.yml": text }).violations).toEqual([`18 ${privileged}`]);
});

test("a secret is one by its place, whatever it is called", () => {
  const text = compliant("    secrets: [it]", "secrets:\n  it: { environment: IT }\n");
  const { violations } = violationsOf({ "compose.yml": text, ".env": "IT=changeme\n" });
  expect(violations).toEqual([expect.stringContaining(devValue)]);
});

test("reads label_file", () => {
  const files = { "labels.env": `api-token=${"Zk3fJ8qLw0sPz7Rt"}\n` };
  expect(found("    label_file: labels.env", files).violations).toEqual([
    "18 container-label-disallow-secret web",
  ]);
});

test("a base's env_file stays, whichever form each is written in", () => {
  const base = `services:\n  base:\n    env_file: base.env\n`;
  const files = { "base.yml": base, "base.env": "DB_PASSWORD=changeme\n", "own.env": "A=b\n" };
  const extending = "    extends: { file: base.yml, service: base }\n    env_file: [own.env]";
  expect(found(extending, files).violations).toEqual([`3 ${devValue}`]);
});

describe("include", () => {
  const including = (entry: string) => `include:\n  - ${entry}\nservices: {}\n`;
  const switched = compliant("    privileged: ${PRIVILEGED:-false}");

  test("puts the files of one entry on top of each other", () => {
    const files = {
      "compose.yml": including("path: [base.yml, over.yml]"),
      "base.yml": compliant("    privileged: true"),
      "over.yml": "services:\n  web:\n    labels: { team: platform }\n",
    };
    expect(violationsOf(files).violations).toEqual([`18 ${privileged}`]);
  });

  test("fills in what its own files of variables say, and the includer's first", () => {
    const files = {
      "compose.yml": including("{ path: a.yml, env_file: a.env }"),
      "a.yml": switched,
      "a.env": "PRIVILEGED=true\n",
    };
    expect(violationsOf(files).violations).toEqual([`18 ${privileged}`]);
    expect(violationsOf({ ...files, ".env": "PRIVILEGED=false\n" }).code).toBe(0);
  });

  test("takes the .env of its folder, or of the one that it names", () => {
    const inside = {
      "sub/a.yml": switched,
      "sub/.env": "PRIVILEGED=true\n",
      "other/.env": "PRIVILEGED=false\n",
    };
    expect(violationsOf({ "compose.yml": including("sub/a.yml"), ...inside }).violations).toHaveLength(1);
    const named = including("{ path: sub/a.yml, project_directory: other }");
    expect(violationsOf({ "compose.yml": named, ...inside }).code).toBe(0);
  });

  test("starts relative paths from the folder that it names", () => {
    const files = {
      "compose.yml": including("{ path: sub/a.yml, project_directory: other }"),
      "sub/a.yml": compliant("    env_file: my.env"),
      "other/my.env": "DB_PASSWORD=changeme\n",
    };
    expect(violationsOf(files).violations).toEqual([`18 ${devValue}`]);
  });

  test("refuses a second declaration of what is there already, and takes the same one twice", () => {
    const files = { "a.yml": compliant(), "b.yml": compliant("    privileged: true") };
    const twice = "include: [a.yml, b.yml]\nservices: {}\n";
    expect(violationsOf({ "compose.yml": twice, ...files }).errors).toEqual([
      expect.stringMatching(/^compose.yml:1: includes another web of services/),
    ]);
    const same = "include: [a.yml, a.yml]\nservices: {}\n";
    expect(violationsOf({ "compose.yml": same, ...files }).code).toBe(0);
  });
});

test("gives up on aliases that multiply by merge keys before they take all time", () => {
  const layers = Array.from(
    { length: 40 },
    (_, index) => `x-${index + 1}: &m${index + 1} { <<: [*m${index}, *m${index}] }`,
  );
  const { errors } = violationsOf({
    "compose.yml": `x-0: &m0 { a: 1 }\n${layers.join("\n")}\n${compliant()}`,
  });
  expect(errors).toEqual([expect.stringContaining("its aliases multiply")]);
});
