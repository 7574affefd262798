import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const ALGORITHM = "aes-256-gcm";
const NONCE = 12;
const TAG = 16;
/** A sealed id comes back in a header. */
const LONGEST = 1024;

/**
 * The ids of sessions, or of events, that agents see: the upstream's, encrypted for one subject and one connector
 * (AES-256-GCM). So a stolen id is worth nothing to anybody else, the upstream's own is told to nobody, and every
 * replica that has the secret understands it without asking the others.
 */
export class SealedIds {
  readonly #keys: readonly Buffer[];

  /** @param secrets `previous` still opens what it sealed, so that a changed secret ends no session */
  constructor(secrets: { current: string; previous?: string | undefined }, of: "session" | "event") {
    this.#keys = [secrets.current, secrets.previous]
      .filter((secret) => secret !== undefined)
      .map((secret) => Buffer.from(hkdfSync("sha256", secret, "", `apexmcp mcp ${of} ids`, 32)));
  }

  /** The id to give the agent. */
  seal(upstreamId: string, subject: string, connectorId: string): string {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv(ALGORITHM, this.#keys[0]!, nonce);
    cipher.setAAD(owner(subject, connectorId));
    const sealed = [cipher.update(upstreamId, "utf8"), cipher.final()];
    return Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]).toString("base64url");
  }

  /** The upstream's id, or undefined when this is no id that was given to this subject for this connector. */
  open(id: string, subject: string, connectorId: string): string | undefined {
    if (id.length > LONGEST || !/^[\w-]+$/.test(id)) return undefined;
    const bytes = Buffer.from(id, "base64url");
    if (bytes.length <= NONCE + TAG) return undefined;
    for (const key of this.#keys) {
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE), { authTagLength: TAG });
      decipher.setAAD(owner(subject, connectorId));
      decipher.setAuthTag(bytes.subarray(-TAG));
      try {
        return decipher.update(bytes.subarray(NONCE, -TAG), undefined, "utf8") + decipher.final("utf8");
      } catch {
        // Another key's, another subject's, or nobody's.
      }
    }
    return undefined;
  }
}

function owner(subject: string, connectorId: string): Buffer {
  return Buffer.from(`${connectorId} ${subject}`);
}
