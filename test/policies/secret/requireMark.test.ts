import { randomBytes } from "node:crypto";

import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";
import { evaluate, secret, unknownValue, type TestedResource } from "../evaluate";

const generated = randomBytes(24).toString("base64url");
const resource = (props: Record<string, unknown>): TestedResource => ({ type: "acme:index:Thing", props });
const upload = (content: unknown) =>
  container((props) => (props.uploads = [{ file: "/run/secrets/JWT_SECRET", content }]));

refuses("secret-input-require-mark", {
  "a plain password": () => resource({ password: generated }),
  "a plain token, deep inside": () => resource({ a: [{ auth: { token: generated } }] }),
  "one of two, the other marked": () => resource({ password: secret(generated), token: generated }),
  "an uploaded secret": () => upload(generated),
  "the value beside its name": () => resource({ settings: [{ name: "API_TOKEN", value: generated }] }),
});

accepts({
  "a marked password": () => resource({ password: secret(generated) }),
  "a password in a marked object": () =>
    resource({ auth: secret({ password: generated, list: [{ token: generated }] }) }),
  "a password in a marked list": () => resource({ auths: secret([{ password: generated }]) }),
  "a marked upload": () => upload(secret(generated)),
  "a password unknown until deployed": () => resource({ password: unknownValue }),
  "a reference": () => resource({ password: "${DB_PASSWORD}" }),
  "a setting that a text tells of": () => resource({ usage: `run with --token ${generated}` }),
  "another input": () => resource({ address: generated }),
});

test("doesn't show the secret", async () => {
  const { messages } = await evaluate(resource({ password: generated }));
  expect(messages.join()).toContain("password is a plain value");
  expect(messages.join()).not.toContain(generated);
});

test("names the variable where the place doesn't", async () => {
  const { messages } = await evaluate(resource({ settings: [{ name: "API_TOKEN", value: generated }] }));
  expect(messages.join()).toContain(
    "settings[0].value (API_TOKEN) is a plain value; required: a Pulumi secret",
  );
  const listed = await evaluate(resource({ tokens: [generated] }));
  expect(listed.messages.join()).toContain("tokens[0] (tokens) is a plain value");
});

test("leaves a stack's outputs to the policy of outputs", async () => {
  const { findings } = await evaluate({ ...resource({ password: generated }), type: "pulumi:pulumi:Stack" });
  expect(findings).not.toContain("secret-input-require-mark");
});
