import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

import { z } from "zod";

import { slots, unpushedRepository, type Release } from "../images/release";
import { CommandError } from "./commandError";
import { readConfigFile, type ConfigValue } from "./configFile";
import type { State } from "./state";

const release = z.strictObject({
  repository: z.string().min(1),
  tag: z.string().min(1),
  digest: z.string().optional(),
  slot: z.enum(slots),
});

/** A release as keys of the stack's config. */
export function releaseConfig({ repository, tag, digest, slot }: Release): Record<string, ConfigValue> {
  return {
    imageRepository: repository,
    imageTag: tag,
    ...(digest !== undefined && { imageDigest: digest }),
    slot,
  };
}

/** What was deployed last, whether it was proven or not; undefined before the first time. */
export function configuredRelease(state: State): Release | undefined {
  const { imageRepository, imageTag, imageDigest, slot } = readConfigFile(state.configFile).config;
  if (imageTag === undefined) return undefined;
  return release.parse({
    repository: imageRepository ?? unpushedRepository,
    tag: imageTag,
    digest: imageDigest,
    slot: slot ?? "a",
  });
}

/** The image that was built here, where the stack runs; the configured release if that is the same build, pushed. */
export function localRelease(state: State, tag: string): Release {
  const current = configuredRelease(state);
  return current?.tag === tag ? current : { repository: unpushedRepository, tag, slot: current?.slot ?? "a" };
}

/** The release that was proven last. @throws CommandError when its record is damaged */
export function readLastGood({ lastGoodFile }: State): Release | undefined {
  if (!existsSync(lastGoodFile)) return undefined;
  try {
    return release.parse(JSON.parse(readFileSync(lastGoodFile, "utf8")));
  } catch (error) {
    throw new CommandError(
      `${lastGoodFile}, which names the last good release, is damaged (${(error as Error).message.split("\n")[0]})`,
      "delete it if the running release is good; then run this again",
    );
  }
}

export function writeLastGood({ lastGoodFile }: State, good: Release): void {
  writeFileSync(`${lastGoodFile}.new`, `${JSON.stringify(good, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${lastGoodFile}.new`, lastGoodFile);
}
