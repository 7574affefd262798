import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

const image = z.strictObject({
  /** Repository with its registry, such as `docker.io/library/postgres`. */
  name: z
    .string()
    .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/, "want registry/repository, lower case, without a tag"),
  tag: z.string().regex(/^(?!latest$)\w[\w.-]{0,127}$/, "want a tag, and not latest"),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, "want sha256: and 64 hex digits"),
});

/**
 * The third-party images a stack runs, each pinned by digest. The committed `images.lock.json` holds the
 * official ones; the state directory's holds what this machine resolved (`images/resolve.ts`).
 */
export const imageLock = z.strictObject({
  /** `official`: pulled from a public registry. `baked`: built here from Debian, npm and Go packages. */
  source: z.enum(["official", "baked"]),
  images: z.strictObject({
    postgres: image,
    nginx: image,
    vault: image,
    node: image,
    /** Absent where it was resolved for development, which runs the stand-in. */
    zitadel: image.optional(),
  }),
});

export type LockedImage = z.infer<typeof image>;
export type ImageLock = z.infer<typeof imageLock>;
export type ImageName = Exclude<keyof ImageLock["images"], "zitadel">;

/** What development runs, in the order they are got: the gateway is built from node's, and Vault's server may still be building. */
export const imageNames: readonly ImageName[] = ["node", "nginx", "postgres", "vault"];

/** Reads and checks a lock file. Throws an error that names the file, every wrong key, and the fix. */
export function readImageLock(path: string): ImageLock {
  const fix = "delete it and run `make up`, which resolves the images again";
  if (!existsSync(path))
    throw new Error(`${path}: there is no image lock; \`make up\` resolves the images and writes it`);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`${path}: not JSON (${(error as Error).message}); ${fix}`, { cause: error });
  }
  const parsed = imageLock.safeParse(json);
  if (!parsed.success)
    throw new Error(`${path}: not an image lock; ${fix}\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** `name:tag@sha256:…`: Docker goes by the digest; the tag is for people. */
export function imageReference({ name, tag, digest }: LockedImage): string {
  return `${name}:${tag}@${digest}`;
}
