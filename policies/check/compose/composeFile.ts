import { dirname, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { UnreadableError } from "../declarations";
import { readText } from "../readText";
import { child, elementsOf, entriesOf, mapTexts, parseYaml, textOf, type Tree } from "../yamlTree";
import { variablesFor, variablesOfFiles, type Variables } from "./environment";
import { interpolate } from "./interpolate";
import { serviceKeys } from "./keys";
import { mergeServices } from "./mergeService";
import { checkShapes } from "./shapes";

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
  const own = emptyProject();
  for (const section of sections) {
    for (const [name, part] of entriesOf(child(tree, section))) own[section].set(name, part);
  }
  for (const [name] of entriesOf(child(tree, "services"))) {
    own.services.set(name, extended(name, tree, [`${tree.file} ${name}`], variables));
  }
  for (const include of elementsOf(child(tree, "include"))) {
    const other = includedBy(include, files, variables);
    for (const section of sections) {
      for (const [name, part] of other[section]) {
        const known = own[section].get(name);
        if (known && !isDeepStrictEqual(known, part)) {
          const { line, file } = include;
          throw new UnreadableError(
            `includes another ${name} of ${section} than there is already`,
            line,
            file,
          );
        }
        own[section].set(name, part);
      }
    }
  }
  return own;
}

const emptyProject = () =>
  Object.fromEntries(sections.map((section) => [section, new Map<string, Tree>()])) as Record<
    (typeof sections)[number],
    Map<string, Tree>
  >;

/** What one entry of `include` brings: its files on top of each other, with a folder and variables of their own. */
function includedBy(include: Tree, files: readonly string[], variables: Variables): ComposeProject {
  const paths = child(include, "path") ?? include;
  const list = Array.isArray(paths.value) ? paths.value : [paths];
  const first = list[0];
  if (!first) throw new UnreadableError("includes no file", include.line, include.file);
  const named = textOf(child(include, "project_directory"));
  const folder = named === undefined ? dirname(pathOf(first)) : resolve(include.folder, named);
  const environment = child(include, "env_file");
  const filled = environment ? variablesOfFiles(environment, variables) : variablesFor(folder, variables);
  const project = emptyProject();
  for (const path of list) {
    const other = open(path, files, filled, folder);
    const parts = included(other, [...files, other.file], filled);
    for (const section of sections) {
      for (const [name, part] of parts[section]) {
        const below = project[section].get(name);
        project[section].set(name, below ? mergeServices(below, part) : part);
      }
    }
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
  checkShapes(service);
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

/** @param folder that relative paths in the file start from. Default: its own. */
function open(path: Tree, files: readonly string[], variables: Variables, folder?: string): Tree {
  const file = pathOf(path);
  if (files.includes(file))
    throw new UnreadableError(`includes itself, by ${textOf(path)}`, path.line, path.file);
  return mapTexts(parseYaml(readText(file, path), file, folder), (value) => interpolate(value, variables));
}

function pathOf(path: Tree): string {
  const name = textOf(path);
  if (name === undefined) throw new UnreadableError("no path where a file is named", path.line, path.file);
  return resolve(path.folder, name);
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
