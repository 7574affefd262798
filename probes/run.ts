import { error, type Observation, type Probe } from "./probe";
import type { Target } from "./target";

export type ProbeResult = Pick<Probe, "finding" | "title" | "remediation"> & Observation;

/** All at once would keep each other waiting past their time-outs where there are two cores. */
const atOnce = 10;

/**
 * Runs the probes, ten at a time; results are in the order of the probes. A probe that throws, or that takes longer
 * than the time-out, couldn't tell, and is asked once more after the others: on a busy machine, one of ten can run out
 * of time. If it still can't tell, it is an error.
 *
 * @param timeout milliseconds for each probe
 */
export async function runProbes(
  probes: readonly Probe[],
  target: Target,
  timeout = 20_000,
): Promise<ProbeResult[]> {
  const observe = ({ run }: Probe) =>
    withTimeout(async () => run(target), timeout).catch((cause: unknown) => error(reason(cause)));
  const results = await mapAtOnce(probes, observe);
  const again = [...probes.keys()].filter((place) => results[place]!.outcome === "error");
  const second = await mapAtOnce(again, (place) => observe(probes[place]!));
  for (const [nth, place] of again.entries()) results[place] = second[nth]!;
  return probes.map(({ finding, title, remediation }, place) => ({
    ...{ finding, title, remediation },
    ...results[place]!,
  }));
}

async function mapAtOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [place, item] of queue) results[place] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

/** 0: every probe passed or doesn't apply. 1: one failed. 2: one couldn't tell, and none failed. */
export function exitCode(results: readonly Observation[]): 0 | 1 | 2 {
  if (results.some(({ outcome }) => outcome === "fail")) return 1;
  return results.length === 0 || results.some(({ outcome }) => outcome === "error") ? 2 : 0;
}

async function withTimeout<T>(work: () => Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    return await Promise.race([work(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** First line of an error's message; a bare connection error has only its code. */
function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code } = cause as NodeJS.ErrnoException;
  return (cause.message || code || cause.name).split("\n")[0] ?? "";
}
