import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { coverage } from "../policies/coveragePage";
import { policies } from "../policies/all";
import { findingIds, findings, type Place } from "../policies/findings";
import { generatedFiles } from "../policies/findingsTable";

const root = join(__dirname, "..");
const text = (file: string) => readFileSync(join(root, file), "utf8");
const files = (pattern: string) => globSync(pattern, { cwd: root }).sort();

const places = findingIds.flatMap((id) =>
  Object.entries(findings[id].places).map(([kind, place]: [string, Place]) => [id, kind, place] as const),
);

test.each(places)("%s has its %s, or a reason for none", (id, _kind, place) => {
  if (typeof place !== "string") {
    expect(place.none.length).toBeGreaterThan(20);
  } else {
    expect(existsSync(join(root, place)) ? "exists" : `${place} is missing`).toBe("exists");
    expect(text(place).includes(id) ? "names it" : `${place} does not name ${id}`).toBe("names it");
  }
});

test.each(findingIds)("%s is named <domain>-<resource>-<verb>-<thing>", (id) => {
  expect(id).toMatch(/^[a-z]+-[a-z]+-(disallow|require|enable|configure|limit)-[a-z-]+$/);
});

test("the pack holds the policies that the catalogue names, and no other", () => {
  const named = findingIds.filter((id) => typeof findings[id].places.policy === "string");
  expect(policies.map(({ finding }) => finding).sort()).toEqual([...named].sort());
});

test.each(coverage())("$item of $list has a finding with a policy, or a reason for none", ({ met }) => {
  if (typeof met === "string") {
    expect(met.length).toBeGreaterThan(20);
  } else {
    expect(met.length).toBeGreaterThan(0);
    expect(met.filter((id) => typeof findings[id].places.policy !== "string")).toEqual([]);
  }
});

/** A file of a policy or probe is one that defines it, not one of the frame. */
const defining = (pattern: string, definition: RegExp) =>
  files(pattern).filter((file) => definition.test(text(file)));

test.each([
  [
    "policy",
    defining("policies/*/*.ts", /= (definePolicy|stackPolicy|containerPolicy|dockerPolicy|nginxPolicy)[(<]/),
  ],
  ["probe", defining("probes/*/*.ts", /= probe\(/)],
] as const)("every %s is the place of a finding", (kind, defined) => {
  expect(defined.length).toBeGreaterThan(0);
  const named = new Set(findingIds.map((id) => findings[id].places[kind]));
  expect(defined.filter((file) => !named.has(file as never))).toEqual([]);
});

test.each(Object.entries(generatedFiles()))(
  "%s is generated from the catalogue as it is",
  (path, generated) => {
    expect(existsSync(join(root, path)) ? text(path) : "missing").toBe(generated);
  },
);

test("no page is left of a finding that is gone", () => {
  expect(files("docs/findings/*.md")).toEqual(findingIds.map((id) => `docs/findings/${id}.md`).sort());
});
