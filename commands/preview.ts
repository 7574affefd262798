import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

import { main } from "./command";
import { prepareConfig } from "./prodConfig";
import { pulumi, pulumiFailure } from "./pulumi";
import { deployArguments } from "./pulumiUp";
import { localRelease } from "./releases";
import type { State } from "./state";
import { ownImageTag } from "../images/ownImages";

void main({
  name: "preview",
  summary: "shows what a deployment would change, with the policy pack in force; changes nothing",
  options: { "report FILE": "writes it as Markdown, for make pr-comment; when it fails, too" },
  run: async ({ state, options }) => {
    const own = withOwnConfig(state);
    await prepareConfig(own, localRelease(own, await ownImageTag("gateway")), console.log);
    const result = await pulumi(own, ["preview", "--diff", ...deployArguments], { show: true });
    const good = result.exitCode === 0;
    if (options["report"] !== undefined) writeFileSync(options["report"], report(state, good, result.all));
    if (!good) throw pulumiFailure(state, "pulumi preview", result.all);
  },
});

/** With a copy of the configuration: a deployment under way keeps its own. */
function withOwnConfig(state: State): State {
  if (!existsSync(state.configFile)) return state; // there is nothing to keep
  const configFile = join(state.directory, `Pulumi.${state.stack}.preview.yaml`);
  copyFileSync(state.configFile, configFile);
  return { ...state, configFile };
}

function report({ stack }: State, good: boolean, said: string): string {
  const text = stripVTControlCharacters(said).trim();
  const changes = /^Resources:\n((?: +.*\n?)+)/m.exec(text)?.[1] ?? "";
  // A fence that nothing in the text can close.
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return [
    `### Preview of the stack \`${stack}\`: ${good ? "the policy pack lets it pass" : "**refused or failed**"}`,
    "",
    ...(changes === "" ? [] : [`${fence}text`, changes.trimEnd(), fence, ""]),
    "<details><summary>All that Pulumi said</summary>",
    "",
    `${fence}diff`,
    text,
    fence,
    "",
    "</details>",
    "",
  ].join("\n");
}
