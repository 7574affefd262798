import { withDeploymentLock } from "../../commands/deploymentLock";
import {
  configuredRelease,
  localRelease,
  readLastGood,
  releaseConfig,
  writeLastGood,
} from "../../commands/releases";
import { writeConfigFile } from "../../commands/configFile";
import type { Release } from "../../images/release";
import { temporaryState, write } from "./temporaryState";

const release: Release = {
  repository: "ghcr.io/acme/gateway",
  tag: "a".repeat(40),
  digest: `sha256:${"1".repeat(64)}`,
  slot: "b",
};

it("reads a release back from the stack's config, and the last good one from its file", () => {
  const state = temporaryState();
  expect([configuredRelease(state), readLastGood(state)]).toEqual([undefined, undefined]);
  writeConfigFile(state.configFile, { config: releaseConfig(release) });
  writeLastGood(state, release);
  expect([configuredRelease(state), readLastGood(state)]).toEqual([release, release]);
});

it("keeps a pushed image that is the same build, and the slot of any other", () => {
  const state = temporaryState();
  writeConfigFile(state.configFile, { config: releaseConfig(release) });
  expect(localRelease(state, release.tag)).toEqual(release);
  expect(localRelease(state, "b".repeat(40))).toEqual({
    repository: "apexmcp/gateway",
    tag: "b".repeat(40),
    slot: "b",
  });
});

it("takes a stack of before there were slots for one in the first", () => {
  const state = temporaryState();
  writeConfigFile(state.configFile, { config: { imageTag: "c".repeat(40) } });
  expect(configuredRelease(state)).toMatchObject({ repository: "apexmcp/gateway", slot: "a" });
});

it("says so when the record of the last good release is damaged", () => {
  const state = temporaryState();
  write(state.lastGoodFile, `{"tag": `);
  expect(() => readLastGood(state)).toThrow(
    /last-good\.dev\.json, which names the last good release, is damaged/,
  );
});

it("lets one deployment of a state run at a time, and the next after it, whatever came of it", async () => {
  const state = temporaryState();
  await expect(
    withDeploymentLock(state, () => withDeploymentLock(state, () => Promise.resolve())),
  ).rejects.toThrow(`another deployment of ${state.directory} is under way`);
  await expect(withDeploymentLock(state, () => Promise.reject(new Error("failed")))).rejects.toThrow(
    "failed",
  );
  await withDeploymentLock(temporaryState(), () => withDeploymentLock(state, () => Promise.resolve()));
});
