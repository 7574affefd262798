import { createHash } from "node:crypto";

import dictionary from "./knownDevSecretHashes.json";

/** The form under which values are compared: case doesn't make a published secret unpublished. */
export const normalised = (value: string): string => value.trim().toLowerCase();

export const hashOf = (value: string): string => createHash("sha256").update(normalised(value)).digest("hex");

const distinctive = new Set<string>(dictionary.distinctive.hashes);
const ordinary = new Set<string>(dictionary.ordinary.hashes);
const distinctiveLengths = new Set<number>(dictionary.distinctive.lengths);
const ordinaryLengths = new Set<number>(dictionary.ordinary.lengths);

/** Whether `value` is a published development secret that nothing else is called, and so tells on itself anywhere. */
export function isDistinctiveDevSecret(value: string): boolean {
  return distinctiveLengths.has(value.trim().length) && distinctive.has(hashOf(value));
}

/** Whether `value`, of an input that holds a secret, is a published development secret, such as `postgres`. */
export function isPublishedDevSecret(value: string): boolean {
  return (
    isDistinctiveDevSecret(value) || (ordinaryLengths.has(value.trim().length) && ordinary.has(hashOf(value)))
  );
}
