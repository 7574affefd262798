import { createHmac } from "node:crypto";

/** The code of RFC 6238 for a base32 secret; written apart from the stand-in's, which it tests. */
export function totp(secret: string, milliseconds: number): string {
  let bits = 0n;
  for (const letter of secret) bits = bits * 32n + BigInt("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter));
  const spare = BigInt((secret.length * 5) % 8);
  const key = Buffer.from(
    (bits >> spare).toString(16).padStart(Math.floor((secret.length * 5) / 8) * 2, "0"),
    "hex",
  );
  const counter = Buffer.alloc(8);
  counter.writeUInt32BE(Math.floor(milliseconds / 30_000), 4);
  const hash = createHmac("sha1", key).update(counter).digest();
  const code = hash.readUInt32BE(hash[19]! % 16) % 2 ** 31;
  return String(code % 1e6).padStart(6, "0");
}
