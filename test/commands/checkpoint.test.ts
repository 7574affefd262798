import { readCheckpoint } from "../../commands/checkpoint";
import { temporaryState, write } from "./temporaryState";

const urn = "urn:pulumi:dev::apexmcp::docker:index/container:Container::vault-container";
const checkpoint = (version: string, latest: object = {}, layout = 3) => ({
  version: layout,
  checkpoint: { latest: { manifest: { version }, ...latest } },
});

describe("the checkpoint", () => {
  it("is empty before the first deploy", () => {
    expect(readCheckpoint(temporaryState())).toEqual({ resources: [], pending: [] });
  });

  it("tells resources with their ids, and what was interrupted", () => {
    const state = temporaryState();
    const type = "docker:index/container:Container";
    write(
      state.checkpointFile,
      checkpoint("v3.259.0", {
        resources: [
          { urn, type, id: "abc", outputs: { more: true } },
          { urn: "component", type: "t" },
        ],
        pending_operations: [{ type: "creating", resource: { urn } }],
      }),
    );
    expect(readCheckpoint(state)).toEqual({
      resources: [
        { urn, type, id: "abc" },
        { urn: "component", type: "t", id: "" },
      ],
      pending: [{ type: "creating", urn }],
    });
  });

  it.each(["", "v3.1.0", "v3.259.0", "v3.259.0-alpha.1"])("of Pulumi '%s' is read", (version) => {
    const state = temporaryState();
    write(state.checkpointFile, checkpoint(version));
    expect(readCheckpoint(state).pending).toEqual([]);
  });

  it.each([
    ["a newer Pulumi", checkpoint("v3.300.0")],
    ["a newer patch", checkpoint("v3.259.1")],
    ["a newer layout", checkpoint("v3.259.0", {}, 4)],
  ])("of %s is refused, with the fix", (_, content) => {
    const state = temporaryState();
    write(state.checkpointFile, content);
    expect(() => readCheckpoint(state)).toThrow(
      /newer than this checkout's 3\.259\.0.*Fix: check out the version/,
    );
  });

  it("that is damaged is refused, with Pulumi's backup as the fix", () => {
    const state = temporaryState();
    write(state.checkpointFile, "{");
    expect(() => readCheckpoint(state)).toThrow(/is damaged.*Fix: put Pulumi's backup in its place/);
  });
});
