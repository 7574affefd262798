import * as server from "@pulumi/policy/server";
import type { ResourceValidationPolicy } from "@pulumi/policy";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

import { inputsOf } from "../../policies/sdkInputs";
import { unknown } from "../../policies/unknown";
import { secret, unknownValue } from "./evaluate";

type Analyze = (call: object, callback: (error: Error | null) => void) => Promise<void>;
const { makeAnalyzeRpcFun } = server as unknown as Record<string, (...pack: unknown[]) => Analyze>;

/** What each of two policies is handed for one resource. */
async function handedOver(props: Record<string, unknown>): Promise<object[]> {
  const seen: object[] = [];
  const policy = (name: string): ResourceValidationPolicy => ({
    name,
    description: name,
    enforcementLevel: "mandatory",
    validateResource: (args) => void seen.push(args.props),
  });
  const request = new analyzer.AnalyzeRequest();
  request.setType("acme:index:Thing");
  request.setProperties(Struct.fromJavaScript(props as Record<string, JavaScriptValue>));
  request.setOptions(new analyzer.AnalyzerResourceOptions());
  const analyze = makeAnalyzeRpcFun!("pack", "1.0.0", "mandatory", [policy("one"), policy("two")]);
  await analyze({ request }, (error) => expect(error).toBeFalsy());
  return seen;
}

// These fail when a new @pulumi/policy hands inputs over in another way.
test("a policy gets at the marks and the unknowns that the SDK hides", async () => {
  const [props] = await handedOver({ password: secret("x"), image: unknownValue, plain: "y" });
  expect(inputsOf(props!)).toEqual({
    props: { password: "x", image: unknown, plain: "y" },
    secrets: new Set(["password"]),
  });
});

test("a resource's inputs are read once, however many policies look at them", async () => {
  const [one, two] = await handedOver({ plain: "y" });
  expect(inputsOf(two!)).toBe(inputsOf(one!));
});

test("inputs that didn't come through it are refused", () => {
  expect(() => inputsOf({ plain: "y" })).toThrow("install that version");
});
