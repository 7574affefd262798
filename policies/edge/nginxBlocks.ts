import { definePolicy, type PolicyDefinition, type Problem } from "../definePolicy";
import type { FindingId } from "../findings";
import { configuresNginx, nginxConfigurations } from "./nginxConfigurations";

/** One directive's words, e.g. `["listen", "443", "ssl"]`. */
export type Directive = readonly string[];

/** A block of an nginx configuration. */
export interface Block {
  /** What opens it: `["server"]`, `["location", "/oauth/"]`; empty for the file. */
  readonly opening: Directive;
  readonly directives: readonly Directive[];
  readonly blocks: readonly Block[];
}

/** Parts an nginx configuration into its blocks. Lenient: what nginx would refuse is nginx' to refuse. */
export function nginxBlocks(text: string): Block {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[{};]|(?:\$\{\w+\}|[^\s{};"'])+/g) ?? [];
  let at = 0;
  const block = (opening: Directive): Block => {
    const directives: Directive[] = [];
    const blocks: Block[] = [];
    let words: string[] = [];
    while (at < tokens.length) {
      const token = tokens[at++]!;
      if (token === "}") break;
      if (token === "{") blocks.push(block(words));
      else if (token === ";") directives.push(words);
      else {
        words.push(token.replace(/^(["'])([^]*)\1$/, "$2"));
        continue;
      }
      words = [];
    }
    return { opening, directives, blocks };
  };
  return block([]);
}

/** A block and every one inside it, each with the blocks around it, nearest first. */
export function* nested(
  block: Block,
  around: readonly Block[] = [],
): Iterable<{ block: Block; around: readonly Block[] }> {
  yield { block, around };
  for (const inner of block.blocks) yield* nested(inner, [block, ...around]);
}

export const named = ({ directives }: Block, name: string): Directive[] =>
  directives.filter(([first]) => first === name);

/** A server that others than its own machine can ask, with the blocks around it, nearest first. */
export interface Server {
  /** Where it is: the input, and the server's name. */
  readonly path: string;
  readonly server: Block;
  readonly around: readonly Block[];
  readonly tls: boolean;
}

/** Every {@link Server} among a resource's nginx configurations. */
export function* serversOf(props: unknown): Iterable<Server> {
  for (const { path, text } of nginxConfigurations(props)) {
    for (const { block: server, around } of nested(nginxBlocks(text))) {
      if (server.opening[0] !== "server" || isLoopback(server)) continue;
      const tls = named(server, "listen").some((words) => words.includes("ssl"));
      yield { path: `${path}, server ${nameOf(server)},`, server, around, tls };
    }
  }
}

const nameOf = (server: Block) =>
  `${named(server, "server_name")[0]?.[1] ?? "_"} (${named(server, "listen")[0]?.[1] ?? "80"})`;

const isLoopback = (server: Block) => {
  const listens = named(server, "listen");
  return listens.length > 0 && listens.every(([, address = ""]) => /^(127\.|\[::1\]|unix:)/.test(address));
};

/** A policy on the servers with TLS among a container's nginx configurations. */
export function nginxPolicy(definition: {
  finding: FindingId;
  check(server: Server): Iterable<Problem>;
}): PolicyDefinition {
  return definePolicy({
    finding: definition.finding,
    appliesTo: configuresNginx,
    *check({ props }) {
      for (const server of serversOf(props)) if (server.tls) yield* definition.check(server);
    },
  });
}

/** The add_header directive by which the server sends a header itself: its own, or else one that it inherits. */
export function addHeaderOf(
  { server, around }: Omit<Server, "path" | "tls">,
  header: string,
): Directive | undefined {
  const sending = [server, ...around].find((block) => named(block, "add_header").length > 0);
  return (
    sending && named(sending, "add_header").find(([, name]) => name?.toLowerCase() === header.toLowerCase())
  );
}

/** The value of a header that the server sends itself. */
export const headerOf = (server: Server, header: string): string | undefined =>
  addHeaderOf(server, header)?.[2];
