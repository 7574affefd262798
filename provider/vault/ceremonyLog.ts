import { createHash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { z } from "zod";

/** What happened to a Vault's keys: what Vault itself, by design, audits nowhere. Never a key or a token. */
export interface Ceremony {
  readonly event:
    | "initialised"
    | "unsealed"
    | "rekeyed"
    | "root token made"
    | "root token revoked"
    | "backed up"
    | "restored";
  readonly clusterId: string;
  /** `sha256:…` of the key it was done with, or of the new one. */
  readonly keyFingerprint?: string;
  /** More, such as a token's accessor or a backup's checksum. */
  readonly details?: Readonly<Record<string, string>>;
}

const entry = z.strictObject({
  time: z.iso.datetime(),
  who: z.string(),
  event: z.string(),
  clusterId: z.string(),
  keyFingerprint: z.string().optional(),
  details: z.record(z.string(), z.string()).optional(),
  previous: z.string(),
});
export type CeremonyEntry = z.output<typeof entry>;

const beginning = "0".repeat(64);

/**
 * An append-only file of JSON lines. Each line holds the SHA-256 of the line before, so a line that was changed,
 * removed or put between shows; cutting off the end shows against a `head` noted elsewhere, as in a job's log.
 */
export class CeremonyLog {
  private constructor(private readonly path: string) {}

  /** Opens or begins a log; throws when it was tampered with or can't be written, before anything is done to Vault. */
  static open(path: string): CeremonyLog {
    const log = new CeremonyLog(path);
    log.entries();
    try {
      closeSync(openSync(path, "a", 0o600));
    } catch (error) {
      throw new Error(
        `can't write the ceremony log ${path} (${(error as NodeJS.ErrnoException).code}); name a file that can be written`,
        { cause: error },
      );
    }
    return log;
  }

  /** Every entry, verified. */
  entries(): CeremonyEntry[] {
    let previous = beginning;
    return this.lines().map((line, index) => {
      const parsed = entry.safeParse(parseJson(line));
      if (!parsed.success || parsed.data.previous !== previous) {
        throw new Error(
          `the ceremony log ${this.path} was changed at line ${index + 1}; find out by whom, and go on with a new file beside it`,
        );
      }
      previous = sha256(line);
      return parsed.data;
    });
  }

  /** The hash of the last line, to be noted elsewhere. */
  get head(): string {
    const last = this.lines().at(-1);
    return `sha256:${last === undefined ? beginning : sha256(last)}`;
  }

  append({ event, clusterId, keyFingerprint, details }: Ceremony): void {
    const lock = `${this.path}.lock`;
    closeSync(openLock(lock));
    try {
      const last = this.lines().at(-1);
      const line = JSON.stringify({
        time: new Date().toISOString(),
        who: who(),
        event,
        clusterId,
        ...(keyFingerprint !== undefined && { keyFingerprint }),
        ...(details !== undefined && { details }),
        previous: last === undefined ? beginning : sha256(last),
      } satisfies CeremonyEntry);
      const file = openSync(this.path, "a", 0o600);
      writeSync(file, `${line}\n`);
      fsyncSync(file);
      closeSync(file);
    } finally {
      rmSync(lock);
    }
  }

  private lines(): string[] {
    return existsSync(this.path) ? readFileSync(this.path, "utf8").split("\n").filter(Boolean) : [];
  }
}

/** The user and machine, and the run when this is a workflow's job. */
function who(): string {
  const { GITHUB_ACTOR, GITHUB_REPOSITORY, GITHUB_RUN_ID } = process.env;
  const run =
    GITHUB_RUN_ID === undefined ? "" : ` (${GITHUB_ACTOR}, ${GITHUB_REPOSITORY} run ${GITHUB_RUN_ID})`;
  return `${userInfo().username}@${hostname()}${run}`;
}

function openLock(path: string): number {
  try {
    return openSync(path, "wx");
  } catch (error) {
    throw new Error(`another ceremony is writing (${path}); when none runs any more, remove that file`, {
      cause: error,
    });
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
