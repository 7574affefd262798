import type { Declared, Place } from "../declarations";
import { plain, type Tree } from "../yamlTree";
import { composeNames } from "./keys";

const inputPath = /[A-Za-z]\w*(?:\[\d+\]|\.[\w-]+)*/g;

/** The inputs of the Pulumi resource that stands for a part of a compose file, and where each was written. */
export class Translation {
  readonly props: Record<string, unknown> = {};
  private readonly places = new Map<string, { tree: Tree; shown: string }>();

  constructor(
    private readonly type: string,
    private readonly name: string,
    /** The whole part, for what it lacks. */
    private readonly whole: Tree,
  ) {}

  /** Takes over an input as it is written. */
  set(
    input: string,
    tree: Tree | undefined,
    value: unknown = tree && plain(tree),
    shown = snakeCase(input),
  ): void {
    if (tree === undefined || value === undefined || value === null) return;
    this.props[input] = value;
    this.note(input, tree, shown);
  }

  /** Adds to a list of inputs, and says what the writer calls the element. */
  add(input: string, value: unknown, tree: Tree, shown: string): void {
    const list = (this.props[input] ??= []) as unknown[];
    this.note(`${input}[${list.length}]`, tree, shown);
    list.push(value);
  }

  /** Says where an input stands, and what the writer calls it. */
  note(path: string, tree: Tree, shown: string): void {
    this.places.set(path, { tree, shown });
  }

  declared(): Declared {
    const { type, name, props } = this;
    const urn = `urn:pulumi:compose::compose::${type}::${name}`;
    return { resource: { type, name, urn, props }, locate: (observed) => this.locate(observed) };
  }

  private locate(observed: string): Place {
    let found: Tree | undefined;
    const shown = observed.replace(inputPath, (path) => {
      for (let known = path; known !== ""; known = known.replace(/(\[\d+\]|\.?[\w-]+)$/, "")) {
        const place = this.places.get(known);
        if (!place) continue;
        found ??= place.tree;
        return place.shown;
      }
      return composeNames[path] ?? (path in composeInputs ? snakeCase(path) : path);
    });
    const { line, file } = found ?? this.whole;
    return { observed: shown, line, file };
  }
}

/** Inputs that a report may name because they are absent. */
const composeInputs: Record<string, true> = { readOnly: true, publishAllPorts: true };

const snakeCase = (input: string) =>
  composeNames[input] ?? input.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
