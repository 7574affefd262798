import type { EngineEvent } from "@pulumi/pulumi/automation";

import { changesAnything } from "../../commands/pulumiUp";

const summary = (resourceChanges: Record<string, number>) =>
  ({ summaryEvent: { resourceChanges } }) as unknown as EngineEvent;
const outputs = (type: string, before: object | undefined, after: object) =>
  ({
    resOutputsEvent: { metadata: { type, old: before && { outputs: before }, new: { outputs: after } } },
  }) as unknown as EngineEvent;

const stack = "pulumi:pulumi:Stack";

describe("an update follows a preview", () => {
  it.each<[string, EngineEvent[]]>([
    ["that creates a resource", [summary({ create: 1, same: 71 })]],
    ["that deletes one", [summary({ delete: 1, same: 71 })]],
    ["of a stack that was never deployed", [outputs(stack, undefined, { target: 1 }), summary({ same: 1 })]],
    ["that changes only an output", [outputs(stack, { target: 1 }, { target: 2 }), summary({ same: 72 })]],
    [
      "that changes an output on the second of its events",
      [outputs(stack, {}, {}), outputs(stack, {}, { target: 1 }), summary({ same: 72 })],
    ],
    ["whose events end before its summary", [outputs(stack, {}, {})]],
  ])("%s", (_, events) => {
    expect(changesAnything(events)).toBe(true);
  });
});

it("no update follows a preview that changes neither a resource nor an output of the stack", () => {
  const events = [
    outputs("docker:index/container:Container", { ports: 1 }, {}),
    outputs(stack, { target: { name: "apexmcp" } }, { target: { name: "apexmcp" } }),
    summary({ same: 72 }),
  ];
  expect(changesAnything(events)).toBe(false);
});
