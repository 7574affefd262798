import * as proxy from "@pulumi/policy/proxy";
import * as server from "@pulumi/policy/server";
import type { ResourceValidationPolicy } from "@pulumi/policy";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

import { policies } from "../../policies/all";
import type { FindingId } from "../../policies/findings";
import type { Settings } from "../../policies/judge";
import { pulumiPolicy } from "../../policies/pulumiPolicy";
import { noteSecretMarks } from "../../policies/secret/marks";

/** What the engine sends for a value that only the deploy will know; its type lets it stand for any input. */
export const unknownValue = (proxy as unknown as { unknownStringValue: string }).unknownStringValue as never;

/** What the engine sends for a Pulumi secret. */
export const secret = (value: unknown) => ({ [specialSigKey]: specialSecretSig, value }) as never;

export interface TestedResource {
  readonly type: string;
  /** Default: web. */
  readonly name?: string;
  readonly props: Record<string, unknown>;
}

export interface Evaluation {
  /** Ids of the violations, one each, sorted. */
  readonly findings: string[];
  readonly messages: string[];
  /** Everything that would not stop a deploy: accepted exemptions, and policies that failed open. */
  readonly advisories: string[];
}

type Call = (
  call: { request: analyzer.AnalyzeRequest },
  callback: (error: Error | null | undefined, response?: analyzer.AnalyzeResponse) => void,
) => Promise<void>;
type MakeCall = (pack: string, version: string, level: string, policies: ResourceValidationPolicy[]) => Call;
const { makeAnalyzeRpcFun, makeRemediateRpcFun } = server as unknown as Record<string, MakeCall>;

/**
 * Runs the whole pack on one resource as Pulumi's engine does: through the SDK's own remediate and analyze calls, so
 * that secrets, unknown values and levels behave as in a preview.
 *
 * @param configuration settings by finding
 */
export async function evaluate(
  resource: TestedResource,
  configuration: Partial<Record<FindingId, Settings>> = {},
): Promise<Evaluation> {
  const pack = [noteSecretMarks, ...policies.map(pulumiPolicy)].map((policy) =>
    configured(policy, configuration),
  );
  await respond(makeRemediateRpcFun!("pack", "1.0.0", "mandatory", pack), requestFor(resource));
  const response = await respond(
    makeAnalyzeRpcFun!("pack", "1.0.0", "mandatory", pack),
    requestFor(resource),
  );
  const diagnostics = response.getDiagnosticsList();
  const mandatory = diagnostics.filter(
    (each) => each.getEnforcementlevel() === analyzer.EnforcementLevel.MANDATORY,
  );
  return {
    findings: [...new Set(mandatory.map((each) => each.getPolicyname()))].sort(),
    messages: mandatory.map((each) => each.getMessage()),
    advisories: diagnostics.filter((each) => !mandatory.includes(each)).map((each) => each.getMessage()),
  };
}

function configured(
  policy: ResourceValidationPolicy,
  configuration: Partial<Record<string, Settings>>,
): ResourceValidationPolicy {
  const { validateResource } = policy;
  if (typeof validateResource !== "function") return policy;
  const getConfig = <T extends object>() => (configuration[policy.name] ?? {}) as T;
  return { ...policy, validateResource: (args, report) => validateResource({ ...args, getConfig }, report) };
}

function requestFor({ type, name = "web", props }: TestedResource): analyzer.AnalyzeRequest {
  const request = new analyzer.AnalyzeRequest();
  request.setType(type);
  request.setName(name);
  request.setUrn(`urn:pulumi:test::test::${type}::${name}`);
  request.setProperties(
    Struct.fromJavaScript(JSON.parse(JSON.stringify(props)) as Record<string, JavaScriptValue>),
  );
  request.setOptions(new analyzer.AnalyzerResourceOptions());
  return request;
}

function respond(call: Call, request: analyzer.AnalyzeRequest): Promise<analyzer.AnalyzeResponse> {
  return new Promise((resolve, reject) => {
    void call({ request }, (error, response) => (error ? reject(error) : resolve(response!)));
  });
}
