import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { described, type Command } from "../command";
import { root } from "../state";
import { page, row } from "./page";

/** Every command that make runs, as its own file describes it. */
export function allCommands(): readonly Command[] {
  const folder = join(root, "commands");
  for (const file of readdirSync(folder).filter((it) => it.endsWith(".ts"))) {
    const isTarget = /^void main\(/m.test(readFileSync(join(folder, file), "utf8"));
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- which files there are is known only now
    if (isTarget) require(join(folder, file));
  }
  return [...new Map(described.map((it) => [it.name, it])).values()].sort((a, b) =>
    a.name.localeCompare(b.name),
  );
}

export function commandsPage(): string {
  const sections = allCommands().flatMap(({ name, summary, flags = {}, options = {}, rest }) => {
    const all = Object.entries({ ...flags, ...options });
    const table = all.map(([option, what]) => row([`\`--${option}\``, what]));
    return [
      `## make ${name}`,
      "",
      `${summary[0]!.toUpperCase()}${summary.slice(1)}.`,
      "",
      ...(table.length > 0 ? [row(["option", "what"]), row(["---", "---"]), ...table, ""] : []),
      ...(rest === undefined ? [] : [`After \`--\`: \`${rest}\`.`, ""]),
    ];
  });
  return page("Commands", "commands/*.ts", [
    'Options go into ARGS, as in `make down ARGS="--volumes"`. Each command knows `--help`, and `--state DIR` for a deployment whose',
    "files are elsewhere than in `.state` (or `$APEXMCP_STATE`). `$APEXMCP_STACK` chooses between `dev`, the default, and `prod`.",
    "",
    ...sections.slice(0, -1),
  ]);
}
