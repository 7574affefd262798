import { randomBytes } from "node:crypto";

import { accepts, refuses } from "../cases";
import { container, service, type ContainerProps } from "../compliantContainer";
import { evaluate, secret, unknownValue } from "../evaluate";

const generated = randomBytes(24).toString("base64url");
const environment = (entry: unknown) => container((props) => props.envs.push(entry));

/** Zitadel's container as the component declares it. */
const bootstrap = (change: (props: ContainerProps, labels: unknown[]) => void = () => undefined) =>
  container((props) => {
    props.envs = [
      secret(`ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD=Aa1!${generated}`),
      "ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORDCHANGEREQUIRED=true",
    ];
    const label = "apexmcp.exception.container-environment-disallow-secret";
    const labels = [{ label, value: "no other way" }];
    props.labels = labels;
    change(props, labels);
  });

refuses("container-environment-disallow-secret", {
  "Zitadel's bootstrap password without the exception's label": () => bootstrap((_, labels) => labels.pop()),
  "Zitadel's bootstrap password that needn't be changed": () => bootstrap((props) => props.envs.pop()),
  "another secret beside Zitadel's bootstrap password": () =>
    bootstrap((props) => props.envs.push(`DB_PASSWORD=${generated}`)),
  "a password": () => environment(`POSTGRES_PASSWORD=${generated}`),
  "a token": () => environment(`GITHUB_TOKEN=${generated}`),
  "an API key": () => environment(`OPENAI_API_KEY=${generated}`),
  "a password in lower case": () => environment(`db_pass=${generated}`),
  "a URL with a password": () => environment(`DATABASE_URL=postgres://app:${generated}@postgres/app`),
  "a value that is a Pulumi secret, whatever its name": () => environment(secret(`GREETING=${generated}`)),
  "a Pulumi secret unknown until deployed": () => environment(secret(unknownValue)),
  "entries that are a Pulumi secret as a whole": () =>
    container((props) => (props.envs = secret(props.envs))),
  "a service's password": () => service((spec) => (spec.env.POSTGRES_PASSWORD = generated)),
  "a service's password unknown until deployed": () =>
    service((spec) => (spec.env.POSTGRES_PASSWORD = unknownValue)),
  "a service's value that is a Pulumi secret": () =>
    service((spec) => (spec.env.GREETING = secret(generated))),
  "a service's environment that is a Pulumi secret as a whole": () =>
    service((spec) => (spec.env = secret(spec.env))),
});

accepts({
  "Zitadel's bootstrap password, which has to be changed, with the exception's label": () => bootstrap(),
  "the same in a list that is marked as a whole, as Pulumi marks it": () =>
    bootstrap(
      (props) =>
        (props.envs = secret(
          props.envs.map((entry) =>
            typeof entry === "string" ? entry : `ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD=Aa1!${generated}`,
          ),
        ) as unknown as unknown[]),
    ),
  "the path of a secret's file": () => environment("OAUTH_JWT_SECRET_FILE=/run/secrets/OAUTH_JWT_SECRET"),
  "a secret's life time": () => environment("TOKEN_TTL=3600"),
  "a URL without a password": () => environment("DATABASE_URL=postgres://app@postgres/app"),
  "a variable to be filled in by the shell": () => environment("POSTGRES_PASSWORD=${POSTGRES_PASSWORD}"),
  "an empty value": () => environment("POSTGRES_PASSWORD="),
  "a plain setting": () => environment("LOG_LEVEL=info"),
  "an entry unknown until deployed that isn't a secret": () => environment(unknownValue),
  "environment unknown as a whole that isn't a secret": () =>
    container((props) => (props.envs = unknownValue)),
  "secrets in uploaded files": () =>
    container(
      (props) => (props.uploads = [{ file: "/run/secrets/OAUTH_JWT_SECRET", content: secret(generated) }]),
    ),
});

test("names the variable and never shows its value", async () => {
  const { messages } = await evaluate(environment(`POSTGRES_PASSWORD=${generated}`));
  expect(messages[0]).toContain("envs[3] sets POSTGRES_PASSWORD");
  expect(messages.join()).not.toContain(generated);
});

test("reports a secret list of entries once", async () => {
  const { messages } = await evaluate(container((props) => (props.envs = secret(props.envs))));
  expect(messages).toHaveLength(1);
});
