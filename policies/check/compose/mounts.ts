import { statSync } from "node:fs";
import { resolve } from "node:path";

import { unknown } from "../../unknown";
import { UnreadableError } from "../declarations";
import { readText } from "../readText";
import { child, elementsOf, plain, textOf, type Tree } from "../yamlTree";
import type { ComposeProject } from "./composeFile";
import type { Variables } from "./environment";
import { flagOf } from "./flags";
import type { Translation } from "./translation";

/** Configuration is text of this size at most. */
const largestConfiguration = 256 * 1024;

/** A service's volumes; what binds a file of configuration hands its text to the policies too. */
export function addVolumes(container: Translation, service: Tree): void {
  for (const tree of elementsOf(child(service, "volumes"))) {
    const mount = tree.value === unknown ? { type: "bind", source: unknown } : mountOf(tree);
    container.add("mounts", mount, tree, "volumes");
    if (mount.type === "bind" && typeof mount.source === "string") {
      const content = configuration(resolve(tree.folder, mount.source), tree);
      if (content !== undefined) container.add("uploads", { file: mount.target, content }, tree, "volumes");
    }
  }
  const tree = child(service, "use_api_socket");
  if (tree && flagOf(tree) !== false) {
    container.add("mounts", { type: "bind", source: "/var/run/docker.sock" }, tree, "use_api_socket");
  }
  for (const tree of elementsOf(child(service, "volumes_from"))) {
    container.add("volumes", { fromContainer: plain(tree) }, tree, "volumes_from");
  }
}

function mountOf(tree: Tree): {
  type: string;
  source?: unknown;
  target?: unknown;
  [option: string]: unknown;
} {
  if (tree.value instanceof Map) {
    const source = child(tree, "source");
    const type = textOf(child(tree, "type"));
    if (type === undefined) throw new UnreadableError("a volume without a type", tree.line, tree.file);
    return {
      type,
      source: source && plain(source),
      target: textOf(child(tree, "target")),
      readOnly: flagOf(child(tree, "read_only")),
      bindOptions: { propagation: textOf(child(tree, "bind", "propagation")) },
    };
  }
  const [source = "", target, options = ""] = shortForm(textOf(tree) ?? "");
  if (target === undefined) return { type: "volume", target: source };
  const propagation = options.split(",").find((option) => /^r?(shared|slave|private)$/.test(option));
  const bound = /^[./~\\]|^[A-Za-z]:[\\/]|\$/.test(source);
  return {
    type: bound ? "bind" : "volume",
    source,
    target,
    readOnly: options.split(",").includes("ro"),
    bindOptions: { propagation },
  };
}

/** `source:target[:options]`, where the source may begin with a drive's letter or hold `${NAME:-default}`. */
function shortForm(text: string): string[] {
  return text.match(/(?:^[A-Za-z]:(?=[\\/])|\$\{[^}]*\}|[^:])+/g) ?? [text];
}

/** The configs and secrets that a service gets as files. A secret that isn't there to read is as it should be. */
export function addFiles(
  container: Translation,
  service: Tree,
  project: ComposeProject,
  variables: Variables,
): void {
  for (const kind of ["configs", "secrets"] as const) {
    for (const tree of elementsOf(child(service, kind))) {
      const name = textOf(child(tree, "source")) ?? textOf(tree);
      if (name === undefined) continue;
      const source = project[kind].get(name);
      if (!source) throw new UnreadableError(`no ${kind} entry is named ${name}`, tree.line, tree.file);
      const file =
        textOf(child(tree, "target")) ?? (kind === "secrets" ? `/run/secrets/${name}` : `/${name}`);
      const content = contentOf(source, variables);
      if (content !== undefined) container.add("uploads", { file, content }, source, `${kind}.${name}`);
    }
  }
}

function contentOf(source: Tree, variables: Variables): unknown {
  const content = child(source, "content");
  if (content) return plain(content);
  const variable = textOf(child(source, "environment"));
  if (variable !== undefined) return variables[variable];
  const file = textOf(child(source, "file"));
  return file === undefined ? undefined : configuration(resolve(source.folder, file), source);
}

function configuration(path: string, tree: Tree): string | undefined {
  const file = statSync(path, { throwIfNoEntry: false });
  if (!file?.isFile() || file.size > largestConfiguration) return undefined;
  try {
    return readText(path, tree);
  } catch {
    return undefined; // is no text, or not ours to read
  }
}
