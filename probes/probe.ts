import { findings, type FindingId } from "../policies/findings";
import type { Target } from "./target";

/** `error`: the probe couldn't find out, which is never a pass. `notApplicable`: there is nothing to probe, and why. */
export type Outcome = "pass" | "fail" | "error" | "notApplicable";

export interface Observation {
  readonly outcome: Outcome;
  /** One line: what was seen, and never a secret. */
  readonly observed: string;
}

/** Proves one finding on a live stack. */
export interface Probe {
  readonly finding: FindingId;
  readonly title: string;
  readonly remediation: string;
  /** Throws or rejects where the target can't be reached; that becomes the outcome `error`. */
  readonly run: (target: Target) => Observation | Promise<Observation>;
}

export function probe(finding: FindingId, run: Probe["run"]): Probe {
  const { title, remediation } = findings[finding];
  return { finding, title, remediation, run };
}

export const pass = (observed: string): Observation => ({ outcome: "pass", observed });
export const fail = (observed: string): Observation => ({ outcome: "fail", observed });
export const error = (observed: string): Observation => ({ outcome: "error", observed });
export const notApplicable = (reason: string): Observation => ({
  outcome: "notApplicable",
  observed: reason,
});
