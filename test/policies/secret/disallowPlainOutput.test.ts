import { randomBytes } from "node:crypto";

import { evaluateStack, secret, unknownValue, type TestedResource } from "../evaluate";

const value = randomBytes(24).toString("base64url");
const stack = (props: Record<string, unknown>): TestedResource => ({
  type: "pulumi:pulumi:Stack",
  name: "apexmcp-dev",
  props,
});
const role: TestedResource = {
  type: "postgresql:index/role:Role",
  name: "app",
  props: { password: secret(value) },
};

test.each<[string, TestedResource[]]>([
  ["a secret by its name", [stack({ adminPassword: value })]],
  ["a secret by its name, deep inside", [stack({ target: { vault: { unsealKey: value } } })]],
  ["what a resource has marked", [stack({ greeting: value }), role]],
  ["what a resource has marked, in a URL", [stack({ url: `postgresql://app:${value}@db/app` }), role]],
])("secret-output-disallow-plain: refuses %s", async (_what, resources) => {
  const { findings, messages } = await evaluateStack(resources);
  expect(findings).toEqual(["secret-output-disallow-plain"]);
  expect(messages.join()).not.toContain(value);
});

test.each<[string, TestedResource[]]>([
  ["a marked output", [stack({ adminPassword: secret(value), greeting: secret(value) }), role]],
  ["an output in a marked object", [stack({ target: secret({ vault: { unsealKey: value } }) }), role]],
  ["other outputs", [stack({ url: "https://mcp.test", passwordFile: "/run/secrets/DB" }), role]],
  ["an output unknown until deployed", [stack({ adminPassword: unknownValue }), role]],
  ["a resource's own input", [{ ...role, props: { password: value } }]],
])("accepts %s", async (_what, resources) => {
  expect((await evaluateStack(resources)).findings).toEqual([]);
});

test("reports a password in a URL once", async () => {
  const { messages } = await evaluateStack([stack({ url: `postgresql://app:${value}@db/app` }), role]);
  expect(messages).toHaveLength(1);
});

test("tells by what an output is a secret, and whose", async () => {
  const named = await evaluateStack([stack({ adminPassword: value })]);
  expect(named.messages.join()).toContain(
    "the output adminPassword is a plain value; required: pulumi.secret, or no output.",
  );
  const owned = await evaluateStack([stack({ greeting: value }), role]);
  expect(owned.messages.join()).toContain("the output greeting is plain, and a secret of app;");
});

// What is accepted comes before what holds a random value: a test's name has to be the same in each run.
test.each<[string, boolean, TestedResource[]]>([
  ["an output in a marked list", true, [stack({ list: secret([{ unsealKey: value }]) })]],
  ["a reference to a secret", true, [stack({ adminPassword: "${ADMIN_PASSWORD}" })]],
  ["a setting that a text tells of", true, [stack({ usage: `run with --token ${value}` })]],
  ["what another output has marked", false, [stack({ greeting: value, again: secret(value) })]],
  [
    "an output whose name begins like a marked one's",
    false,
    [stack({ target: secret({ a: "b" }), targetPassword: value })],
  ],
  [
    "what a resource has marked deep inside",
    false,
    [stack({ greeting: value }), { ...role, props: { list: [{ token: secret(value) }] } }],
  ],
  [
    "a marked text of seven characters",
    true,
    [stack({ greeting: "x7Q2w9z" }), { ...role, props: { password: secret("x7Q2w9z") } }],
  ],
  [
    "a marked text of eight",
    false,
    [stack({ greeting: "x7Q2w9zK" }), { ...role, props: { password: secret("x7Q2w9zK") } }],
  ],
])("%s is accepted: %j", async (_what, accepted, resources) => {
  expect((await evaluateStack(resources)).findings).toEqual(accepted ? [] : ["secret-output-disallow-plain"]);
});
