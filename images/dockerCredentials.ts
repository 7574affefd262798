import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { z } from "zod";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

const configuration = z.object({
  auths: z.record(z.string(), z.object({ auth: z.string().optional() })).default({}),
  credHelpers: z.record(z.string(), z.string()).default({}),
  credsStore: z.string().optional(),
});

/** Under this name Docker keeps the credentials of its own registry. */
const dockerHub = "https://index.docker.io/v1/";

/**
 * What `docker login` keeps for a registry such as `ghcr.io`: in Docker's config.json, or in the helper that it names.
 * Undefined where nobody has logged in.
 *
 * @throws when the file can't be read, or its helper fails
 */
export async function dockerCredentials(registry: string): Promise<Credentials | undefined> {
  const file = join(process.env["DOCKER_CONFIG"] || join(homedir(), ".docker"), "config.json");
  if (!existsSync(file)) return undefined;
  const { auths, credHelpers, credsStore } = read(file);
  const names = registry === "docker.io" ? [dockerHub, "docker.io"] : [registry, `https://${registry}`];
  const helper = credHelpers[registry] ?? credsStore;
  for (const name of names) {
    const auth = auths[name]?.auth;
    if (auth) return decoded(auth, file);
    const found = helper === undefined ? undefined : await fromHelper(helper, name);
    if (found) return found;
  }
  return undefined;
}

function read(file: string) {
  try {
    return configuration.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // Without the cause: it could quote what is in the file.
    throw new Error(`${file} is not Docker's configuration; correct it, or log in again: docker login`);
  }
}

function decoded(auth: string, file: string): Credentials {
  const [username = "", ...password] = Buffer.from(auth, "base64").toString().split(":");
  if (password.length === 0)
    throw new Error(`${file} has credentials that can't be read; log in again: docker login`);
  return { username, password: password.join(":") };
}

async function fromHelper(helper: string, name: string): Promise<Credentials | undefined> {
  const command = `docker-credential-${helper}`;
  const result = await execa(command, ["get"], { input: name, reject: false });
  if (result.exitCode !== 0) {
    if (/credentials not found/i.test(result.stdout + result.stderr)) return undefined;
    throw new Error(`${command}, which Docker's configuration names, failed: ${result.shortMessage}`);
  }
  const { Username, Secret } = JSON.parse(result.stdout) as { Username: string; Secret: string };
  return { username: Username, password: Secret };
}
