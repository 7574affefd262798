import { unknown, type Unknown } from "../../unknown";
import { UnreadableError } from "../declarations";
import type { Tree } from "../yamlTree";

/** A switch, in any of the words that compose takes for one. Throws {@link UnreadableError} on anything else. */
export function flagOf(tree: Tree | undefined): boolean | Unknown | undefined {
  if (tree === undefined || tree.value === null) return undefined;
  if (tree.value === unknown) return unknown;
  const word = typeof tree.value === "object" ? "" : String(tree.value);
  if (/^(1|t|true|y|yes|on)$/i.test(word)) return true;
  if (/^(0|f|false|n|no|off)$/i.test(word)) return false;
  throw new UnreadableError("neither true nor false where compose takes nothing else", tree.line, tree.file);
}
