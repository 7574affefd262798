import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText, unknown } from "../unknown";

/** Requires the PostgreSQL provider to verify the server's certificate, unless it uses a Unix socket. */
export const requireProviderTls = definePolicy({
  finding: "postgres-provider-require-tls",
  type: "pulumi:providers:postgresql",
  *check({ props }) {
    const host = readText(props, "host");
    if (host !== unknown && host?.startsWith("/")) return;
    const mode = readText(props, "sslmode") ?? readText(props, "sslMode");
    if (mode !== "verify-full" && mode !== "verify-ca") {
      yield { observed: `sslmode is ${masked(mode)}`, required: "verify-full" };
    }
  },
});
