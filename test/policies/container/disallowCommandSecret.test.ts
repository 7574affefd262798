import { randomBytes } from "node:crypto";

import { accepts, refuses } from "../cases";
import { container, service } from "../compliantContainer";
import { evaluate, secret, unknownValue } from "../evaluate";

const generated = randomBytes(24).toString("base64url");
const command = (...words: unknown[]) => container((props) => (props.command = words));

refuses("container-command-disallow-secret", {
  "after its flag": () => command("start", "--masterkey", generated),
  "in its flag": () => command(`--api-token=${generated}`),
  "in a shell's line": () => command("sh", "-c", `PGPASSWORD=${generated} exec serve`),
  "in a URL": () => command("migrate", `postgres://app:${generated}@db/app`),
  "in the entrypoint": () => container((props) => (props.entrypoints = ["serve", "--secret", generated])),
  "as a Pulumi secret of any name": () => command("serve", secret(generated)),
  "in a command that is a Pulumi secret": () =>
    container((props) => (props.command = secret(["serve", generated]))),
  "of a service": () => service((spec) => (spec.args = ["--password", generated])),
});

accepts({
  "a file's name": () => command("serve", "--password-file", "/run/secrets/password"),
  "a file as the flag's value": () => command("serve", "--password", "/run/secrets/password"),
  "a variable": () => command("sh", "-c", "serve --password $PASSWORD"),
  "a word unknown until deployed": () => command("serve", unknownValue),
  "a command unknown until deployed": () => container((props) => (props.command = unknownValue)),
});

test("reports a command once, and shows no value", async () => {
  const { messages } = await evaluate(command("--token", generated, "--secret", generated));
  expect(messages).toHaveLength(1);
  expect(messages.join()).toContain("command[1] has a value for token");
  expect(messages.join()).not.toContain(generated);
});
