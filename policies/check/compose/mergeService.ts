import { entriesOf, textOf, type Tree } from "../yamlTree";

/** Settings whose list replaces the other's whole; every other list is added to. */
const replaced = new Set(["command", "entrypoint", "test"]);
/** Settings written as a list of NAME=value or as a map. */
const named = new Set(["environment", "labels", "annotations", "args", "sysctls", "extra_hosts", "networks"]);
/** Settings that may be one text in place of a list of one. */
const listed = new Set(["env_file", "label_file"]);

/** A service on top of the one it extends: compose's rules for merging. */
export function mergeServices(base: Tree, service: Tree): Tree {
  return merged("", base, service);
}

function merged(key: string, base: Tree, over: Tree): Tree {
  if (named.has(key)) return { ...over, value: new Map([...namedEntries(base), ...namedEntries(over)]) };
  if (listed.has(key)) return { ...over, value: [...listOf(base), ...listOf(over)] };
  if (base.value instanceof Map && over.value instanceof Map) {
    const value = new Map(base.value);
    for (const [name, tree] of over.value) {
      const below = value.get(name);
      value.set(name, below && tree.value !== null ? merged(name, below, tree) : tree);
    }
    value.delete("extends");
    return { ...over, value };
  }
  if (Array.isArray(base.value) && Array.isArray(over.value) && !replaced.has(key)) {
    if (key === "volumes" || key === "devices") return { ...over, value: byTarget(base.value, over.value) };
    return { ...over, value: [...base.value, ...over.value] };
  }
  return over;
}

const listOf = (tree: Tree): Tree[] => (Array.isArray(tree.value) ? tree.value : [tree]);

/** The entries of a map, or of a list of NAME=value; a name alone has no value. */
export function namedEntries(tree: Tree | undefined): [string, Tree][] {
  if (!Array.isArray(tree?.value)) return entriesOf(tree);
  return tree.value.flatMap((element): [string, Tree][] => {
    const text = textOf(element);
    if (text === undefined) return [];
    const equals = text.indexOf("=");
    return equals < 0
      ? [[text, { ...element, value: null }]]
      : [[text.slice(0, equals), { ...element, value: text.slice(equals + 1) }]];
  });
}

/** What is mounted at one place twice is mounted once, as declared last. */
function byTarget(base: Tree[], over: Tree[]): Tree[] {
  const places = new Map<string, Tree>();
  for (const tree of [...base, ...over]) {
    const target = textOf(entriesOf(tree).find(([key]) => key === "target")?.[1]);
    places.set(target ?? textOf(tree)?.split(":")[1] ?? textOf(tree) ?? "", tree);
  }
  return [...places.values()];
}
