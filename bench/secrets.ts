import { readFileSync } from "node:fs";

import { disallowKnownDevValue } from "../policies/secret/disallowKnownDevValue";
import { placeholderReason } from "../policies/secret/placeholder";
import { wordsOf } from "../policies/secret/secretName";
import { generated } from "../test/policies/secret/generated";

/**
 * `make bench`: how well known development secrets are told from generated ones. False positives: 10,000 values of
 * each of ten kinds, made at random, as the value of an input called `password` (issue: under 0.1 %). Recall: each
 * value of a table of published ones, under the name it was published under, in several places; and by the grammar of
 * placeholders alone, which is what a value gets that no table holds. The repository holds hashes of the table only,
 * so the table is named by KNOWN_DEV_SECRETS: tab-separated, a header, then value and name.
 */
const refused = (props: Record<string, unknown>, type = "acme:index:Thing") =>
  [...disallowKnownDevValue.check({ type, name: "app", urn: "urn", props }, {} as never)].length > 0;

function falsePositives(): void {
  let worst = 0;
  for (const [kind, generate] of Object.entries(generated)) {
    const flagged = Array.from({ length: 10_000 }, generate).filter((password) =>
      refused({ password }),
    ).length;
    worst = Math.max(worst, flagged / 10_000);
    console.log(`${kind}: ${flagged} of 10,000 taken for a development secret`);
  }
  console.log(`worst rate: ${(worst * 100).toFixed(2)} % (limit 0.1 %)`);
  if (worst >= 0.001) process.exitCode = 1;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
const containerType = "docker:index/container:Container";
/** Where a deployment writes a secret down. */
const places: Record<string, (name: string, value: string) => boolean> = {
  "an environment list": (name, value) => refused({ envs: [`${name}=${value}`] }, containerType),
  "an input of that name": (name, value) => refused({ [name]: value }),
  "a command line": (name, value) =>
    refused({ command: ["serve", `--${name.toLowerCase().replaceAll("_", "-")}`, value] }, containerType),
  JSON: (name, value) => refused({ content: JSON.stringify({ [name]: value }) }),
  HCL: (name, value) => refused({ content: `settings {\n  ${name} = "${value}"\n}\n` }),
  "base64 of a file of variables": (name, value) =>
    refused({ contentBase64: base64(`MODE=production\n${name}=${value}\n`) }),
  "a URL": (_name, value) => refused({ url: `postgresql://app:${encodeURIComponent(value)}@db:5432/app` }),
};

function recall(table: string): void {
  const rows = readFileSync(table, "utf8")
    .split("\n")
    .slice(1)
    .filter(Boolean)
    .map((line) => line.split("\t"))
    // A row's name may be several, or a setting in words.
    .map(([value, names]) => ({ value: value!, name: /[A-Za-z][\w.-]*/.exec(names!)![0] }));
  const share = (found: unknown[]) =>
    `${found.length} of ${rows.length}, ${((found.length / rows.length) * 100).toFixed(1)} %`;
  for (const [place, finds] of Object.entries(places)) {
    const missed = rows.filter(({ name, value }) => !finds(name, value));
    const found = rows.filter((row) => !missed.includes(row));
    console.log(
      `in ${place}: ${share(found)}; missed: ${missed.map(({ name }) => name).join(", ") || "none"}`,
    );
    if (found.length < rows.length * 0.9) process.exitCode = 1;
  }
  const byGrammar = rows.filter(({ name, value }) => placeholderReason(value, wordsOf(name)) !== undefined);
  console.log(`by the grammar alone: ${share(byGrammar)}`);
}

falsePositives();
if (process.env.KNOWN_DEV_SECRETS) recall(process.env.KNOWN_DEV_SECRETS);
else console.log("no recall without the table of published secrets: name it in KNOWN_DEV_SECRETS");
