import { read } from "../unknown";

/** A text found somewhere in a resource's inputs. */
export interface Candidate {
  /** Of the input it was found in, e.g. `envs[2]`. */
  readonly path: string;
  /** What the text is called there: an input's, variable's, flag's or setting's name; empty for a word. */
  readonly name: string;
  readonly value: string;
  /** The whole input; something called by a name inside it; or one of its words, called nothing. */
  readonly part: "whole" | "inner" | "word";
}

/** Texts inside of texts: JSON in base64 in a variable is three. */
const deepest = 10;
/** Pairs of inputs of which one names what the other holds, as in `{ name: "TOKEN", value: "…" }`. */
const nameInputs = ["name", "key", "label", "file", "fileName", "secretName", "variableName"];
const valueInputs = new Set([
  "value",
  "content",
  "contentBase64",
  "plaintextValue",
  "encryptedValue",
  "data",
]);

/**
 * Every text in the inputs, and every text inside those texts: values of NAME=value, JSON, URLs with a password,
 * settings (`name: value`, `name = "value"`, `--name value`), base64 of text, and single words. Unknown values are
 * left out: nobody can have published them.
 */
export function* candidates(props: unknown): Iterable<Candidate> {
  yield* inValue(props, "", "", 0);
}

function* inValue(value: unknown, path: string, name: string, depth: number): Iterable<Candidate> {
  if (typeof value === "string") yield* inText(value, path, name, depth);
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    let flag: string | undefined;
    for (const [index, element] of (value as unknown[]).entries()) {
      yield* inValue(element, `${path}[${index}]`, flag ?? name, depth);
      flag = typeof element === "string" ? /^--?([A-Za-z][\w-]*)$/.exec(element)?.[1] : undefined;
    }
    return;
  }
  const sibling = nameInputs
    .map((input) => read(value, input))
    .find((candidate) => typeof candidate === "string");
  for (const key of Object.keys(value)) {
    const named = valueInputs.has(key) && sibling !== undefined ? sibling.split("/").at(-1)! : key;
    yield* inValue(read(value, key), path ? `${path}.${key}` : key, named, depth);
  }
}

const assignment =
  /(?:^|[\s;,{([?&])(?:export\s+)?(?:--?)?["']?([A-Za-z_][\w.-]*)["']?[ \t]*(?:=|:(?!\/\/))[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s,;"'&)}\]]+))/g;
const flagged = /(?:^|\s)--?([A-Za-z][\w-]*)\s+(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'-]\S*))/g;
const userInfo = /\/\/[^\s:@/]*:([^\s@/]+)@/g;
const variable = /^([A-Za-z_][\w.-]*)=([^]*)$/;
/** `${NAME:-default}`: what is used when nobody sets it. */
const fallback = /\$\{[A-Za-z_]\w*:?-([^{}]+)\}/g;
const base64 = /^(?:[A-Za-z0-9+/]{4}){4,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function* inText(text: string, path: string, name: string, depth: number): Iterable<Candidate> {
  const trimmed = text.trim();
  if (trimmed === "") return;
  const parsed = parseJson(trimmed);
  yield { path, name, value: trimmed, part: parsed ? "inner" : "whole" };
  if (depth > deepest) return;
  if (parsed) {
    for (const found of inValue(parsed, path, name, depth + 1)) yield inside(found, path);
    return;
  }
  const assigned = variable.exec(trimmed);
  if (assigned) {
    for (const found of inText(assigned[2]!, path, assigned[1]!, depth + 1)) yield inside(found, path);
  }
  for (const [, value] of trimmed.matchAll(fallback)) {
    for (const found of inText(value!, path, name, depth + 1)) yield inside(found, path);
  }
  for (const [, password] of trimmed.matchAll(userInfo))
    yield { path, name: "password", value: decoded(password!), part: "inner" };
  if (/[\s=:]/.test(trimmed)) {
    for (const pattern of [assignment, flagged]) {
      for (const [, setting, ...values] of trimmed.matchAll(pattern)) {
        const value = values.find((candidate) => candidate !== undefined);
        if (value) yield { path, name: setting!, value, part: "inner" };
      }
    }
  }
  if (/[^\w.+-]/.test(trimmed)) {
    for (const word of new Set([
      ...trimmed.split(/[\s"'`]/),
      ...trimmed.split(/[\s"'`,;=:@/&?|<>(){}[\]]/),
    ])) {
      if (word !== "" && word !== trimmed) yield { path, name: "", value: word, part: "word" };
    }
  }
  if (base64.test(trimmed)) {
    const plain = Buffer.from(trimmed, "base64").toString("utf8");
    // eslint-disable-next-line no-control-regex
    if (/^[^\u0000-\u0008\u000e-\u001f\u007f-\u009f\ufffd]+$/.test(plain))
      yield* inText(plain, path, name, depth + 1);
  }
}

function inside(candidate: Candidate, path: string): Candidate {
  return { ...candidate, path, part: candidate.part === "word" ? "word" : "inner" };
}

function parseJson(text: string): object | undefined {
  if (!/^[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
