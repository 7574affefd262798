import { renameSync, writeFileSync } from "node:fs";

import { imageNames, readImageLock, type ImageName } from "../images/imageLock";
import { Repository } from "../images/registry";
import { officialLockFile } from "../images/resolve";
import { updateLock } from "../images/updateLock";
import { main } from "./command";
import { CommandError } from "./commandError";

void main({
  name: "lock",
  summary:
    "pins each third-party image's tag to the digest that its registry gives now, and shows what changed",
  options: {
    "tag NAME=TAG,...": "moves images to other tags, as in nginx=1.30.6-trixie",
    "accept NAME,...": "accepts that the tags of these images lead to other digests than before",
    "file FILE": "the lock (default: images.lock.json)",
  },
  run: async ({ options }) => {
    const file = options["file"] ?? officialLockFile;
    const before = readImageLock(file);
    const request = { tags: tagsOf(options["tag"]), accepted: new Set(namesOf(options["accept"])) };
    const { lock, changes, problems } = await updateLock(before, request, (name, tag) =>
      new Repository(name).digestOf(tag),
    );
    for (const line of changes) console.log(line);
    if (problems.length > 0) {
      const moved = problems.filter((it) => it.includes(" has moved ")).map((it) => it.split(":")[0]);
      throw new CommandError(
        problems.join("\n     "),
        moved.length > 0
          ? `read what changed in them, then: make lock ARGS="--accept ${moved.join(",")}"`
          : "solve what the registry names, then run this again; the lock is as it was",
      );
    }
    writeFileSync(`${file}.new`, `${JSON.stringify(lock, null, 2)}\n`);
    renameSync(`${file}.new`, file);
  },
});

function tagsOf(option = ""): Partial<Record<ImageName, string>> {
  return Object.fromEntries(
    list(option).map((pair) => {
      const [name = "", tag] = pair.split("=");
      if (!tag) throw new CommandError(`${pair} names no tag`, "write it as NAME=TAG");
      return [known(name), tag];
    }),
  );
}

function namesOf(option = ""): ImageName[] {
  return list(option).map(known);
}

function list(option: string): string[] {
  return option.split(",").filter((it) => it !== "");
}

function known(name: string): ImageName {
  const found = imageNames.find((it) => it === name);
  if (found) return found;
  throw new CommandError(`there is no image ${name} in the lock`, `name one of ${imageNames.join(", ")}`);
}
