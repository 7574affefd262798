import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import knownDevHashes from "./knownDevHashes.json";

const MINIMUM_BYTES = 32;
/** Just under the least that 300,000 strings of 32 random hexadecimal digits reached, which was 92. */
const MINIMUM_BITS = 90;
const known = new Set<string>(knownDevHashes);

/** Words that random text of this length holds with a probability under one in a hundred thousand. */
const placeholderPatterns = [
  /change[-_. ]?(me|it|this|in[-_. ]?prod)/i,
  /placeholder|insecure|password|replace|default|example|secret/i,
  /(^|[-_. ])(dev|test|your|todo|sample|local|dummy)([-_. ]|$)/i,
  /^[a-z]+([-_. ][a-z]+)+$/,
];

/**
 * Why a value must not be used as a secret, or undefined when nothing speaks against it. The answer never holds
 * the value or a part of it. Article finding 3.
 */
export function secretWeakness(value: string): string | undefined {
  if (value === "") return "is empty";
  // The hashes are of lower case: another case doesn't make a published secret unpublished.
  if (known.has(createHash("sha256").update(value.trim().toLowerCase()).digest("hex")))
    return "is a publicly known dev default";
  // eslint-disable-next-line no-control-regex -- a control character is what this looks for
  if (/^\s|\s$|[\u0000-\u001f\u007f]/.test(value)) return "has white space at an end or a control character";
  if (placeholderPatterns.some((pattern) => pattern.test(value))) return "reads like a placeholder";
  const bytes = Buffer.byteLength(value);
  if (bytes < MINIMUM_BYTES) return `is short (${bytes} bytes; at least ${MINIMUM_BYTES} are required)`;
  const bits = estimatedBits(value);
  if (bits < MINIMUM_BITS) return `has low entropy (about ${Math.floor(bits)} bits)`;
  return undefined;
}

/**
 * The least of three estimates: of single characters, of steps between neighbours (finds runs), and of repeats, for
 * which deflate's size is halved, since it spends 8 bits on a hexadecimal digit that holds 4.
 */
function estimatedBits(value: string): number {
  const codes = [...value].map((character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  return Math.min(shannonBits(codes), shannonBits(steps), deflateRawSync(value, { level: 9 }).length * 4);
}

function shannonBits(symbols: number[]): number {
  const counts = new Map<number, number>();
  for (const symbol of symbols) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits - count * Math.log2(count / symbols.length), 0);
}
