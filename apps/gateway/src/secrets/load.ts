import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  inventoryNames,
  isOptional,
  secretInventory,
  secretNames,
  type InventoryName,
  type SecretName,
} from "./inventory";
import { secretWeakness } from "./weakness";

export type Environment = Readonly<Record<string, string | undefined>>;
type OptionalName = "OAUTH_JWT_SECRET_PREVIOUS" | "REDIS_PASSWORD";
export type Secrets = Readonly<Record<Exclude<SecretName, OptionalName>, string>> &
  Readonly<Partial<Record<OptionalName, string>>>;

interface Injected {
  value?: string;
  /** Where the value comes from; absent when it is not injected. */
  from?: "file" | "environment";
  /** When the file last changed. An environment variable doesn't tell. */
  changed?: Date;
  /** Why the value must not be used, and the fix; never a part of the value. */
  problem?: string;
}

export interface InspectedSecret extends Injected {
  name: InventoryName;
}

const GENERATE = "openssl rand -base64 48";

/** Secrets of the inventory as they are injected here, each judged by itself and beside the others. */
export function inspectSecrets(
  environment: Environment,
  directory: string,
  names: readonly InventoryName[] = inventoryNames,
): InspectedSecret[] {
  const owners = new Map<string, InventoryName>();
  return names.map((name) => {
    const injected = readSecret(name, environment, directory);
    const { value } = injected;
    if (value === undefined || injected.problem !== undefined) return { name, ...injected };
    const weakness = secretWeakness(value);
    if (weakness !== undefined)
      return {
        name,
        ...injected,
        problem: `${name} ${weakness}: make a new one with '${GENERATE}' and inject that`,
      };
    const twin = owners.get(value);
    if (twin !== undefined)
      return {
        name,
        ...injected,
        problem: `${name} equals ${twin}: give each its own value, made with '${GENERATE}'`,
      };
    owners.set(value, name);
    return { name, ...injected };
  });
}

/** The secrets to run with; adds a line to `problems` for each that must not be used. */
export function loadSecrets(environment: Environment, directory: string, problems: string[]): Secrets {
  const inspected = inspectSecrets(environment, directory, secretNames);
  problems.push(...inspected.flatMap(({ problem }) => problem ?? []));
  return Object.fromEntries(inspected.map(({ name, value }) => [name, value])) as Secrets;
}

/** One secret, from the file DIRECTORY/NAME or the environment variable NAME; both and different is a problem. */
function readSecret(name: InventoryName, environment: Environment, directory: string): Injected {
  const path = join(directory, name);
  const variable = environment[name];
  let file: string | undefined;
  let changed: Date | undefined;
  try {
    // Exactly one line end, as an editor or `echo` leaves; anything else at an end is refused as a weakness.
    file = readFileSync(path, "utf8").replace(/\r?\n$/, "");
    changed = statSync(path).mtime;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR")
      return {
        from: "file",
        problem: `${name}: the file ${path} can't be read (${code}): make it a plain file, mode 0440, of a group the gateway runs in`,
      };
  }
  if (file !== undefined && variable !== undefined && file !== variable)
    return {
      from: "file",
      problem: `${name} differs between the file ${path} and the environment variable: inject it only once`,
    };
  if (file !== undefined) return { value: file, from: "file", ...(changed && { changed }) };
  if (variable !== undefined) return { value: variable, from: "environment" };
  if (isOptional(name)) return {};
  return {
    problem: `${name} is missing (${secretInventory[name].purpose}): inject it as the file ${path}, or as an environment variable; make one with '${GENERATE}'`,
  };
}
