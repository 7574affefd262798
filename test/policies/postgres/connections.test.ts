import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";
import { unknownValue, type TestedResource } from "../evaluate";

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
    "a mode unknown until deployed": () => provider({ sslmode: unknownValue }),
  });
});

describe("postgres-authentication-require-scram", () => {
  refuses(
    "postgres-authentication-require-scram",
    Object.fromEntries(
      ["trust", "password", "md5", "TRUST"].map((value): [string, () => TestedResource] => [
        value,
        () => method(value),
      ]),
    ),
  );
});

accepts({
  "verify-full": () => provider({ sslmode: "verify-full" }),
  "verify-ca, by the input's old name": () => provider({ sslMode: "verify-ca" }),
  "a Unix socket": () => provider({ host: "/var/run/postgresql" }),
  "scram-sha-256": () => method("scram-sha-256"),
});
