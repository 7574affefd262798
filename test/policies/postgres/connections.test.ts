import { randomBytes } from "node:crypto";

import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";
import { secret, unknownValue, type TestedResource } from "../evaluate";

const provider = (props: object): TestedResource => ({
  type: "pulumi:providers:postgresql",
  props: { host: "db", ...props },
});
const method = (value: string) => container((props) => props.envs.push(`POSTGRES_HOST_AUTH_METHOD=${value}`));

describe("postgres-provider-require-tls", () => {
  refuses("postgres-provider-require-tls", {
    ...Object.fromEntries(
      ["disable", "prefer", "require"].map((sslmode) => [sslmode, () => provider({ sslmode })]),
    ),
    "no mode": () => provider({}),
    "a host unknown until deployed": () => provider({ host: unknownValue }),
    "a mode unknown until deployed": () => provider({ sslmode: unknownValue }),
  });
});

describe("postgres-connection-require-tls", () => {
  refuses("postgres-connection-require-tls", {
    "a client that may go without": () => container((props) => props.envs.push("PGSSLMODE=prefer")),
    "a mode among spaces": () => container((props) => props.envs.push("PGSSLMODE= prefer ")),
    "a connection string without": () =>
      container((props) => props.envs.push("DATABASE=postgres://app@db/app?pool=3&sslmode=disable")),
    "a server without": () => container((props) => (props.command = ["postgres", "-c", "ssl=off"])),
  });
});

describe("the password of a role", () => {
  const role = (password: unknown): TestedResource => ({
    type: "postgresql:index/role:Role",
    name: "app",
    props: { name: "app", login: true, password },
  });
  const generated = randomBytes(24).toString("base64url");
  refuses("secret-input-require-mark", { "as a literal": () => role(generated) });
  refuses("secret-input-disallow-known-dev-value", {
    "as a known development value": () => role(secret("postgres")),
  });
  accepts({ "as a secret": () => role(secret(generated)) });
});

describe("postgres-authentication-require-scram", () => {
  refuses("postgres-authentication-require-scram", {
    "a first start's option": () =>
      container((props) => props.envs.push("POSTGRES_INITDB_ARGS=--data-checksums --auth-host=md5")),
    "a first start's short option": () =>
      container((props) => props.envs.push("POSTGRES_INITDB_ARGS=-A trust")),
    "passwords kept by MD5": () =>
      container((props) => (props.command = ["postgres", "-c", "password_encryption=md5"])),
    "passwords kept by MD5, among spaces": () =>
      container((props) => (props.command = ["postgres", "-c", " password_encryption=md5 "])),
    "a role's password in clear text": () => ({
      type: "postgresql:index/role:Role",
      props: { name: "app", encryptedPassword: false },
    }),
    "a role's password maybe in clear text, unknown until deployed": () => ({
      type: "postgresql:index/role:Role",
      props: { name: "app", encryptedPassword: unknownValue },
    }),
  });
  refuses(
    "postgres-authentication-require-scram",
    Object.fromEntries(
      ["trust", "password", "md5", "TRUST", " trust "].map((value): [string, () => TestedResource] => [
        value,
        () => method(value),
      ]),
    ),
  );
});

accepts({
  "a first start with SCRAM": () =>
    container((props) => props.envs.push("POSTGRES_INITDB_ARGS=--auth-host=scram-sha-256")),
  "passwords kept by SCRAM": () =>
    container((props) => (props.command = ["postgres", "-c", "password_encryption=scram-sha-256"])),
  "a role's password as it is usual": () => ({
    type: "postgresql:index/role:Role",
    props: { name: "app", encryptedPassword: true },
  }),
  "words of other variables": () =>
    container((props) =>
      props.envs.push("MODE=trust", "NOTES=-A trust", "MY_PGSSLMODE=disable", "PGSSLMODE_NOTE=disable"),
    ),
  "variables that whoever deploys has to set": () =>
    container((props) =>
      props.envs.push("POSTGRES_HOST_AUTH_METHOD", "POSTGRES_INITDB_ARGS", "PGSSLMODE", "PGUSER"),
    ),
  "a provider whose host another setting names": () => provider({ host: undefined, sslmode: "verify-full" }),
  "verify-full": () => provider({ sslmode: "verify-full" }),
  "verify-ca, by the input's old name": () => provider({ sslMode: "verify-ca" }),
  "a Unix socket": () => provider({ host: "/var/run/postgresql" }),
  "scram-sha-256": () => method("scram-sha-256"),
  "a client that verifies": () => container((props) => props.envs.push("PGSSLMODE=verify-full")),
  "a server with TLS": () => container((props) => (props.command = ["postgres", "-c", "ssl=on"])),
});

describe("postgres-connection-disallow-superuser", () => {
  const environment = (entry: string, image?: string) =>
    container((props) => {
      props.envs.push(entry);
      if (image !== undefined) props.image = image;
    });
  refuses("postgres-connection-disallow-superuser", {
    "a URL": () => environment("DATABASE_URL=postgresql://postgres@db:5432/app"),
    "a URL with a password's variable": () =>
      environment("DATABASE_URL=postgres://postgres:${DB_PASSWORD}@db/app"),
    "libpq's variable": () => environment("PGUSER=postgres"),
    "an application's variable": () => environment("APP_DB_USER=postgres"),
  });
  accepts({
    "a role of its own": () => environment("DATABASE_URL=postgresql://apexmcp_app@db:5432/app"),
    "the server itself": () => environment("POSTGRES_USER=postgres", `postgres:15@sha256:${"ab".repeat(32)}`),
    "another user": () => environment("SMTP_USER=postgres"),
  });
});
