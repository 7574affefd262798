import type {
  PolicyComplianceFramework,
  ReportViolation,
  ResourceValidation,
  ResourceValidationPolicy,
  StackValidation,
  StackValidationPolicy,
} from "@pulumi/policy";

import { type ParameterSchemas, type PolicyDefinition, type StackPolicyDefinition } from "./definePolicy";
import { exemptionParameter } from "./exemptions";
import { findings, type Finding } from "./findings";
import { judge, judgeStack, messageOf, type Judgement, type Settings } from "./judge";
import { inputsOf } from "./sdkInputs";

/** A hardening policy as Pulumi's engine takes it: mandatory, with the finding's severity, references and fix. */
export function pulumiPolicy(
  definition: PolicyDefinition | StackPolicyDefinition,
): ResourceValidationPolicy | StackValidationPolicy {
  const finding: Finding = findings[definition.finding];
  const parameters: ParameterSchemas = { ...definition.parameters, ...exemptionParameter };
  const policy = {
    name: definition.finding,
    description: finding.title,
    enforcementLevel: "mandatory" as const,
    severity: finding.severity,
    framework: frameworkOf(finding),
    tags: tagsOf(finding),
    remediationSteps: finding.remediation,
    configSchema: { properties: parameters },
  };
  return "checkStack" in definition
    ? { ...policy, validateStack: stackValidation(definition) }
    : { ...policy, validateResource: validation(definition) };
}

function validation(definition: PolicyDefinition): ResourceValidation {
  return (args, report) => {
    const { type, name, urn, props } = args;
    const resource = { type, name, urn, ...inputsOf(props) };
    for (const judgement of judge(definition, resource, args.getConfig<Settings>())) tell(report, judgement);
  };
}

function stackValidation(definition: StackPolicyDefinition): StackValidation {
  return (args, report) => {
    const resources = args.resources.map(({ type, name, urn, props }) => ({
      type,
      name,
      urn,
      ...inputsOf(props),
    }));
    for (const judgement of judgeStack(definition, resources, args.getConfig<Settings>())) {
      tell(report, judgement);
    }
  };
}

/** The SDK takes an object with a level of its own, as Pulumi's policy manager uses; its types don't say so. */
function tell(report: ReportViolation, judgement: Judgement): void {
  const message = messageOf(judgement);
  const urn = judgement.resource.urn || undefined;
  if (!judgement.exempted) return report(message, urn);
  (report as unknown as (violation: object) => void)({ message, urn, enforcementLevel: "advisory" });
}

function frameworkOf({ title, frameworks }: Finding): PolicyComplianceFramework | undefined {
  const framework = (name: string, version: string, reference: unknown) => ({
    name,
    version,
    reference: String(reference),
    specification: title,
  });
  if (frameworks.cisDocker) return framework("CIS Docker Benchmark", "1.6.0", frameworks.cisDocker);
  if (frameworks.owasp) return framework("OWASP", "2021", frameworks.owasp);
  return frameworks.article === undefined
    ? undefined
    : framework("ApexMCP hardening retrospective", "1", frameworks.article);
}

function tagsOf({ frameworks }: Finding): string[] {
  return Object.entries(frameworks).flatMap(([framework, references]) =>
    String(references)
      .split(/,\s*/)
      .map((reference) => `${framework}:${reference}`),
  );
}
