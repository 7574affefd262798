import { readInitFile, reserveInitFile, type InitFile } from "../../provider/vault/initFile";
import type { Deployer } from "../../provider/vault/deployer";
import { malformedUnsealKey, parseUnsealKey } from "../../provider/vault/unsealKey";
import type { CommandContext } from "../command";
import { CommandError } from "../commandError";
import { GitHubEnvironment } from "./githubEnvironment";

/** Hex or base64. `nextUnsealKey` is there while a rekey is under way: one of the two is Vault's key. */
export type UnsealKeys = Pick<InitFile, "unsealKey" | "nextUnsealKey">;

/** Where unseal keys are kept. */
export interface KeyKeeper {
  /** For messages: "the file …", "the secret … of …". */
  readonly place: string;
  /** Throws when a key couldn't be kept; called before one is made. */
  prepare(): Promise<void>;
  /** Puts exactly these keys there. */
  keep(keys: UnsealKeys): Promise<void>;
  /** Puts the credential with which deployments configure Vault beside the keys. */
  keepDeployer(deployer: Deployer): Promise<void>;
}

export const keeperOptions = {
  "key-file FILE": "keep the unseal key in this file (0600)",
  "github OWNER/REPO":
    "keep the unseal key in an environment secret of this repository ($GITHUB_TOKEN may write it)",
  "github-environment NAME": "the environment, which needs required reviewers (default: production)",
} as const;

/** The places the options name; both may be, and at least one has to. */
export function keepersOf({ options }: CommandContext): KeyKeeper[] {
  const { "key-file": file, github } = options;
  const keepers: KeyKeeper[] = [];
  if (file !== undefined) keepers.push(new KeyFile(file));
  if (github !== undefined) {
    keepers.push(new GitHubEnvironment(github, options["github-environment"] ?? "production"));
  }
  if (keepers.length === 0) {
    throw new CommandError(
      "there is no place to keep the unseal key in",
      "name one: --key-file FILE, or --github OWNER/REPO; it is never printed",
    );
  }
  return keepers;
}

export const keyOptions = {
  "key-file FILE": "file that holds the unseal key (default: $VAULT_UNSEAL_KEY is the key itself)",
} as const;

/** The key that Vault has now, from the file or the environment; never from an argument, which everybody sees. */
export function currentKeys({ options }: CommandContext): UnsealKeys {
  const { VAULT_UNSEAL_KEY: unsealKey, VAULT_UNSEAL_KEY_NEXT: nextUnsealKey } = process.env;
  const file = options["key-file"];
  const inFile = file === undefined ? undefined : readInitFile(file);
  if (inFile !== undefined) return inFile;
  if (!unsealKey) {
    throw new CommandError(
      file === undefined ? "the unseal key is not given" : `there is no file ${file}, nor VAULT_UNSEAL_KEY`,
      "give it as the environment variable VAULT_UNSEAL_KEY, or name its file with --key-file",
    );
  }
  return { unsealKey, ...(nextUnsealKey ? { nextUnsealKey } : {}) };
}

/** The bytes of a key. @param name what to call it in the error, which never shows it */
export function keyBytes(text: string, name = "VAULT_UNSEAL_KEY"): Buffer {
  const key = parseUnsealKey(text);
  if (key === undefined)
    throw new CommandError(`${name} ${malformedUnsealKey}`, `set ${name} to the right key`);
  return key;
}

class KeyFile implements KeyKeeper {
  readonly place: string;

  constructor(private readonly path: string) {
    this.place = `the file ${path}`;
  }

  prepare(): Promise<void> {
    reserveInitFile(this.path).discard();
    return Promise.resolve();
  }

  keep(keys: UnsealKeys): Promise<void> {
    const { rootToken, deployer } = readInitFile(this.path) ?? {};
    reserveInitFile(this.path).keep({ rootToken, deployer, ...keys });
    return Promise.resolve();
  }

  keepDeployer(deployer: Deployer): Promise<void> {
    const kept = readInitFile(this.path);
    if (kept === undefined)
      throw new Error(`${this.path} holds no unseal key; name the file that vault-init wrote`);
    reserveInitFile(this.path).keep({ ...kept, deployer });
    return Promise.resolve();
  }
}
