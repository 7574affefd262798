import { execa, ExecaError } from "execa";

import { problem, repoDigests } from "./docker";
import { imageReference, type LockedImage } from "./imageLock";
import { withProgress } from "./progress";

/** A registry that hasn't begun to deliver after this long counts as one that can't be pulled from. */
export const patience = 6_000;

/** Whether the engine holds the image, by digest. */
export async function isThere({ name, digest }: LockedImage): Promise<boolean> {
  // The engine drops Docker Hub's name from references.
  const repository = name.replace(/^docker\.io\/(library\/)?/, "");
  return (await repoDigests(`${name}@${digest}`, repository)).includes(digest);
}

/**
 * Pulls an image by digest, for as long as it takes once the registry delivers. Returns why not when the registry
 * refuses or is silent for `patience` ms; throws when the pull breaks off after that.
 */
export async function pull(
  image: LockedImage,
  progress: string,
  patienceMs = patience,
): Promise<string | undefined> {
  const reference = imageReference(image);
  const pulling = execa("docker", ["pull", reference], { stdin: "ignore", reject: false });
  const answer = await new Promise<"delivers" | "ended" | "silent">((resolve) => {
    pulling.stdout.on("data", (text) => {
      if (String(text).includes("Pulling")) resolve("delivers");
    });
    void pulling.then(() => resolve("ended"));
    setTimeout(() => resolve("silent"), patienceMs).unref();
  });
  if (answer === "silent") {
    pulling.kill();
    await pulling;
    return `no answer within ${patienceMs / 1000} s`;
  }
  if (answer === "ended") {
    const result = await pulling;
    return result instanceof ExecaError ? problem(result) : undefined;
  }
  const result = await withProgress(`pulling ${progress} ${reference}`, () => pulling);
  if (result instanceof ExecaError)
    throw new Error(`pulling ${reference} failed: ${problem(result)}; run this again`);
  return undefined;
}
