import { cisDocker, domains, kicsCompose, type Met } from "./catalogue/coverage";
import { findingIds, findings, type Finding } from "./findings";

/** Findings that name an item of CIS Docker, and have a policy. */
function ofCis(item: string): Met {
  const met = findingIds.filter((id) => {
    const { frameworks, places }: Finding = findings[id];
    return typeof places.policy === "string" && (frameworks.cisDocker ?? "").split(", ").includes(item);
  });
  return met.length > 0 ? met : (cisDocker[item]!.none ?? []);
}

/** Every item of every list, with what meets it. */
export function coverage(): { list: string; item: string; met: Met }[] {
  return [
    ...Object.entries(cisDocker).map(([item, { title }]) => ({
      list: "CIS Docker, section 5",
      item: `${item} ${title}`,
      met: ofCis(item),
    })),
    ...Object.entries(kicsCompose).map(([item, met]) => ({ list: "KICS, docker-compose", item, met })),
    ...Object.entries(domains).flatMap(([list, items]) =>
      Object.entries(items).map(([item, met]) => ({ list, item, met })),
    ),
  ];
}

/** The lists as a page of Markdown. Links are relative to `docs/`. */
export function coveragePage(): string {
  const rows = coverage();
  const lists = [...new Set(rows.map(({ list }) => list))];
  return [
    "<!-- Generated from policies/catalogue/coverage.ts by policies/findingsTable.ts: change that, not this page. -->",
    "",
    "# What the findings cover",
    "",
    "Lists of what goes wrong, each item with the findings that refuse it, or why no declaration shows it. The rules on",
    "images, secrets, privileges and mounts also read Kubernetes' kinds with pods, ECS task definitions and, where its",
    "resources have the input, Cloud Run.",
    ...lists.flatMap((list) => [
      "",
      `## ${list}`,
      "",
      "| Item | Findings |",
      "| --- | --- |",
      ...rows.filter((row) => row.list === list).map(({ item, met }) => `| ${item} | ${cell(met)} |`),
    ]),
    "",
  ].join("\n");
}

const cell = (met: Met) =>
  typeof met === "string" ? `none: ${met}` : met.map((id) => `[\`${id}\`](findings/${id}.md)`).join(", ");
