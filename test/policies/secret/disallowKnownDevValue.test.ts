import { randomBytes, randomUUID } from "node:crypto";

import { disallowKnownDevValue } from "../../../policies/secret/disallowKnownDevValue";
import { accepts, refuses } from "../cases";
import { container, service } from "../compliantContainer";
import { evaluate, secret, unknownValue, type TestedResource } from "../evaluate";

// Published by the article; the dictionary holds hashes only.
const published = "dev-oauth-jwt-secret-change-in-prod";
const generated = randomBytes(24).toString("base64url");

const resource = (
  props: Record<string, unknown>,
  type = "acme:index:Thing",
  name = "web",
): TestedResource => ({ type, name, props });
const environment = (entry: string) => container((props) => props.envs.push(entry));

describe("a published secret, anywhere", () => {
  refuses("secret-input-disallow-known-dev-value", {
    "as an input": () => resource({ signingKey: published }),
    "as an input of a name that says nothing": () => resource({ description: published }),
    "in another case": () => resource({ signingKey: published.toUpperCase() }),
    "deep inside": () => resource({ a: [{ b: { c: published } }] }),
    "as an environment entry": () => environment(`OAUTH_JWT_SECRET=${published}`),
    "as an environment entry of another name": () => environment(`GREETING=${published}`),
    "as a service's environment": () => service((spec) => (spec.env.OAUTH_JWT_SECRET = published)),
    "in a command": () => container((props) => (props.command = ["serve", "--jwt-secret", published])),
    "in a shell's command": () =>
      container((props) => (props.command = ["sh", "-c", `JWT='${published}' serve`])),
    "in a connection string": () => resource({ url: `postgres://app:${published}@db:5432/app` }),
    "in a connection string's parameters": () => resource({ dsn: `host=db user=app password=${published}` }),
    "in JSON": () => resource({ config: JSON.stringify({ auth: { jwt: [published] } }) }),
    "in YAML": () => resource({ config: `auth:\n  jwt: ${published}\n` }),
    "in HCL": () => resource({ config: `auth {\n  jwt = "${published}"\n}\n` }),
    "in a file of variables": () => resource({ env: `A=1\nexport JWT=${published}\nB=2\n` }),
    "in base64": () => resource({ contentBase64: Buffer.from(`jwt: ${published}\n`).toString("base64") }),
    "as a variable's default": () => resource({ value: `\${JWT:-${published}}` }),
    "as a Pulumi secret": () => resource({ signingKey: secret(published) }),
    "in an uploaded file": () =>
      container(
        (props) => (props.uploads = [{ file: "/run/secrets/OAUTH_JWT_SECRET", content: secret(published) }]),
      ),
    "in a provider's inputs": () => resource({ token: published }, "pulumi:providers:github"),
  });
});

describe("a placeholder, where a secret belongs", () => {
  refuses("secret-input-disallow-known-dev-value", {
    ...Object.fromEntries(
      [
        "changeme",
        "change-me-please",
        "DevOnlyChangeMe2!",
        "your-super-secret-password",
        "<your token here>",
        "example",
        "Password123",
        "test-secret",
        "letmein",
        "insecure-development-key",
        "qwertyuiop",
        "aaaaaaaaaaaaaaaa",
        "1234567890",
        "abcdefghijkl",
        "postgres",
        "p0stgr3s",
        "x1",
        "sunflower",
        "Sunflower2024",
        "FEEDFACE",
        "P@$$w0rd-for-dev",
      ].map((value) => [value, () => resource({ password: value })]),
    ),
    "its own resource's name": () => resource({ password: "orders-db" }, undefined, "orders-db"),
    "its own variable's first word": () => environment("GRAYLOG_PASSWORD=graylog"),
    "its own name in other signs": () => environment("GRAFANA_PASSWORD=gr@fan@"),
    "in a URL": () => resource({ endpoint: "amqp://orders:guest@rabbit" }),
    "as a flag": () => resource({ run: "server --admin-password changeme --port 80" }),
    "as the value beside its name": () => resource({ env: [{ name: "API_TOKEN", value: "changeme" }] }),
    "as an uploaded secret": () =>
      resource({ uploads: [{ file: "/run/secrets/DB_PASSWORD", content: "changeme" }] }),
    "as a Pulumi secret of a name that says nothing": () => resource({ handshake: secret("changeme") }),
  });
});

