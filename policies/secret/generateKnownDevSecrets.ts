/**
 * Writes knownDevSecretHashes.json, and the gateway's copy of its hashes, from a table of published development
 * secrets, so that the repository holds hashes only: `node -r ts-node/register secret/generateKnownDevSecrets.ts TABLE.tsv`, in policies/. The table has a header,
 * and the value in its first column.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { hashOf, normalised } from "./knownDevSecrets";
import { hasPlaceholderWord } from "./placeholder";

const table = process.argv[2];
if (!table) throw new Error("usage: generateKnownDevSecrets.ts TABLE.tsv");

const values = readFileSync(table, "utf8")
  .split("\n")
  .slice(1)
  .map((line) => line.split("\t")[0]!.trim())
  .filter(Boolean);

/** Long and mixed enough that it is no ordinary name, word, number or identifier. */
function isDistinctive(value: string): boolean {
  const named = /^[a-z]+([-_][a-z]+)*$/.test(value) && !hasPlaceholderWord(value);
  const mixed = /[^a-zA-Z]/.test(value) && new Set(normalised(value)).size >= 4;
  return value.length >= 10 && mixed && !named;
}

function entry(selected: string[]) {
  return {
    lengths: [...new Set(selected.map((value) => value.length))].sort((a, b) => a - b),
    hashes: [...new Set(selected.map(hashOf))].sort(),
  };
}

const dictionary = {
  distinctive: entry(values.filter(isDistinctive)),
  ordinary: entry(values.filter((value) => !isDistinctive(value))),
};
const write = (path: string, content: unknown) =>
  writeFileSync(join(__dirname, path), `${JSON.stringify(content, null, 2)}\n`);
write("knownDevSecretHashes.json", dictionary);
write("../../apps/gateway/src/secrets/knownDevHashes.json", entry(values).hashes);
console.log(
  `${dictionary.distinctive.hashes.length} distinctive, ${dictionary.ordinary.hashes.length} ordinary`,
);
