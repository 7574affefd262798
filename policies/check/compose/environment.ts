import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";

import { unknown, type Unknown } from "../../unknown";
import { UnreadableError } from "../declarations";
import { readText } from "../readText";
import { child, elementsOf, plain, textOf, type Tree } from "../yamlTree";
import { flagOf } from "./flags";
import { interpolate } from "./interpolate";
import { namedEntries } from "./mergeService";

export type Variables = Readonly<Record<string, string | undefined>>;

interface Entry {
  readonly name: string;
  readonly value: string | Unknown;
  readonly tree: Tree;
}

/** What docker compose fills variables in with: the process' own, then those of `.env` in the project's folder. */
export function variablesFor(folder: string, own: Variables): Variables {
  const beside = join(folder, ".env");
  return existsSync(beside) ? { ...known(variablesIn(readText(beside), own)), ...own } : own;
}

/** As {@link variablesFor}, of what is included: with the files that its entry names in place of `.env`. */
export function variablesOfFiles(files: Tree, own: Variables): Variables {
  const entries = fileEntries(files, own).map(({ name, value }) => [name, value] as const);
  return { ...known(Object.fromEntries(entries)), ...own };
}

/** Those that have a value. */
function known(variables: Readonly<Record<string, string | Unknown>>): Variables {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== unknown),
  );
}

/** The variables of a file, which may refer to each other. `NAME: value` is as good as `NAME=value` there. */
function variablesIn(text: string, own: Variables): Record<string, string | Unknown> {
  const assignments = text.replace(/^(\s*(?:export\s+)?[\w.-]+)[ \t]*:(?=[ \t])/gm, "$1=");
  const written = parseEnv(assignments) as Record<string, string>;
  let filled: Record<string, string | Unknown> = written;
  // One round for each variable that stands behind another; more than any file has.
  for (let round = 0; round < 4; round++) {
    const scope = { ...known(filled), ...own };
    filled = Object.fromEntries(
      Object.entries(filled).map(([name, value]) => [
        name,
        value === unknown ? unknown : interpolate(value, scope),
      ]),
    );
  }
  return filled;
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

/** The labels in a service's files of them. */
export const labelsOfFiles = (service: Tree, variables: Variables): [string, Tree][] =>
  fileEntries(child(service, "label_file"), variables).map(({ name, value, tree }) => [
    name,
    { ...tree, value },
  ]);

function fileEntries(files: Tree | undefined, variables: Variables): Entry[] {
  if (!files) return [];
  const list = Array.isArray(files.value) ? elementsOf(files) : [files];
  return list.flatMap((tree) => {
    const path = textOf(child(tree, "path")) ?? textOf(tree);
    if (path === undefined) throw new UnreadableError("no path where a file is named", tree.line, tree.file);
    const file = resolve(tree.folder, path);
    if (flagOf(child(tree, "required")) === false && !existsSync(file)) return [];
    const entries = Object.entries(variablesIn(readText(file, tree), variables));
    return entries.map(([name, value]) => ({ name, value, tree }));
  });
}
