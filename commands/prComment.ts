import { appendFileSync, existsSync, readFileSync } from "node:fs";

import { z } from "zod";

import { main } from "./command";
import { CommandError } from "./commandError";
import { commentOnce } from "./github/pullRequestComment";

const event = z.object({ pull_request: z.object({ number: z.number() }) });

void main({
  name: "pr-comment",
  summary:
    "in a GitHub workflow: writes a file into the pull request's one comment, and into the job's summary",
  options: { "file FILE": "Markdown" },
  run: async ({ options }) => {
    const { file = "" } = options;
    if (!existsSync(file)) throw new CommandError(`there is no file '${file}'`, "name one: --file FILE");
    const text = readFileSync(file, "utf8");
    if (process.env["GITHUB_STEP_SUMMARY"]) appendFileSync(process.env["GITHUB_STEP_SUMMARY"], text);
    const parsed = event.safeParse(JSON.parse(readFileSync(required("GITHUB_EVENT_PATH"), "utf8")));
    if (!parsed.success)
      throw new CommandError("this is no pull request's workflow run", "use it in a pull_request workflow");
    const { number } = parsed.data.pull_request;
    const url = await commentOnce(required("GITHUB_TOKEN"), required("GITHUB_REPOSITORY"), number, text);
    console.log(url);
  },
});

function required(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new CommandError(`${name} is not set`, "run this in a GitHub workflow, which sets it");
}
