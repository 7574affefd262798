import { unknown } from "./unknown";

/** A resource's inputs, as policies take them. */
export interface Inputs {
  /** Plain values, with {@link unknown} in the place of what only the deploy will know. */
  readonly props: unknown;
  /** Paths (`envs[0]`, `taskSpec.containerSpec.env.TOKEN`) of Pulumi secrets; a path covers what is below it. */
  readonly secrets: ReadonlySet<string>;
}

/** Key and values by which Pulumi marks what JSON has no type for, in its protocol and in its state. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** What stands for an unknown boolean, number, text, list, asset, archive and object. */
const unknowns = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Reads inputs as Pulumi writes them in its protocol, its previews and its state. An encrypted secret is unknown. */
export function readInputs(wire: unknown): Inputs {
  const secrets = new Set<string>();
  return { props: plain(wire, "", secrets), secrets };
}

function plain(value: unknown, path: string, secrets: Set<string>): unknown {
  if (typeof value === "string") return unknowns.has(value) ? unknown : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value))
    return value.map((element, index) => plain(element, `${path}[${index}]`, secrets));
  const holder = value as Record<string, unknown>;
  const signature = holder[signatureKey];
  if (signature === secretSignature) {
    secrets.add(path);
    return plain(secretValue(holder), path, new Set());
  }
  if (signature === outputSignature) {
    if (holder.secret === true) secrets.add(path);
    return "value" in holder ? plain(holder.value, path, secrets) : unknown;
  }
  const copy = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    if (key !== signatureKey) copy[key] = plain(holder[key], path === "" ? key : `${path}.${key}`, secrets);
  }
  return copy;
}

/** On the wire as it is; in a state as JSON text, or encrypted. */
function secretValue(holder: Record<string, unknown>): unknown {
  if ("value" in holder) return holder.value;
  return typeof holder.plaintext === "string" ? (JSON.parse(holder.plaintext) as unknown) : unknown;
}
