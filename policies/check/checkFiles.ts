import { relative, resolve } from "node:path";

import { policies } from "../all";
import { levelOf, settingsOf, type Configuration } from "../configuration";
import type { Resource } from "../definePolicy";
import { findings, type Severity } from "../findings";
import { judge, judgeStack, type Judgement } from "../judge";
import { printable } from "../masked";
import type { CheckError, Declarations, Declared, Place } from "./declarations";

export interface Violation {
  readonly finding: string;
  readonly severity: Severity;
  readonly level: "mandatory" | "advisory";
  readonly resource: string;
  readonly file: string;
  readonly line?: number;
  /** Never holds a value that could be a secret. */
  readonly observed: string;
  readonly required: string;
  readonly fix: string;
}

export interface Exempted extends Violation {
  readonly reason: string;
  readonly owner: string;
  readonly expires: string;
}

export interface Result {
  readonly violations: readonly Violation[];
  readonly exempted: readonly Exempted[];
  readonly errors: readonly CheckError[];
}

/** Policies on the exemptions, which all files share: they are asked last. */
const onExemptions: readonly string[] = [
  "exemption-entry-disallow-expired",
  "exemption-entry-disallow-unused",
];

/**
 * Checks what each file declares with every policy that the configuration doesn't disable.
 *
 * @param configurationFile what the configuration was read from, for what is wrong with its exemptions
 */
export function checkFiles(
  files: readonly Declarations[],
  configuration: Configuration,
  configurationFile = "configuration",
): Result {
  const perFile = policies.filter(({ finding }) => !onExemptions.includes(finding));
  const results = files.map(({ file, declared }) => resultOf(file, declared, perFile, configuration));
  const resources = files.flatMap(({ declared }) => declared);
  const overall = policies.filter(({ finding }) => onExemptions.includes(finding));
  results.push(resultOf(configurationFile, resources, overall, configuration));
  return {
    violations: results.flatMap(({ violations }) => violations),
    exempted: results.flatMap(({ exempted }) => exempted),
    errors: files.flatMap(({ errors }) =>
      errors.map((error) => ({ ...error, message: printable(error.message) })),
    ),
  };
}

function resultOf(
  file: string,
  declared: readonly Declared[],
  asked: typeof policies,
  configuration: Configuration,
): Omit<Result, "errors"> {
  const places = new Map(declared.map((each) => [each.resource, each]));
  const violations: Violation[] = [];
  const exempted: Exempted[] = [];
  for (const judgement of judgements([...places.keys()], asked, configuration)) {
    const { finding, resource, required, fix, refusal, exempted: decision } = judgement;
    const place: Place = places.get(resource)?.locate(judgement.observed) ?? { observed: judgement.observed };
    const violation: Violation = {
      finding,
      severity: findings[finding].severity,
      level: levelOf(configuration, finding) as Violation["level"],
      resource: printable(resource.name),
      file:
        place.file === undefined || place.file === resolve(file) ? file : relative(process.cwd(), place.file),
      line: place.line,
      observed: printable(place.observed),
      required,
      fix: refusal ? `${fix} (Note: ${refusal}.)` : fix,
    };
    if (decision) {
      const { reason, owner, expires } = decision;
      exempted.push({ ...violation, reason, owner, expires });
    } else {
      violations.push(violation);
    }
  }
  const byLine = (a: Violation, b: Violation) => (a.line ?? 0) - (b.line ?? 0);
  return { violations: violations.sort(byLine), exempted: exempted.sort(byLine) };
}

function* judgements(
  resources: Resource[],
  asked: typeof policies,
  configuration: Configuration,
): Iterable<Judgement> {
  for (const policy of asked) {
    if (levelOf(configuration, policy.finding) === "disabled") continue;
    const settings = settingsOf(configuration, policy.finding);
    if ("checkStack" in policy) yield* judgeStack(policy, resources, settings);
    else for (const resource of resources) yield* judge(policy, resource, settings);
  }
}