accepts({
  "what a workflow's job may do with its identity": () =>
    resource({ jobs: { image: { permissions: { "id-token": "write" } } } }),
  "generated secrets": () =>
    resource({
      password: secret(generated),
      token: secret(randomBytes(32).toString("hex")),
      apiKey: secret(randomUUID()),
      clientSecret: secret(randomBytes(32).toString("base64")),
    }),
  "secrets unknown until deployed": () => resource({ password: unknownValue, token: secret(unknownValue) }),
  "inputs unknown as a whole": () => resource({ credentials: unknownValue, list: [unknownValue] }),
  "ordinary words where no secret belongs": () =>
    resource({
      user: "postgres",
      database: "postgres",
      image: "posthog",
      description: "change me",
      tags: ["test", "example"],
    }),
  "what stands beside a secret in a secret document": () =>
    resource({
      login: secret(JSON.stringify({ path: "auth/approle/login", secret_id: generated })),
      settings: secret("POSTGRES_USER=postgres"),
    }),
  "references to secrets": () =>
    resource({
      password: "${DB_PASSWORD}",
      token: "${{ secrets.GITHUB_TOKEN }}",
      command: ["sh", "-c", "password=$(cat /run/secrets/DB_PASSWORD)"],
      passwordFile: "/run/secrets/DB_PASSWORD",
      secret: "/run/secrets/test",
      apiKey: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:test",
    }),
  "a longer run of letters": () =>
    resource({
      password: secret([...randomBytes(16)].map((byte) => "abcdefghijklmnop"[byte % 16]).join("") + "qz"),
    }),
  "names of secrets that are kept elsewhere": () =>
    resource({ auth: { existingSecret: "dbcreds" }, imagePullSecrets: ["regcred"] }),
  "what is said about secrets": () =>
    resource({
      passwordPolicy: "default",
      tokenTtl: "test",
      secretName: "example",
      tokenType: "default",
      secretEnabled: true,
    }),
  "an own name where no secret belongs": () =>
    resource({ name: "orders-db", user: "orders-db" }, undefined, "orders-db"),
  "hashes and digests": () =>
    resource({
      digest: `sha256:${randomBytes(32).toString("hex")}`,
      commit: randomBytes(20).toString("hex"),
    }),
  "a certificate": () =>
    resource({
      privateKey: secret(
        `-----BEGIN PRIVATE KEY-----\n${randomBytes(64).toString("base64")}\n-----END PRIVATE KEY-----\n`,
      ),
    }),
});

test.each(["OAUTH_JWT_SECRET", "GREETING"])("never shows the value of %s", async (name) => {
  const { messages } = await evaluate(environment(`${name}=${published}`));
  expect(messages.join()).toContain(`envs[3] (${name})`);
  expect(messages.join()).not.toContain(published);
});

test("reports each input once", async () => {
  const { messages } = await evaluate(
    resource({ config: `a: ${published}\nb: ${published}\n`, other: published }),
  );
  expect(messages).toHaveLength(2);
});

describe("where a secret belongs without saying so", () => {
  const upload = (file: string, content: unknown) =>
    container((props) => (props.uploads = [{ file, content }]));
  const file = (path: string, content: object) =>
    resource({ machines: [{ uploads: [{ file: path, ...content }] }] });
  const inWorkflow = (token: string) => resource({ permissions: { "id-token": token } });
  const handedOn = (secrets: string) => resource({ jobs: { call_it: { secrets } } });

  refuses("secret-input-disallow-known-dev-value", {
    "a file of secrets, whatever it is called": () => upload("/run/secrets/whatever", secret("changeme")),
    "a file of secrets that isn't marked": () => file("/run/secrets/whatever", { content: "changeme" }),
    "a file of secrets in base64": () =>
      file("/run/secrets/whatever", { contentBase64: Buffer.from("changeme-please").toString("base64") }),
    "a text among the secrets": () => upload("/run/secrets/app.txt", secret("changeme")),
    "a token that a workflow's permission looks like": () => inWorkflow("rewrite"),
    "a token that begins like a permission": () => inWorkflow("none-changeme"),
    "another token of that name": () => resource({ other: { "id-token": "write" } }),
    "a job's secrets that are none": () => handedOn("changeme"),
    "secrets of what is no workflow's job": () =>
      resource({ a: { jobs: { call_it: { secrets: "inherit" } } } }),
    "a secret among a job's": () => resource({ jobs: { call_it: { secrets: { token: "inherit" } } } }),
    "secrets elsewhere": () => resource({ secrets: "inherit" }),
  });
  accepts({
    "what else is said about a file of secrets": () =>
      file("/run/secrets/whatever", { contentType: "example" }),
    "settings among the secrets": () => file("/run/secrets/whatever", { content: "LEVEL=example" }),
    "a file of no name": () => resource({ uploads: [{ content: "changeme" }] }),
    "another file": () => upload("/etc/whatever", "changeme"),
    "a certificate among the secrets": () => upload("/run/secrets/app.crt", "changeme"),
    "a workflow's permission to name itself": () => inWorkflow("write"),
    "a workflow without that permission": () => inWorkflow("none"),
    "a job's secrets that are handed on": () => handedOn("inherit"),
  });
});

test("names the variable where the place doesn't, and only there", async () => {
  const listed = await evaluate(environment(`OAUTH_JWT_SECRET=${published}`));
  expect(listed.messages.join()).toMatch(
    /at envs\[\d+\] \(OAUTH_JWT_SECRET\) is a published development secret/,
  );
  const element = await evaluate(resource({ tokens: [secret(published)] }));
  expect(element.messages.join()).toContain("at tokens[0] (tokens) is a published development secret");
  const own = await evaluate(resource({ signingKey: secret(published) }));
  expect(own.messages.join()).toContain("at signingKey is a published development secret");
});

test("takes nothing for marked where no marks are, as in a compose file", () => {
  const unmarked = { type: "acme:index:Thing", name: "web", urn: "urn", props: { greeting: "changeme" } };
  expect([...disallowKnownDevValue.check(unmarked, {} as never)]).toEqual([]);
});
