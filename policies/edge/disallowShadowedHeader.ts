import { named, nested, nginxPolicy, type Block } from "./nginxBlocks";

/** Refuses an add_header that takes the place of those around it: nginx inherits all of them, or none. */
export const disallowShadowedHeader = nginxPolicy({
  finding: "edge-header-disallow-shadowing",
  *check({ path, server, around }) {
    for (const { block, around: inner } of nested(server, around)) {
      if (named(block, "add_header").length === 0) continue;
      if (named(block, "add_header_inherit").some(([, mode]) => mode === "merge")) continue;
      const outer = inner.find((each) => named(each, "add_header").length > 0);
      const lost = outer ? [...headersOf(outer)].filter((header) => !headersOf(block).has(header)) : [];
      if (lost.length > 0) {
        yield {
          observed: `${path} adds headers in ${block.opening.join(" ")}, which drops ${lost.join(", ")}`,
          required: "every header repeated there, or none added",
        };
      }
    }
  },
});

const headersOf = (block: Block) =>
  new Set(named(block, "add_header").flatMap(([, name]) => (name === undefined ? [] : [name.toLowerCase()])));
