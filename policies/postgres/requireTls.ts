import { containerPolicy } from "../container/containerPolicy";
import { unknown } from "../unknown";

/** Modes in which libpq and its relatives go on without TLS when they are not offered any. */
const mode = "(disable|allow|prefer)";
const clientMode = new RegExp(`^${mode}$`, "i");
const urlMode = new RegExp(`^postgres(ql)?://.*[?&]sslmode=${mode}\\b`, "i");
const serverSetting = /^(-c|--)?ssl=(off|false|no|0)$/i;

/** Refuses containers that are told to serve PostgreSQL, or to connect to it, without TLS. */
export const requireTls = containerPolicy({
  finding: "postgres-connection-require-tls",
  *check({ environment, arguments: given }) {
    for (const { path, name, value } of environment) {
      if (typeof value !== "string") continue;
      if ((/^PGSSLMODE$/i.test(name ?? "") && clientMode.test(value.trim())) || urlMode.test(value.trim()))
        yield { observed: `${path} sets ${name} to a mode without TLS`, required: "verify-full" };
    }
    if (given.value === undefined || given.value === unknown) return;
    for (const [index, argument] of given.value.entries()) {
      if (typeof argument === "string" && serverSetting.test(argument.trim()))
        yield { observed: `${given.path}[${index}] turns TLS off`, required: "ssl=on" };
    }
  },
});
