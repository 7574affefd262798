import {
  appliesTo,
  type ParameterSchemas,
  type PolicyDefinition,
  type Problem,
  type Resource,
  type StackPolicyDefinition,
} from "./definePolicy";
import { dayOf } from "./day";
import { noteExemptions } from "./exemption/ledger";
import { ruling, type Exemption } from "./exemptions";
import { findings, type FindingId } from "./findings";
import { masked } from "./masked";
import { keysOf, read, unknown } from "./unknown";

export interface Judgement {
  readonly resource: Resource;
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
export function judge(definition: PolicyDefinition, resource: Resource, settings: Settings): Judgement[] {
  noteExemptions(definition.finding, settings.exemptions ?? [], resource.name);
  if (!appliesTo(definition, resource.type)) return [];
  const problems = [...definition.check(resource, withDefaults(definition.parameters, settings))];
  if (problems.length === 0) return [];
  const decide = decision(definition.finding, resource, settings);
  return problems.map(decide);
}

/** As {@link judge}, for a policy on how resources go together. */
export function judgeStack(
  definition: StackPolicyDefinition,
  resources: readonly Resource[],
  settings: Settings,
): Judgement[] {
  for (const { name } of resources) noteExemptions(definition.finding, settings.exemptions ?? [], name);
  const problems = [...definition.checkStack(resources, withDefaults(definition.parameters, settings))];
  return problems.map((problem) => decision(definition.finding, problem.resource, settings)(problem));
}

function decision(finding: FindingId, resource: Resource, { exemptions = [] }: Settings) {
  const ruled = ruling(finding, resource, exemptions, dayOf(new Date()));
  return ({ observed, required }: Problem): Judgement => ({
    resource,
    finding,
    observed: withoutSecrets(observed, resource),
    required,
    ...ruled,
    fix: findings[finding].remediation,
  });
}

/** Takes the texts out that Pulumi has marked secret: a policy may show an input that is none as a rule. */
function withoutSecrets(observed: string, { props, secrets = new Set() }: Resource): string {
  const texts = [...secrets].flatMap((path) => textsOf(read(props, ...keysOf(path))));
  return texts.reduce((shown, text) => shown.replaceAll(text, "***"), observed);
}

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return value.length > 3 ? [value, masked(value)] : [];
  return value !== unknown && typeof value === "object" && value !== null
    ? Object.values(value).flatMap(textsOf)
    : [];
}

function withDefaults(parameters: ParameterSchemas = {}, settings: Settings): never {
  const filled: Record<string, unknown> = {};
  for (const name of Object.keys(parameters)) filled[name] = settings[name] ?? parameters[name]!.default;
  return filled as never;
}

/** Resource, observed, required, fix: one line. */
export function messageOf({
  resource,
  observed,
  required,
  fix,
  refusal,
  exempted,
}: Omit<Judgement, "finding">): string {
  const found = `${resource.name}: ${observed}; required: ${required}.`;
  if (exempted) {
    return `Exempted until ${exempted.expires} by ${exempted.owner} (${exempted.reason}): ${found}`;
  }
  return `${found} Fix: ${fix}${refusal ? ` (Note: ${refusal}.)` : ""}`;
}
