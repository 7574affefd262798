import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { findings, type Finding, type FindingId } from "../../policies/findings";

const root = join(__dirname, "../..");
const text = readFileSync(join(root, "docs/accepted-risks.md"), "utf8");

/** The cells of each row of the table below a heading. */
function table(heading: string): string[][] {
  const section = text.split(/^## /m).find((it) => it.startsWith(heading)) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(2).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const accepted = new Map(
  table("Accepted").map(([what = "", why = "", instead = ""]) => [what, why + instead]),
);
const rows = table("Vault's production hardening") as [string, string, string, string][];

test("every row of HashiCorp's guide is there, once", () => {
  expect(rows.map(([row]) => row)).toEqual(Array.from({ length: 28 }, (_, index) => `V${index + 1}`));
});

/** Of the findings that a cell names, those that have this place. */
const placed = (where: string, kind: keyof Finding["places"]) =>
  [...where.matchAll(/`([a-z]+(?:-[a-z]+){3,})`/g)]
    .map(([, id]) => (findings as Record<string, Finding>)[id as FindingId])
    .filter((finding) => typeof finding?.places[kind] === "string");
const files = (where: string) =>
  [...where.matchAll(/`(\w+\/[\w/]+\.ts)`/g)].map(([, file]) => join(root, file!));

describe.each(rows)("%s, %s", (_row, _what, metBy, where) => {
  test("names findings and files that exist", () => {
    for (const [, id] of where.matchAll(/`([a-z]+(?:-[a-z]+){3,})`/g)) expect(findings).toHaveProperty(id!);
    const links = [...where.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => join(root, "docs", link!));
    for (const file of [...files(where), ...links]) expect([file, existsSync(file)]).toEqual([file, true]);
  });

  test.each(metBy.split(", "))("is met by %s", (way) => {
    const met = {
      construction: () => placed(where, "component").length + files(where).length > 0,
      policy: () => placed(where, "policy").length > 0,
      probe: () => placed(where, "probe").length > 0,
      accepted: () => (accepted.get(where)?.length ?? 0) > 40,
    }[way];
    expect([where, met?.()]).toEqual([where, true]);
  });
});
