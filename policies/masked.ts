import { unknown } from "./unknown";

/** Without what a terminal or a parser would take for a command. */
// eslint-disable-next-line no-control-regex
export const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");

/**
 * A value as a message may show it: passwords inside URLs masked, control characters dropped, cut at 120 characters.
 * Only for inputs that aren't secrets by their nature: images, paths, users, modes.
 */
export function masked(value: unknown): string {
  if (value === undefined || value === null) return "absent";
  if (value === unknown) return "unknown until deployed";
  const text = printable(typeof value === "string" ? value : JSON.stringify(value))
    .replace(/(\/\/[^\s:@/]*):[^\s@/]*@/g, "$1:***@")
    .replace(/(\/\/)[^\s:@/]+@/g, "$1***@")
    .replace(/([?&;][^\s=&;]*(?:token|secret|key|password|signature)[^\s=&;]*=)[^\s&;]+/gi, "$1***");
  if (text === "") return "empty";
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
