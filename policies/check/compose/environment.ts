import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseEnv } from "node:util";

import { unknown, type Unknown } from "../../unknown";
import { readText } from "../readText";
import { child, elementsOf, plain, textOf, type Tree } from "../yamlTree";
import { interpolate } from "./interpolate";
import { namedEntries } from "./mergeService";

export type Variables = Readonly<Record<string, string | undefined>>;

interface Entry {
  readonly name: string;
  readonly value: string | Unknown;
  readonly tree: Tree;
}

/** What docker compose fills variables in with: the process' own, then those of `.env` beside the file. */
export function variablesFor(file: string, own: Variables): Variables {
  const beside = join(dirname(file), ".env");
  return existsSync(beside) ? { ...parseEnv(readText(beside)), ...own } : own;
}

/** A service's environment: its files', then its own on top. A name without a value takes it from whoever deploys. */
export function environmentOf(service: Tree, variables: Variables): Entry[] {
  const entries = new Map<string, Entry>();
  for (const entry of fileEntries(child(service, "env_file"), variables)) entries.set(entry.name, entry);
  for (const [name, tree] of namedEntries(child(service, "environment"))) {
    const value = tree.value === null ? (variables[name] ?? unknown) : plain(tree);
    entries.set(name, { name, value: value === unknown ? unknown : String(value), tree });
  }
  return [...entries.values()];
}

function fileEntries(files: Tree | undefined, variables: Variables): Entry[] {
  if (!files) return [];
  const list = Array.isArray(files.value) ? elementsOf(files) : [files];
  return list.flatMap((tree) => {
    const path = textOf(child(tree, "path")) ?? textOf(tree);
    if (path === undefined) return [];
    const file = resolve(dirname(tree.file), path);
    if (textOf(child(tree, "required")) === "false" && !existsSync(file)) return [];
    return Object.entries(parseEnv(readText(file, tree))).map(([name, value]) => ({
      name,
      value: interpolate(value!, variables),
      tree,
    }));
  });
}
