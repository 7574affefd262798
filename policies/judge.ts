import { appliesTo, type PolicyDefinition, type Resource } from "./definePolicy";
import { ruling, type Exemption } from "./exemptions";
import { findings } from "./findings";
import type { FindingId } from "./findings";

export interface Judgement {
  readonly finding: FindingId;
  readonly observed: string;
  readonly required: string;
  readonly fix: string;
  /** Why a claimed exemption doesn't hold. */
  readonly refusal?: string;
  /** The decision that accepts it; absent: a violation. */
  readonly exempted?: Exemption;
}

export interface Settings {
  readonly exemptions?: readonly Exemption[];
  readonly [parameter: string]: unknown;
}

/** Every problem that a policy has with a resource, each a violation or exempted. */
export function judge(
  definition: PolicyDefinition,
  resource: Resource,
  settings: Settings,
  today: string,
): Judgement[] {
  const { finding, parameters = {} } = definition;
  if (!appliesTo(definition, resource.type)) return [];
  const defaults = Object.fromEntries(
    Object.entries(parameters).map(([name, schema]) => [name, schema.default]),
  );
  const problems = [...definition.check(resource, { ...defaults, ...settings } as never)];
  if (problems.length === 0) return [];
  const decision = ruling(finding, resource, settings.exemptions ?? [], today);
  return problems.map((problem) => ({
    finding,
    ...problem,
    ...decision,
    fix: findings[finding].remediation,
  }));
}

/** Resource, observed, required, fix: one line. */
export function messageOf(resource: Resource, judgement: Judgement): string {
  const { observed, required, fix, refusal, exempted } = judgement;
  const found = `${resource.name}: ${observed}; required: ${required}.`;
  if (exempted) {
    return `Exempted until ${exempted.expires} by ${exempted.owner} (${exempted.reason}): ${found}`;
  }
  return `${found} Fix: ${fix}${refusal ? ` (Note: ${refusal}.)` : ""}`;
}

/** Today in UTC, as YYYY-MM-DD. */
export const today = (): string => new Date().toISOString().slice(0, 10);
