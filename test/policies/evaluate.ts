import * as proxy from "@pulumi/policy/proxy";
import * as server from "@pulumi/policy/server";
import type { ResourceValidation, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

import { policies } from "../../policies/all";
import type { FindingId } from "../../policies/findings";
import type { Settings } from "../../policies/judge";
import { pulumiPolicy } from "../../policies/pulumiPolicy";
import { filledRequest } from "./filledRequest";

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

type Policy = ResourceValidationPolicy | StackValidationPolicy;
type Call<Request> = (
  call: { request: Request },
  callback: (error: Error | null | undefined, response?: analyzer.AnalyzeResponse) => void,
) => Promise<void>;
type MakeCall<Request> = (pack: string, version: string, level: string, policies: Policy[]) => Call<Request>;
const { makeAnalyzeRpcFun, makeAnalyzeStackRpcFun } = server as unknown as {
  makeAnalyzeRpcFun: MakeCall<analyzer.AnalyzeRequest>;
  makeAnalyzeStackRpcFun: MakeCall<analyzer.AnalyzeStackRequest>;
};

/**
 * Runs the whole pack on one resource, as a stack of its own, as Pulumi's engine does: through the SDK's own calls, so
 * that secrets, unknown values and levels behave as in a preview.
 *
 * @param configuration settings by finding
 */
export async function evaluate(
  resource: TestedResource,
  configuration: Configuration = {},
): Promise<Evaluation> {
  const pack = packOf(configuration);
  const each = await respond(makeAnalyzeRpcFun("pack", "1.0.0", "mandatory", pack), requestFor(resource));
  const stack = await respond(
    makeAnalyzeStackRpcFun("pack", "1.0.0", "mandatory", pack),
    stackRequestFor([resource]),
  );
  return evaluationOf([...each, ...stack]);
}

/** Runs the policies on how resources go together on a stack of these. */
export async function evaluateStack(
  resources: readonly TestedResource[],
  configuration: Configuration = {},
): Promise<Evaluation> {
  const analyze = makeAnalyzeStackRpcFun("pack", "1.0.0", "mandatory", packOf(configuration));
  return evaluationOf(await respond(analyze, stackRequestFor(resources)));
}

type Configuration = Partial<Record<FindingId, Settings>>;

const packOf = (configuration: Configuration) =>
  policies.map((policy) => configured(pulumiPolicy(policy), configuration));

function evaluationOf(diagnostics: analyzer.AnalyzeDiagnostic[]): Evaluation {
  const mandatory = diagnostics.filter(
    (each) => each.getEnforcementlevel() === analyzer.EnforcementLevel.MANDATORY,
  );
  return {
    findings: [...new Set(mandatory.map((each) => each.getPolicyname()))].sort(),
    messages: mandatory.map((each) => each.getMessage()),
    advisories: diagnostics.filter((each) => !mandatory.includes(each)).map((each) => each.getMessage()),
  };
}

/** Hands the policy its settings, as the engine's call of `configure` does for the whole process. */
function configured(policy: Policy, configuration: Configuration): Policy {
  const getConfig = <T extends object>() => (configuration[policy.name as FindingId] ?? {}) as T;
  if ("validateStack" in policy) {
    return {
      ...policy,
      validateStack: (args, report) => policy.validateStack({ ...args, getConfig }, report),
    };
  }
  const validate = policy.validateResource as ResourceValidation;
  const withSettings: ResourceValidation = (args, report) => validate({ ...args, getConfig }, report);
  return { ...policy, validateResource: Object.assign(withSettings, validate) };
}

function requestFor(resource: TestedResource): analyzer.AnalyzeRequest {
  return filledRequest(new analyzer.AnalyzeRequest(), described(resource));
}

function stackRequestFor(resources: readonly TestedResource[]): analyzer.AnalyzeStackRequest {
  const request = new analyzer.AnalyzeStackRequest();
  request.setResourcesList(
    resources.map((resource) => filledRequest(new analyzer.AnalyzerResource(), described(resource))),
  );
  return request;
}

function described({ type, name = "web", props }: TestedResource) {
  const properties = Struct.fromJavaScript(
    JSON.parse(JSON.stringify(props)) as Record<string, JavaScriptValue>,
  );
  return { type, name, urn: `urn:pulumi:test::test::${type}::${name}`, properties };
}

function respond<Request>(call: Call<Request>, request: Request): Promise<analyzer.AnalyzeDiagnostic[]> {
  return new Promise((resolve, reject) => {
    void call({ request }, (error, response) =>
      error ? reject(error) : resolve(response!.getDiagnosticsList()),
    );
  });
}
