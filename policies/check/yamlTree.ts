import { dirname } from "node:path";

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Alias,
  type Document,
  type Node,
} from "yaml";

import { unknown, type Unknown } from "../unknown";
import { UnreadableError } from "./declarations";

/** `unknown` is a variable that nobody has set. */
export type Scalar = string | number | boolean | null | Unknown;
/** A YAML value that knows where it stands. Aliases and merge keys are resolved. */
export interface Tree {
  readonly value: Scalar | Tree[] | Map<string, Tree>;
  readonly line: number;
  /** The file it was written in, which `extends` may make another than the checked one. */
  readonly file: string;
  /** Where relative paths in it start from. */
  readonly folder: string;
}

/** More values than any file means: aliases that multiply each other. */
const maximumValues = 200_000;
const deepest = 100;

/**
 * Reads YAML. Throws {@link UnreadableError} with the line on bad syntax, cycles and explosions of aliases.
 *
 * @param folder that relative paths in the file start from
 */
export function parseYaml(text: string, file: string, folder = dirname(file)): Tree {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const why = error.code === "MULTIPLE_DOCS" ? "more than one document" : error.message;
    throw new UnreadableError(`not valid YAML: ${why}`, lines.linePos(error.pos[0]).line, file);
  }
  return new TreeBuilder(document, lines, file, folder).tree(document.contents, 1);
}

class TreeBuilder {
  private values = 0;
  private readonly open = new Set<Node>();
  private readonly targets = new Map<Alias, Node | undefined>();

  constructor(
    private readonly document: Document.Parsed,
    private readonly lines: LineCounter,
    private readonly file: string,
    private readonly folder: string,
  ) {}

  tree(node: Node | null, parentLine: number): Tree {
    const line = node?.range ? this.lines.linePos(node.range[0]).line : parentLine;
    if (++this.values > maximumValues) {
      throw new UnreadableError(`more than ${maximumValues} values: its aliases multiply`, line, this.file);
    }
    const at = (value: Tree["value"]): Tree => ({ value, line, file: this.file, folder: this.folder });
    if (isAlias(node)) {
      const target = this.targetOf(node);
      if (!target) throw new UnreadableError(`the alias *${node.source} has no anchor`, line, this.file);
      return this.tree(target, line);
    }
    if (isScalar(node)) return at(scalar(node.value));
    if (!node || !(isMap(node) || isSeq(node))) return at(null);
    if (this.open.has(node)) throw new UnreadableError("an anchor that holds itself", line, this.file);
    if (this.open.size >= deepest)
      throw new UnreadableError(`nested more than ${deepest} deep`, line, this.file);
    this.open.add(node);
    const value = isSeq(node)
      ? node.items.map((item) => this.tree(item as Node | null, line))
      : this.entries(node.items as { key: Node | null; value: Node | null }[], line);
    this.open.delete(node);
    return at(value);
  }

  /** What an alias stands for. To find it takes a walk over the whole document, so it is looked for once. */
  private targetOf(alias: Alias): Node | undefined {
    if (!this.targets.has(alias)) this.targets.set(alias, alias.resolve(this.document));
    return this.targets.get(alias);
  }

  private entries(pairs: { key: Node | null; value: Node | null }[], line: number): Map<string, Tree> {
    const own = new Map<string, Tree>();
    const merged = new Map<string, Tree>();
    for (const { key, value } of pairs) {
      const name = isScalar(key) ? String(key.value) : "";
      const keyLine = key?.range ? this.lines.linePos(key.range[0]).line : line;
      const tree = this.tree(value, keyLine);
      if (name === "<<")
        for (const [inherited, from] of mergedEntries(tree)) setOnce(merged, inherited, from);
      // What spans lines starts below its key, and readers look for the key.
      else own.set(name, { ...tree, line: isScalar(value) ? tree.line : keyLine });
    }
    return new Map([...merged, ...own]);
  }
}

const setOnce = (map: Map<string, Tree>, key: string, tree: Tree) => map.has(key) || map.set(key, tree);

/** The entries of the map, or of each of the maps, that a merge key names; the first to name a key wins. */
function mergedEntries({ value, line, file }: Tree): [string, Tree][] {
  if (value instanceof Map) return [...value];
  if (Array.isArray(value)) return value.flatMap(mergedEntries);
  throw new UnreadableError("<< merges maps only", line, file);
}

function scalar(value: unknown): Scalar {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8"); // !!binary
  return typeof value === "bigint" ? String(value) : null;
}

/** The value without its places. */
export function plain({ value }: Tree): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, tree]) => [key, plain(tree)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

/** The tree under a key; `undefined` where there is none, or it says nothing. */
export function child(tree: Tree | undefined, ...path: string[]): Tree | undefined {
  let found = tree;
  for (const key of path) found = found?.value instanceof Map ? found.value.get(key) : undefined;
  return found?.value === null ? undefined : found;
}

export const entriesOf = (tree: Tree | undefined): [string, Tree][] =>
  tree?.value instanceof Map ? [...tree.value] : [];

export const elementsOf = (tree: Tree | undefined): Tree[] => (Array.isArray(tree?.value) ? tree.value : []);

/** A scalar as text; `undefined` for anything else, and for what is unknown. */
export function textOf(tree: Tree | undefined): string | undefined {
  const value = tree?.value;
  if (value === undefined || value === null || value === unknown || typeof value === "object")
    return undefined;
  return String(value);
}

/** The tree with each of its texts replaced. */
export function mapTexts(tree: Tree, replace: (text: string) => string | Unknown): Tree {
  const { value } = tree;
  if (typeof value === "string") return { ...tree, value: replace(value) };
  if (Array.isArray(value)) return { ...tree, value: value.map((element) => mapTexts(element, replace)) };
  if (!(value instanceof Map)) return tree;
  return { ...tree, value: new Map([...value].map(([key, inner]) => [key, mapTexts(inner, replace)])) };
}
