import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText, unknown, type Maybe } from "../unknown";
import { secondsOf } from "./duration";
import { givesTokens, tokenType } from "./tokenTypes";

interface Parameters {
  maximumSeconds: number;
}

/** Requires Vault's tokens to end: absent or 0 means the server's default, 32 days, and a period means never. */
export const limitTokenTtl = definePolicy<Parameters>({
  finding: "vault-token-limit-ttl",
  appliesTo: givesTokens,
  parameters: {
    maximumSeconds: {
      type: "integer",
      minimum: 1,
      default: 86400,
      description: "Longest life of a token in seconds",
    },
  },
  *check({ type, props }, { maximumSeconds }) {
    const required = `a life of at most ${maximumSeconds} s`;
    for (const input of ["period", "tokenPeriod"]) {
      const value = readText(props, input);
      if (value !== undefined && value !== unknown && value !== "0" && value !== "") {
        yield { observed: `${input} is ${masked(value)}, which lets it be renewed for ever`, required };
      }
    }
    const inputs = type === tokenType ? ["explicitMaxTtl", "ttl"] : ["tokenMaxTtl", "tokenExplicitMaxTtl"];
    const declared = inputs.map((input): { input: string; value: Maybe<string> } => ({
      input,
      value: readText(props, input),
    }));
    const known = declared.find(({ value }) => value !== undefined);
    const seconds = known === undefined || known.value === unknown ? undefined : secondsOf(known.value!);
    if (seconds === undefined || seconds <= 0 || seconds > maximumSeconds) {
      yield { observed: `${known?.input ?? declared[0]!.input} is ${masked(known?.value)}`, required };
    }
  },
});
