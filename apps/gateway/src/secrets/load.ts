import { readFileSync } from "node:fs";
import { join } from "node:path";
import { secretInventory, secretNames, type SecretName } from "./inventory";
import { secretWeakness } from "./weakness";

export type Environment = Readonly<Record<string, string | undefined>>;
export type Secrets = Readonly<Record<SecretName, string>>;

export interface SecretSource {
  value: string | undefined;
  /** Where the value came from; undefined when it is not injected. */
  from: "file" | "environment" | undefined;
  problem: string | undefined;
}

const GENERATE = "openssl rand -base64 48";

/** Reads every secret of the inventory and adds a line to `problems` for each that must not be used. */
export function loadSecrets(environment: Environment, directory: string, problems: string[]): Secrets {
  const values = {} as Record<SecretName, string>;
  const owners = new Map<string, SecretName>();
  for (const name of secretNames) {
    const { value, problem } = readSecret(name, environment, directory);
    const twin = value === undefined ? undefined : owners.get(value);
    const weakness = value === undefined ? undefined : secretWeakness(value);
    if (problem !== undefined) problems.push(problem);
    else if (weakness !== undefined)
      problems.push(`${name} ${weakness}: make a new one with '${GENERATE}' and inject that`);
    else if (twin !== undefined)
      problems.push(`${name} equals ${twin}: give each its own value, made with '${GENERATE}'`);
    else if (value !== undefined) {
      owners.set(value, name);
      values[name] = value;
    }
  }
  return values;
}

/** One secret, from the file DIRECTORY/NAME or the environment variable NAME; both and different is a problem. */
export function readSecret(name: SecretName, environment: Environment, directory: string): SecretSource {
  const path = join(directory, name);
  const variable = environment[name];
  let file: string | undefined;
  try {
    // Exactly one line end, as an editor or `echo` leaves; anything else at an end is refused later on.
    file = readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") {
      const problem = `${name}: the file ${path} can't be read (${code}): make it a plain file, mode 0440, of a group the gateway runs in`;
      return { value: undefined, from: "file", problem };
    }
  }
  if (file !== undefined && variable !== undefined && file !== variable) {
    const problem = `${name} differs between the file ${path} and the environment variable: inject it only once`;
    return { value: undefined, from: "file", problem };
  }
  if (file !== undefined) return { value: file, from: "file", problem: undefined };
  if (variable !== undefined) return { value: variable, from: "environment", problem: undefined };
  const problem = `${name} is missing (${secretInventory[name].purpose}): inject it as the file ${path}, or as an environment variable; make one with '${GENERATE}'`;
  return { value: undefined, from: undefined, problem };
}
