import { ensurePulumi } from "../../toolchain/install";
import { cli, languageHost, pluginParts, programHost, type Part } from "../../toolchain/parts";
import type { PartState } from "../../toolchain/stamp";

const states = new Map<Part, PartState>();
const undownloadable = new Set<Part>();
const built: Part[] = [];

jest.mock("../../toolchain/stamp", () => ({ partState: (part: Part) => states.get(part) ?? "missing" }));
jest.mock("../../toolchain/build", () => ({
  build: (parts: Part[]) => {
    built.push(...parts);
    return Promise.resolve();
  },
}));
jest.mock("../../toolchain/official", () => ({
  installOfficial: (parts: Part[]) => {
    for (const part of parts) if (!undownloadable.has(part)) states.set(part, "official");
    return Promise.resolve();
  },
}));
jest.mock("../../images/machineLock", () => ({
  withMachineLock: (_: string, __: string, work: () => unknown) => work(),
}));

const everyPart = [cli, languageHost, programHost, ...pluginParts];
const unreachable = jest.fn(() => Promise.resolve(false));
const reachable = jest.fn(() => Promise.resolve(true));

beforeEach(() => {
  jest.spyOn(console, "error").mockImplementation();
  jest.clearAllMocks();
  states.clear();
  undownloadable.clear();
  built.length = 0;
});

test("with everything in place, nothing is probed, downloaded or built", async () => {
  for (const part of everyPart) states.set(part, "built");
  await ensurePulumi(unreachable);
  expect(unreachable).not.toHaveBeenCalled();
  expect(built).toEqual([]);
});

test("where nothing can be downloaded, all of it is built", async () => {
  await ensurePulumi(unreachable);
  expect(built).toEqual(everyPart);
});

test("where everything can be downloaded, nothing is built: the official language host needs no program host", async () => {
  await ensurePulumi(reachable);
  expect(built).toEqual([]);
  expect(states.has(programHost)).toBe(false);
});

test("a single plugin that can't be downloaded is built", async () => {
  const plugin = pluginParts[2];
  undownloadable.add(plugin!);
  await ensurePulumi(reachable);
  expect(built).toEqual([plugin]);
});

test("only what is stale is built again", async () => {
  for (const part of everyPart) states.set(part, "built");
  states.set(pluginParts[0]!, "stale");
  await ensurePulumi(unreachable);
  expect(built).toEqual([pluginParts[0]]);
});
