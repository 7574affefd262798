import { imageLock, imageNames, type ImageLock, type ImageName, type LockedImage } from "./imageLock";

/** Digest of a repository's tag; undefined where there is no such tag. */
export type DigestOf = (repository: string, tag: string) => Promise<string | undefined>;

/** What an update of the image lock asks for, apart from what is pinned already. */
export interface LockRequest {
  /** New tags by image. */
  readonly tags: Partial<Record<ImageName, string>>;
  /** Images whose tag may lead to another digest than before. */
  readonly accepted: ReadonlySet<ImageName>;
}

export interface LockUpdate {
  readonly lock: ImageLock;
  /** One line an image: what changed, or that nothing did. */
  readonly changes: readonly string[];
  /** Why an image can't be locked; then the lock is left as it is. */
  readonly problems: readonly string[];
}

/**
 * Asks the registries what each image's tag leads to now. A tag that moved is a problem: what runs under that name is
 * no longer what somebody looked at.
 */
export async function updateLock(
  lock: ImageLock,
  { tags, accepted }: LockRequest,
  digestOf: DigestOf,
): Promise<LockUpdate> {
  const results = await Promise.all(
    imageNames.map(async (name) => {
      const before = lock.images[name];
      const tag = tags[name] ?? before.tag;
      const result = await digestOf(before.name, tag).catch((error: Error) => error);
      return { name, before, tag, result };
    }),
  );
  const images: Partial<Record<ImageName, LockedImage>> = {};
  const changes: string[] = [];
  const problems: string[] = [];
  for (const { name, before, tag, result } of results) {
    if (result instanceof Error) problems.push(`${name}: ${result.message}`);
    else if (result === undefined) problems.push(`${name}: ${before.name} has no tag ${tag}`);
    else if (tag === before.tag && result !== before.digest && !accepted.has(name)) {
      problems.push(`${name}: ${before.name}:${tag} has moved from ${before.digest} to ${result}`);
    } else {
      images[name] = { ...before, tag, digest: result };
      changes.push(change(name, before, images[name]));
    }
  }
  return {
    lock: problems.length > 0 ? lock : imageLock.parse({ ...lock, images }),
    changes,
    problems,
  };
}

function change(name: string, before: LockedImage, after: LockedImage): string {
  if (before.digest === after.digest && before.tag === after.tag) return `${name}: ${after.tag}, unchanged`;
  const short = (digest: string) => digest.slice(0, "sha256:".length + 12);
  const tag = before.tag === after.tag ? after.tag : `${before.tag} -> ${after.tag}`;
  return `${name}: ${tag}, ${short(before.digest)} -> ${short(after.digest)}`;
}
