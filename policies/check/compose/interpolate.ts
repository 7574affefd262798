import { unknown, type Unknown } from "../../unknown";

const variable =
  /\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-?+])((?:[^{}]|\{[^{}]*\}|\$\{[^{}]*\})*))?\})/g;

/**
 * Fills a compose file's variables in, as docker compose does: `$NAME`, `${NAME:-default}`, `${NAME:?error}`,
 * `${NAME:+replacement}`, `$$`.
 *
 * @returns `unknown` when the whole text is a variable that nobody has set; a text keeps those it has among others
 */
export function interpolate(
  text: string,
  variables: Readonly<Record<string, string | undefined>>,
): string | Unknown {
  if (!text.includes("$")) return text;
  let missing = false;
  const filled = text.replace(
    variable,
    (
      whole: string,
      dollar?: string,
      plainName?: string,
      name?: string,
      operator?: string,
      operand: string = "",
    ) => {
      if (dollar) return "$";
      const value = variables[(plainName ?? name)!];
      const set = value !== undefined && (value !== "" || !operator?.startsWith(":"));
      if (operator?.endsWith("+")) return set ? filledOperand(operand, variables) : "";
      if (set) return value;
      if (operator?.endsWith("-")) return filledOperand(operand, variables);
      missing ||= whole === text;
      return whole;
    },
  );
  return missing ? unknown : filled;
}

function filledOperand(operand: string, variables: Readonly<Record<string, string | undefined>>): string {
  const filled = interpolate(operand, variables);
  return filled === unknown ? operand : filled;
}
