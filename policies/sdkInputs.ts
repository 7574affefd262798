// eslint-disable-next-line @typescript-eslint/no-require-imports -- the module itself, not a copy: it is changed below
import deserialize = require("@pulumi/policy/deserialize");
import * as proxy from "@pulumi/policy/proxy";

import { readInputs, type Inputs } from "./inputs";

/**
 * What lies beneath the inputs that @pulumi/policy 1.21.0 hands to a policy.
 *
 * It reads a resource's inputs anew for each policy, which made up most of an evaluation's time; it drops Pulumi's
 * secret marks from them; and it throws where one is unknown. So its reader is replaced by one that reads once a
 * request, and keeps the inputs as they came. This file alone leans on the SDK's inside: when that changes,
 * {@link inputsOf} throws and a test fails, so that nothing is checked half.
 */
interface Struct {
  toJavaScript(): unknown;
}
type Deserialize = (struct: Struct, keepSecrets: boolean) => object;

const sdk = deserialize as unknown as { deserializeProperties: Deserialize };
const { getSpecialProxyTarget } = proxy as unknown as { getSpecialProxyTarget: string };
const original = sdk.deserializeProperties;
const handedOver = new WeakMap<Struct, object>();
const inputs = new WeakMap<object, Inputs>();

sdk.deserializeProperties = (struct, keepSecrets) => {
  if (keepSecrets) return original(struct, keepSecrets);
  const known = handedOver.get(struct);
  if (known) return known;
  const props = original(struct, keepSecrets);
  handedOver.set(struct, props);
  inputs.set(props, readInputs(struct.toJavaScript()));
  return props;
};

/** The inputs beneath `props`, which the SDK handed to a policy. */
export function inputsOf(props: object): Inputs {
  const found = inputs.get((props as Record<string, object>)[getSpecialProxyTarget]!);
  if (found) return found;
  throw new Error(
    "@pulumi/policy hands inputs over in another way than 1.21.0 does, and can't be trusted: install that version",
  );
}
