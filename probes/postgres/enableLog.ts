import { fail, pass, probe } from "../probe";
import { queryAsApp } from "./connection";

/** CIS PostgreSQL 3.1: what has to be so, by setting. */
const required: Readonly<Record<string, RegExp>> = {
  log_connections: /^on$/,
  log_disconnections: /^on$/,
  log_statement: /^(ddl|mod|all)$/,
  log_min_error_statement: /^(error|warning|notice|log|info|debug\d)$/,
  log_error_verbosity: /^verbose$/,
  log_line_prefix: /^(?=.*%m)(?=.*%p)(?=.*%d)(?=.*%u)(?=.*%a)(?=.*%h)/,
  debug_print_parse: /^off$/,
  debug_print_rewritten: /^off$/,
  debug_print_plan: /^off$/,
};

/** Proves postgres-log-enable-connections, by what the running server says of its settings. */
export const enableLog = probe("postgres-log-enable-connections", async (target) => {
  const names = Object.keys(required);
  const columns = names.map((name) => `current_setting('${name}') AS ${name}`).join(", ");
  const [settings] = await queryAsApp<Record<string, string>>(target, `SELECT ${columns}`);
  const wrong = names.filter((name) => !required[name]!.test(settings?.[name] ?? ""));
  return wrong.length > 0
    ? fail(wrong.map((name) => `${name} is ${settings?.[name]}`).join(", "))
    : pass(names.map((name) => `${name} ${settings![name]}`).join(", "));
});
