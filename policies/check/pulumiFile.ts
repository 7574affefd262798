import { readInputs } from "../inputs";
import { UnreadableError, type Declared } from "./declarations";

interface StatedResource {
  readonly urn?: unknown;
  readonly type?: unknown;
  readonly inputs?: unknown;
  readonly outputs?: unknown;
  readonly delete?: unknown;
}

const deepest = 100;

/** What a preview's JSON shows in place of a secret. */
const hiddenSecret = "[secret]";
const secret = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: hiddenSecret,
};

/** Whether JSON is Pulumi's: of `pulumi stack export`, or of `pulumi preview --json`. */
export function isPulumiJson(json: unknown): json is Record<string, unknown> {
  return typeof json === "object" && json !== null && ("deployment" in json || "steps" in json);
}

/** Reads the resources of a state export or a preview's JSON. Throws {@link UnreadableError} on versions it doesn't know. */
export function readPulumi(json: Record<string, unknown>, text: string): Declared[] {
  const lineOf = lineFinder(text);
  return ("deployment" in json ? statedResources(json) : plannedResources(json)).map((resource) =>
    declared(resource, lineOf),
  );
}

function statedResources({ version, deployment }: Record<string, unknown>): StatedResource[] {
  if (version !== 3 && version !== 4) {
    throw new UnreadableError(`a state of version ${JSON.stringify(version)}; this reads 3 and 4`, 1);
  }
  if (!isObject(deployment)) throw new UnreadableError("deployment is no object", 1);
  // A stack without resources has no list of them.
  const { resources = [] } = deployment;
  if (!Array.isArray(resources)) throw new UnreadableError("deployment.resources is no list", 1);
  return resources.map(asObject).filter((resource) => resource.delete !== true);
}

function plannedResources({ steps }: Record<string, unknown>): StatedResource[] {
  if (!Array.isArray(steps)) throw new UnreadableError("steps is no list", 1);
  return steps
    .map(asObject)
    .flatMap(({ op, newState }) => (newState && op !== "delete" ? [asObject(newState)] : []));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function asObject(value: unknown): Record<string, unknown> {
  if (!isObject(value)) throw new UnreadableError("a resource or step that is no object");
  return value;
}

function declared(
  { urn, type, inputs, outputs }: StatedResource,
  lineOf: (urn: string) => number | undefined,
): Declared {
  if (typeof urn !== "string" || typeof type !== "string") {
    throw new UnreadableError(
      "a resource without a type or a URN",
      typeof urn === "string" ? lineOf(urn) : undefined,
    );
  }
  const name = urn.split("::").slice(3).join("::");
  // The root resource has the stack's outputs, and no inputs.
  const stated = (type === "pulumi:pulumi:Stack" ? outputs : inputs) ?? {};
  if (!isObject(stated)) throw new UnreadableError("a resource whose inputs are no object", lineOf(urn));
  return {
    resource: { type, name, urn, ...readInputs(withMarks(stated, 0)) },
    locate: (observed) => ({ observed, line: lineOf(urn) }),
  };
}

function withMarks(value: unknown, depth: number): unknown {
  if (value === hiddenSecret) return secret;
  if (typeof value !== "object" || value === null) return value;
  if (depth > deepest) throw new UnreadableError(`inputs nested more than ${deepest} deep`);
  if (Array.isArray(value)) return value.map((each) => withMarks(each, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withMarks(inner, depth + 1)]));
}

/** Finds the line of a resource by its URN, in one pass over the text, made when first asked. */
function lineFinder(text: string): (urn: string) => number | undefined {
  let lines: Map<string, number> | undefined;
  return (urn) => (lines ??= urnLines(text)).get(urn);
}

function urnLines(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  let line = 1;
  let counted = 0;
  for (const { 1: urn, index } of text.matchAll(/"urn":\s*("(?:[^"\\]|\\.)*")/g)) {
    for (let at = text.indexOf("\n", counted); at >= 0 && at < index; at = text.indexOf("\n", at + 1)) {
      line++;
      counted = at + 1;
    }
    const key = JSON.parse(urn!) as string;
    if (!lines.has(key)) lines.set(key, line);
  }
  return lines;
}
