import { unknown, type Unknown } from "../../unknown";

type Variables = Readonly<Record<string, string | undefined>>;

const reference = /\$(?:(\$)|([A-Za-z_]\w*)|(\{))/g;
const braced = /^([A-Za-z_]\w*)(?:(:?[-?+])([^]*))?$/;

/**
 * Fills a compose file's variables in, as docker compose does: `$NAME`, `${NAME:-default}`, `${NAME:?error}`,
 * `${NAME:+replacement}`, `$$`; what stands behind a name may hold others.
 *
 * @returns `unknown` when the whole text is a variable that nobody has set; a text keeps those it has among others
 */
export function interpolate(text: string, variables: Variables): string | Unknown {
  let filled = "";
  let done = 0;
  for (const { 0: found, 1: dollar, 2: name, 3: brace, index } of text.matchAll(reference)) {
    if (index < done) continue; // inside of what is filled in already
    const end = brace ? closing(text, index + 2) : index + found.length;
    const value = dollar
      ? "$"
      : brace
        ? valueOf(text.slice(index + 2, end - 1), variables)
        : variables[name!];
    if (value === undefined && index === 0 && end === text.length) return unknown;
    filled += text.slice(done, index) + (value ?? text.slice(index, end));
    done = end;
  }
  return filled + text.slice(done);
}

/** Where the brace that was opened before `from` is closed; the end of a text that doesn't close it. */
function closing(text: string, from: number): number {
  let open = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "{") open++;
    else if (text[at] === "}" && --open === 0) return at + 1;
  }
  return text.length;
}

/** What stands for `NAME`, or `NAME:-default`; `undefined` where nothing does. */
function valueOf(inside: string, variables: Variables): string | undefined {
  const [, name, operator = "", operand = ""] = braced.exec(inside) ?? [];
  if (name === undefined) return undefined;
  const value = variables[name];
  const set = value !== undefined && (value !== "" || !operator.startsWith(":"));
  if (set && !operator.endsWith("+")) return value;
  if (set ? operator.endsWith("+") : operator.endsWith("-")) {
    const filled = interpolate(operand, variables);
    return filled === unknown ? operand : filled;
  }
  return operator.endsWith("+") ? "" : undefined;
}
