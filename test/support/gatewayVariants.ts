import { execFileSync } from "node:child_process";
import { randomBytes, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stateIn } from "../../commands/state";
import { buildOwnImage } from "../../images/ownImages";
import { Repository } from "../../images/registry";
import { unpushedRepository } from "../../images/release";
import { signImage } from "../../images/signature";

/** A pushed image, under the SHA of a commit that never was. */
export interface Variant {
  readonly tag: string;
  readonly digest: string;
}

export const randomSha = (): string => randomBytes(20).toString("hex");

/** Builds images from this checkout's gateway and more lines of Dockerfile, and pushes them to one repository. */
export class GatewayVariants implements AsyncDisposable {
  private readonly pushed: string[] = [];
  /** Once: a commit meanwhile would make it another. */
  private base: Promise<string> | undefined;

  constructor(
    readonly repository: string,
    private readonly key: KeyObject,
  ) {}

  async push(lines: string[] = [], { tag = randomSha(), signed = true } = {}): Promise<Variant> {
    const reference = `${this.repository}:${tag}`;
    const context = mkdtempSync(join(tmpdir(), "variant-"));
    try {
      // A label apart makes each a digest of its own.
      const base = `FROM ${unpushedRepository}:${await (this.base ??= buildOwnImage("gateway", stateIn().imageLockFile))}\nLABEL test.variant=${randomSha()}`;
      writeFileSync(join(context, "Dockerfile"), [base, ...lines].join("\n"));
      writeFileSync(join(context, "broken.js"), "process.exit(1);\n");
      docker("build", "--quiet", "--tag", reference, context);
    } finally {
      rmSync(context, { recursive: true });
    }
    docker("push", "--quiet", reference);
    this.pushed.push(reference);
    const digest = (await new Repository(this.repository).digestOf(tag))!;
    if (signed) await signImage(this.repository, digest, this.key);
    return { tag, digest };
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (this.pushed.length > 0) docker("image", "rm", "--force", ...new Set(this.pushed));
    return Promise.resolve();
  }
}

function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
