import { randomBytes } from "node:crypto";

import { container } from "../compliantContainer";
import { evaluateStack, secret, unknownValue, type TestedResource } from "../evaluate";

const value = randomBytes(24).toString("base64url");
const finding = "secret-value-disallow-reuse";
const thing = (props: Record<string, unknown>, name = "web"): TestedResource => ({
  type: "acme:index:Thing",
  name,
  props,
});
const carrier = (...names: string[]) =>
  container(
    (props) =>
      (props.uploads = names.map((name) => ({ file: `/run/secrets/${name}`, content: secret(value) }))),
  );

test.each<[string, TestedResource[]]>([
  ["two files of one container", [carrier("OAUTH_JWT_SECRET", "VAULT_JWT_SECRET")]],
  ["two passwords of one resource", [thing({ adminPassword: value, metricsPassword: value })]],
  ["keys of two resources", [thing({ oauthSigningKey: value }), thing({ vaultUnsealKey: value }, "other")]],
  ["a key and a password", [thing({ sessionSecret: value }), thing({ redisPassword: value }, "other")]],
])("refuses one secret for %s", async (_what, resources) => {
  const { findings, messages } = await evaluateStack(resources);
  expect(findings).toEqual([finding]);
  expect(messages.join()).toContain("is the same secret as");
  expect(messages.join()).not.toContain(value);
});

test.each<[string, TestedResource[]]>([
  ["one name in two resources", [carrier("OAUTH_JWT_SECRET"), thing({ oauthJwtSecret: value }, "other")]],
  [
    "a name that says no purpose",
    [thing({ password: value }), thing({ file: "POSTGRES_PASSWORD", content: value }, "other")],
  ],
  [
    "a longer name of the same",
    [thing({ POSTGRES_PASSWORD: value }), thing({ GATEWAY_DB_PASSWORD: value }, "other")],
  ],
  [
    "a password's two ends",
    [thing({ MYSQL_ROOT_PASSWORD: value }), thing({ wordpressPassword: value }, "other")],
  ],
  ["different values", [thing({ oauthJwtSecret: value, vaultJwtSecret: `${value}2` })]],
  ["unknown values", [thing({ oauthJwtSecret: unknownValue, vaultJwtSecret: unknownValue })]],
])("accepts %s", async (_what, resources) => {
  expect((await evaluateStack(resources)).messages).toEqual([]);
});

test("names both places, and the other resource where it is another", async () => {
  const { messages } = await evaluateStack([thing({ oauthSigningKey: value, vaultUnsealKey: value })]);
  expect(messages.join()).toContain(
    "web: vaultUnsealKey (vaultUnsealKey) is the same secret as oauthSigningKey (oauthSigningKey); required: a secret of its own",
  );
  const two = await evaluateStack([
    thing({ oauthSigningKey: value }),
    thing({ vaultUnsealKey: value }, "other"),
  ]);
  expect(two.messages.join()).toContain("is the same secret as oauthSigningKey (oauthSigningKey) of web;");
});

test.each<[string, string, boolean]>([
  ["seven characters, which may meet by accident", "x7Q2w9z", true],
  ["eight", "x7Q2w9zK", false],
  ["a reference", "${KEY_OF_BOTH}", true],
  ["a placeholder, which is another finding's", "changeme-please", true],
  ["the resource's own name, which is another finding's too", "frontend-gateway", true],
])("one value for two purposes, of %s, is accepted: %j %s", async (_what, shared, accepted) => {
  const resource = thing({ oauthSigningKey: shared, vaultUnsealKey: shared }, "frontend-gateway");
  expect((await evaluateStack([resource])).findings).toEqual(accepted ? [] : [finding]);
});

test.each([
  ["a name without a purpose", "secret", "oauthSigningKey"],
  ["a name that says less", "signingKey", "oauthSigningKey"],
  ["two short names of a password", "adminPass", "metricsPass"],
])("accepts %s beside another, in either order", async (_what, one, other) => {
  for (const [first, second] of [
    [one, other],
    [other, one],
  ])
    expect(
      (await evaluateStack([thing({ [first!]: value }), thing({ [second!]: value }, "other")])).messages,
    ).toEqual([]);
});
