import { readList, readText, unknown, type Unknown } from "../unknown";
import type { Labels } from "./containerSpec";

/** Labels whose name is known. */
export function labelsOf(holder: unknown, ...path: string[]): Labels {
  const labels = readList(holder, ...path);
  if (labels === unknown) return {};
  return Object.fromEntries(
    labels.flatMap((label): [string, string | Unknown][] => {
      const name = readText(label, "label");
      const value = readText(label, "value");
      return typeof name === "string" && value !== undefined ? [[name, value]] : [];
    }),
  );
}
