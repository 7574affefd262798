import { readList, readText, unknown } from "../unknown";

/** Labels whose name and value are known. */
export function labelsOf(holder: unknown, ...path: string[]): Record<string, string> {
  const labels = readList(holder, ...path);
  if (labels === unknown) return {};
  return Object.fromEntries(
    labels
      .map((label) => [readText(label, "label"), readText(label, "value")] as const)
      .filter((pair): pair is [string, string] => pair.every((part) => typeof part === "string")),
  );
}
