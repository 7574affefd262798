/**
 * Stands for a value that only the deploy will know.
 *
 * @pulumi/policy throws when a policy touches such a value, and then downgrades that policy to advisory: it fails
 * open. So policies get inputs in which this symbol stands for it (`inputs.ts`), and read them through {@link read},
 * whose type makes them say what an unknown value means to them.
 */
export const unknown: unique symbol = Symbol("unknown until deployed");

export type Unknown = typeof unknown;
/** A value that may be absent, or unknown until deployed. */
export type Maybe<T> = T | undefined | Unknown;

/** The value at `path`; `undefined` where there is none; `unknown` when it, or what holds it, is unknown. */
export function read(holder: unknown, ...path: (string | number)[]): unknown {
  let value = holder;
  for (const key of path) {
    if (value === unknown) return unknown;
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value ?? undefined;
}

/** Of an input's path, such as `uploads[0].content`, what {@link read} takes. */
export function keysOf(path: string): string[] {
  return path.split(/[.[\]]/).filter(Boolean);
}

/** As text: numbers and booleans are written out, since some languages' SDKs hand over one for the other. */
export function readText(holder: unknown, ...path: (string | number)[]): Maybe<string> {
  const value = read(holder, ...path);
  if (value === unknown) return unknown;
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : undefined;
}

export function readNumber(holder: unknown, ...path: (string | number)[]): Maybe<number> {
  const text = readText(holder, ...path);
  return text === unknown
    ? unknown
    : text === undefined || text.trim() === "" || Number.isNaN(Number(text))
      ? undefined
      : Number(text);
}

export function readFlag(holder: unknown, ...path: (string | number)[]): Maybe<boolean> {
  const text = readText(holder, ...path);
  return text === unknown ? unknown : text === undefined ? undefined : text.toLowerCase() === "true";
}

/** The elements of a list, each maybe unknown; an absent list is empty; `unknown` when the list as a whole is. */
export function readList(holder: unknown, ...path: (string | number)[]): unknown[] | Unknown {
  const value = read(holder, ...path);
  if (value === unknown) return unknown;
  return Array.isArray(value) ? Array.from({ length: value.length }, (_, index) => read(value, index)) : [];
}

/** As {@link readList}; elements that aren't text are left out. */
export function readTexts(holder: unknown, ...path: (string | number)[]): (string | Unknown)[] | Unknown {
  const list = readList(holder, ...path);
  if (list === unknown) return unknown;
  return list.map((_, index) => readText(list, index)).filter((value) => value !== undefined);
}
