/** A generated page of Markdown: says what it is made from, so that nobody edits it. */
export function page(title: string, source: string, lines: readonly string[]): string {
  return [
    `<!-- Generated from ${source}: make docs writes it anew. -->`,
    "",
    `# ${title}`,
    "",
    ...lines,
    "",
  ].join("\n");
}

export const row = (cells: readonly string[]): string =>
  `| ${cells.map((it) => it.replaceAll("|", "\\|").replace(/\s+/g, " ").trim()).join(" | ")} |`;
