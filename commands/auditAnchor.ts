import { createHash, sign, verify, type KeyObject } from "node:crypto";

import { z } from "zod";

import type { LaneHead } from "./auditChain";

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const content = z.strictObject({
  /** When it was made, ISO 8601. */
  time: z.iso.datetime(),
  /** Entries in the whole log. */
  count: z.number().int().min(0),
  /** sha256 of the lanes, so that one line to note down says all. */
  head: hex,
  lanes: z.array(z.strictObject({ lane: z.number().int(), seq: z.number().int().min(1), hash: hex })),
});
const signed = z.strictObject({ anchor: content, signature: z.base64() });

/** What the audit log was at a time. Kept elsewhere, it shows later that the log's past is still the same. */
export type AuditAnchor = z.infer<typeof content>;

export function auditAnchor(time: Date, count: number, lanes: readonly LaneHead[]): AuditAnchor {
  return { time: time.toISOString(), count, head: headOf(lanes), lanes: [...lanes] };
}

/** The anchor and its Ed25519 signature, as the text of a file. */
export function signAnchor(anchor: AuditAnchor, privateKey: KeyObject): string {
  const signature = sign(null, signedBytes(anchor), privateKey).toString("base64");
  return `${JSON.stringify({ anchor, signature }, null, 2)}\n`;
}

/** @throws when the text is no anchor, or its signature isn't by the key's owner */
export function readAnchor(text: string, publicKey: KeyObject): AuditAnchor {
  const parsed = signed.safeParse(parseJson(text));
  if (!parsed.success) throw new Error(`it is not an anchor: ${z.prettifyError(parsed.error)}`);
  const { anchor, signature } = parsed.data;
  if (publicKey.asymmetricKeyType !== "ed25519") throw new Error("the public key is not an Ed25519 key");
  if (
    !verify(null, signedBytes(anchor), publicKey, Buffer.from(signature, "base64")) ||
    anchor.head !== headOf(anchor.lanes)
  )
    throw new Error("its signature is not by this key, or it was changed after it was signed");
  return anchor;
}

function headOf(lanes: readonly LaneHead[]): string {
  const lines = lanes.map(({ lane, seq, hash }) => `${lane} ${seq} ${hash}\n`);
  return createHash("sha256").update(lines.join("")).digest("hex");
}

/** The same for the same anchor, whatever the order and the spaces in its file; the first line says what is signed. */
function signedBytes({ time, count, head }: AuditAnchor): Buffer {
  return Buffer.from(`apexmcp audit anchor 1\n${time}\n${count}\n${head}\n`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
