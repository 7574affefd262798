import type { FindingId } from "../../policies/findings";
import type { Settings } from "../../policies/judge";
import { evaluate, type TestedResource } from "./evaluate";

/** Says what was observed, what is required and how to fix it. */
const wholeMessage = /: (?!undefined;)\S[^]*; required: (?!undefined\.)\S[^]*\. Fix: \S/;

/** Expects each resource, which has one property broken, to have exactly the finding, and no policy to fail open. */
export function refuses(finding: FindingId, cases: Record<string, () => TestedResource>): void {
  test.each(Object.entries(cases))("refuses %s", async (_description, resource) => {
    const { findings, messages, advisories } = await evaluate(resource());
    expect({ findings, advisories }).toEqual({ findings: [finding], advisories: [] });
    for (const message of messages) expect(message).toMatch(wholeMessage);
  });
}

/** Expects each resource to have no finding at all. */
export function accepts(
  cases: Record<string, () => TestedResource>,
  configuration: Partial<Record<FindingId, Settings>> = {},
): void {
  test.each(Object.entries(cases))("accepts %s", async (_description, resource) => {
    expect(await evaluate(resource(), configuration)).toEqual({ findings: [], messages: [], advisories: [] });
  });
}
