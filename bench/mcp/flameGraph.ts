import { readFileSync } from "node:fs";

/**
 * `node -r ts-node/register bench/mcp/flameGraph.ts PROFILE > graph.svg`: a V8 CPU profile (`BENCH_PROFILE`) as a flame
 * graph. A box is a function, as wide as its share of the time that the process wasn't idle, below it what it called.
 */
interface Profile {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
    children?: number[];
  }[];
  samples: number[];
  timeDeltas: number[];
}

interface Frame {
  name: string;
  kind: keyof typeof colours;
  time: number;
  children: Map<string, Frame>;
}

const WIDTH = 1600;
const ROW = 17;
/** Narrower boxes are left out. */
const NARROWEST = 4;
const colours = { gateway: "#e4572e", package: "#f3a712", node: "#76b041", engine: "#9aa5b1" };

function kindOf(url: string): { kind: Frame["kind"]; place: string } {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (name !== undefined) return { kind: "package", place: name };
  if (url.startsWith("node:")) return { kind: "node", place: url };
  return url === ""
    ? { kind: "engine", place: "" }
    : { kind: "gateway", place: url.replace(/.*\/(dist|src)\//, "") };
}

function fold({ nodes, samples, timeDeltas }: Profile): Frame {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const all: Frame = { name: "all but idle", kind: "engine", time: 0, children: new Map() };
  samples.forEach((sample, at) => {
    const stack: Frame[] = [];
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      const { functionName, url } = byId.get(id)!.callFrame;
      const { kind, place } = kindOf(url);
      const name = `${functionName || "(anonymous)"}${place && ` ${place}`}`;
      stack.unshift({ name, kind, time: 0, children: new Map() });
    }
    // The first is V8's own root.
    if (stack.at(-1)?.name === "(idle)") return;
    let frame = all;
    frame.time += timeDeltas[at]!;
    for (const called of stack.slice(1)) {
      if (!frame.children.has(called.name)) frame.children.set(called.name, called);
      frame = frame.children.get(called.name)!;
      frame.time += timeDeltas[at]!;
    }
  });
  return all;
}

function draw(all: Frame): string {
  const boxes: string[] = [];
  let depths = 0;
  const box = (frame: Frame, x: number, depth: number): void => {
    const width = (frame.time / all.time) * WIDTH;
    if (width < NARROWEST) return;
    depths = Math.max(depths, depth + 1);
    const label = frame.name
      .slice(0, Math.floor(width / 6.2))
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;");
    const title = frame.name.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    const [left, top] = [x.toFixed(1), depth * ROW];
    boxes.push(
      `<g><title>${title}: ${((frame.time / all.time) * 100).toFixed(1)} %</title>` +
        `<rect x="${left}" y="${top}" width="${(width - 0.5).toFixed(1)}" height="${ROW - 1}" fill="${colours[frame.kind]}"/>` +
        `${width > 40 ? `<text x="${(x + 3).toFixed(1)}" y="${top + 12}">${label}</text>` : ""}</g>`,
    );
    const widest = [...frame.children.values()].sort((a, b) => b.time - a.time);
    for (const child of widest) {
      box(child, x, depth + 1);
      x += (child.time / all.time) * WIDTH;
    }
  };
  box(all, 0, 0);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${depths * ROW}" font-family="monospace" font-size="10">\n${boxes.join("\n")}\n</svg>`;
}

console.log(draw(fold(JSON.parse(readFileSync(process.argv[2]!, "utf8")) as Profile)));
