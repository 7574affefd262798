import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { main } from "./command";
import { CommandError } from "./commandError";
import { root } from "./state";

const workflows = join(".github", "workflows");

void main({
  name: "github-init",
  summary: "writes the workflows for another repository; leaves files there alone that are not ours",
  flags: { overwrite: "replaces workflows there that differ" },
  options: {
    "into DIR": "the other repository's checkout",
    "branch NAME": "the branch that is deployed (default: main)",
  },
  run: ({ options, flags }) => {
    const { into = "", branch = "main" } = options;
    if (into === "" || !existsSync(join(into, ".git")))
      throw new CommandError(`'${into}' is no checkout of a repository`, "name one: --into DIR");
    if (!/^[\w./-]+$/.test(branch))
      throw new CommandError(`${branch} is no branch`, "name one: --branch NAME");
    const target = resolve(into, workflows);
    const files = readdirSync(join(root, workflows)).map((file) => {
      const text = readFileSync(join(root, workflows, file), "utf8");
      return { path: join(target, file), text: text.replaceAll("branches: [main]", `branches: [${branch}]`) };
    });
    const differing = files.filter(
      ({ path, text }) => existsSync(path) && readFileSync(path, "utf8") !== text,
    );
    if (differing.length > 0 && !flags["overwrite"])
      throw new CommandError(
        `these are there and differ: ${differing.map(({ path }) => path).join(", ")}`,
        "compare them, then: --overwrite",
      );
    mkdirSync(target, { recursive: true });
    for (const { path, text } of files) {
      writeFileSync(path, text);
      console.log(path);
    }
    console.log("Their steps are make targets of this project: keep its files in that repository.");
    return Promise.resolve();
  },
});
