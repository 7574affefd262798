import { containerPolicy } from "../container/containerPolicy";
import { masked } from "../masked";

const weak = new Set(["trust", "password", "md5", "ident"]);

/** Refuses PostgreSQL images that are told to ask for no password, or to take one in clear text or by MD5. */
export const disallowWeakAuthentication = containerPolicy({
  finding: "postgres-authentication-require-scram",
  *check({ environment }) {
    for (const { path, name, value } of environment) {
      if (
        name === "POSTGRES_HOST_AUTH_METHOD" &&
        typeof value === "string" &&
        weak.has(value.trim().toLowerCase())
      ) {
        yield { observed: `${path} sets ${name} to ${masked(value)}`, required: "scram-sha-256" };
      }
    }
  },
});
