import { policies } from "../../policies/all";
import type { FindingId } from "../../policies/findings";
import { readInputs } from "../../policies/inputs";
import { judge, judgeStack, messageOf, type Judgement, type Settings } from "../../policies/judge";
import type { Evaluation, TestedResource } from "./evaluate";

/**
 * `evaluate.ts` without Pulumi's SDK, which takes seconds to load: for mutation testing, which starts the tests some
 * thousand times, and has this in that file's place (stryker.config.mjs).
 */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9" as never;

export const secret = (value: unknown) =>
  ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value }) as never;

type Configuration = Partial<Record<FindingId, Settings>>;

export function evaluate(resource: TestedResource, configuration: Configuration = {}): Promise<Evaluation> {
  const declared = described(resource);
  const judgements = policies.flatMap((policy) => {
    const settings = configuration[policy.finding] ?? {};
    return "checkStack" in policy
      ? judgeStack(policy, [declared], settings)
      : judge(policy, declared, settings);
  });
  return Promise.resolve(evaluationOf(judgements));
}

export function evaluateStack(
  resources: readonly TestedResource[],
  configuration: Configuration = {},
): Promise<Evaluation> {
  const declared = resources.map(described);
  const judgements = policies.flatMap((policy) =>
    "checkStack" in policy ? judgeStack(policy, declared, configuration[policy.finding] ?? {}) : [],
  );
  return Promise.resolve(evaluationOf(judgements));
}

function evaluationOf(judgements: Judgement[]): Evaluation {
  const violations = judgements.filter(({ exempted }) => !exempted);
  return {
    findings: [...new Set(violations.map(({ finding }) => finding))].sort(),
    messages: violations.map(messageOf),
    advisories: judgements.filter(({ exempted }) => exempted).map(messageOf),
  };
}

function described({ type, name = "web", props }: TestedResource) {
  const urn = `urn:pulumi:test::test::${type}::${name}`;
  return { type, name, urn, ...readInputs(JSON.parse(JSON.stringify(props))) };
}
