import fc from "fast-check";

import { policies } from "../../../policies/all";
import { readInputs } from "../../../policies/inputs";
import { judge, judgeStack } from "../../../policies/judge";
import { violationsOf } from "./checked";

const types = [
  ...new Set(policies.flatMap((policy) => ("type" in policy && policy.type ? [policy.type] : []))),
  "docker:index/container:Container",
  "docker:index/service:Service",
  "docker:index/image:Image",
  "kubernetes:apps/v1:Deployment",
  "aws:ecs/taskDefinition:TaskDefinition",
  "gcp:cloudrun/service:Service",
  "pulumi:pulumi:Stack",
  "acme:index:Thing",
];
const names = (
  "name image envs command entrypoints mounts volumes ports capabilities drops securityOpts labels label value uploads " +
  "content healthcheck tests build args taskSpec containerSpec env spec template containers containerDefinitions policy " +
  "jobs steps uses with permissions on options listener privileges members redirectUris"
).split(" ");
const inputs = fc.dictionary(
  fc.constantFrom(...names),
  fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.constantFrom("04da6b54-80e4-46f7-96ec-b56ff0331ba9", "[{", "${", 'path "x" {', "a=b", "-1", "://@"),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...names), tie("value"), { maxKeys: 5 }),
    ),
  })).value,
);

test("no policy fails on inputs of any shape, on any type of resource", () => {
  fc.assert(
    fc.property(fc.constantFrom(...types), inputs, (type, wire) => {
      const resource = { type, name: "x", urn: `urn:pulumi:a::b::${type}::x`, ...readInputs(wire) };
      for (const policy of policies) {
        if ("checkStack" in policy) judgeStack(policy, [resource, { ...resource, name: "y" }], {});
        else judge(policy, resource, {});
      }
    }),
    { numRuns: 300 },
  );
});

const state = (resources: unknown) => JSON.stringify({ version: 3, deployment: { resources } });
const type = "docker:index/container:Container";
const urn = `urn:pulumi:a::b::${type}::web`;
const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

test.each<[string, string]>([
  ["nothing for a resource", state([null])],
  ["a number for a resource", state([5])],
  ["a text for inputs", state([{ urn, type, inputs: "x" }])],
  ["a list for inputs", state([{ urn, type, inputs: [] }])],
  ["nothing for a deployment", '{"version":3,"deployment":null}'],
  ["nothing for a step", '{"steps":[null]}'],
  ["a text for a new state", '{"steps":[{"op":"create","newState":"x"}]}'],
  ["inputs that are nested without end", `{"version":3,"deployment":{"resources":[{"urn":"${urn}","type":"${type}","inputs":{"a":${nested(5000)}}}]}}`], // prettier-ignore
  ["YAML that is nested without end", `services: ${nested(5000)}`],
  ["two documents", "services: {}\n---\nservices: {}\n"],
])("a file with %s is an error", (_what, text) => {
  const { errors, violations, code } = violationsOf({ "state.json": text });
  expect({ errors: errors.length, violations, code }).toEqual({ errors: 1, violations: [], code: 2 });
});

test("a resource without inputs is judged by what it lacks", () => {
  expect(violationsOf({ "state.json": state([{ urn, type }]) }).violations).toContain(
    "1 container-process-require-non-root web",
  );
});
