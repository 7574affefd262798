import { dirname, resolve } from "node:path";

import { UnreadableError } from "../declarations";
import { readText } from "../readText";
import { child, elementsOf, entriesOf, mapTexts, parseYaml, textOf, type Tree } from "../yamlTree";
import type { Variables } from "./environment";
import { interpolate } from "./interpolate";
import { serviceKeys } from "./keys";
import { mergeServices } from "./mergeService";

/** A compose file with what it includes and extends put together. */
export interface ComposeProject {
  readonly services: ReadonlyMap<string, Tree>;
  readonly volumes: ReadonlyMap<string, Tree>;
  readonly networks: ReadonlyMap<string, Tree>;
  readonly configs: ReadonlyMap<string, Tree>;
  readonly secrets: ReadonlyMap<string, Tree>;
}

const sections = ["services", "volumes", "networks", "configs", "secrets"] as const;
const otherKeys = new Set(["version", "name", "include", "models", ...sections]);

/** Whether YAML is a compose file of version 2, 3 or the specification that followed them. */
export const isCompose = (tree: Tree): boolean => child(tree, "services")?.value instanceof Map;

/** Puts a compose file together. Throws {@link UnreadableError} where it says what compose doesn't know. */
export function composeProject(tree: Tree, variables: Variables): ComposeProject {
  return included(tree, [tree.file], variables);
}

function included(tree: Tree, files: readonly string[], variables: Variables): ComposeProject {
  checkVersion(tree);
  for (const [key, { line, file }] of entriesOf(tree)) {
    if (!otherKeys.has(key) && !key.startsWith("x-")) {
      throw new UnreadableError(`"${key}" is no section of a compose file`, line, file);
    }
  }
  const project = Object.fromEntries(sections.map((section) => [section, new Map<string, Tree>()])) as Record<
    (typeof sections)[number],
    Map<string, Tree>
  >;
  for (const include of elementsOf(child(tree, "include"))) {
    const paths = child(include, "path") ?? include;
    for (const path of Array.isArray(paths.value) ? paths.value : [paths]) {
      const other = open(path, files, variables);
      const parts = included(other, [...files, other.file], variables);
      for (const section of sections)
        for (const [name, part] of parts[section]) project[section].set(name, part);
    }
  }
  for (const section of sections) {
    for (const [name, part] of entriesOf(child(tree, section))) project[section].set(name, part);
  }
  for (const [name] of entriesOf(child(tree, "services"))) {
    project.services.set(name, extended(name, tree, [`${tree.file} ${name}`], variables));
  }
  return project;
}

/** The service of that name, with what it extends beneath it. */
function extended(name: string, tree: Tree, chain: readonly string[], variables: Variables): Tree {
  const service = child(tree, "services", name);
  if (!(service?.value instanceof Map)) {
    const at = child(tree, "services") ?? tree;
    throw new UnreadableError(
      `the service ${name} is no map, or doesn't exist`,
      service?.line ?? at.line,
      at.file,
    );
  }
  for (const [key, { line, file }] of service.value) {
    if (!serviceKeys.has(key) && !key.startsWith("x-")) {
      throw new UnreadableError(`"${key}" is no setting of a compose service`, line, file);
    }
  }
  const extending = child(service, "extends");
  if (!extending) return service;
  const base = textOf(child(extending, "service")) ?? textOf(extending);
  if (base === undefined)
    throw new UnreadableError("extends names no service", extending.line, extending.file);
  const path = child(extending, "file");
  const other = path ? open(path, [], variables) : tree;
  const step = `${other.file} ${base}`;
  if (chain.includes(step)) {
    throw new UnreadableError(
      `the service ${name} extends itself, by ${base}`,
      extending.line,
      extending.file,
    );
  }
  return mergeServices(extended(base, other, [...chain, step], variables), service);
}

function open(path: Tree, files: readonly string[], variables: Variables): Tree {
  const name = textOf(path);
  if (name === undefined) throw new UnreadableError("no path where a file is named", path.line, path.file);
  const file = resolve(dirname(path.file), name);
  if (files.includes(file)) throw new UnreadableError(`includes itself, by ${name}`, path.line, path.file);
  return mapTexts(parseYaml(readText(file, path), file), (value) => interpolate(value, variables));
}

function checkVersion(tree: Tree): void {
  const version = child(tree, "version");
  const text = textOf(version);
  if (text !== undefined && !/^[23](\.\d+)?$/.test(text)) {
    throw new UnreadableError(
      `compose version ${text}; this reads 2, 3 and none`,
      version!.line,
      version!.file,
    );
  }
}
