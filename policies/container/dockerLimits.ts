import { readList, readNumber, readText, unknown } from "../unknown";
import type { Located } from "./containerSpec";

/** By share of a CPU or by quota. */
export function cpuLimit(props: unknown): Located<number> {
  const candidates = ["cpus", "cpuQuota"].map((path): Located<number> => ({
    path,
    value: readNumber(props, path),
  }));
  return candidates.find(({ value }) => value !== undefined) ?? { path: "cpus", value: undefined };
}

/** A compose file has a limit of its own; `docker.Container` only the ulimit. */
export function processLimit(props: unknown): Located<number> {
  const pids = readNumber(props, "pidsLimit");
  if (pids !== undefined) return { path: "pidsLimit", value: pids };
  const limits = readList(props, "ulimits");
  if (limits === unknown) return { path: "ulimits", value: unknown };
  const index = limits.findIndex((limit) => readText(limit, "name") === "nproc");
  return index < 0
    ? { path: "ulimits", value: undefined }
    : { path: `ulimits[${index}].hard`, value: readNumber(limits[index], "hard") };
}

/** The hard limit of each ulimit but nproc, which is the process limit. */
export function hardLimits(props: unknown): Located<number>[] {
  const limits = readList(props, "ulimits");
  if (limits === unknown) return [];
  return limits.flatMap((limit, index): Located<number>[] =>
    readText(limit, "name") === "nproc"
      ? []
      : [{ path: `ulimits[${index}].hard`, value: readNumber(limit, "hard") }],
  );
}
