import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText, unknown } from "../unknown";

interface Parameters {
  maximumDays: number;
}

const day = 86_400_000;

/** Requires personal access tokens and machine keys to end; an expiry that is unknown or can't be read is none. */
export const limitTokenLife = definePolicy<Parameters>({
  finding: "zitadel-token-limit-life",
  appliesTo: (type) => /^zitadel:index\/(personalAccessToken|machineKey):/i.test(type),
  parameters: {
    maximumDays: {
      type: "integer",
      minimum: 1,
      default: 90,
      description: "Longest life from today, in days",
    },
  },
  *check({ props }, { maximumDays }) {
    const value = readText(props, "expirationDate");
    const expires = value === unknown || value === undefined ? NaN : Date.parse(value);
    if (Number.isNaN(expires) || expires > Date.now() + maximumDays * day) {
      yield { observed: `expirationDate is ${masked(value)}`, required: `a day within ${maximumDays} days` };
    }
  },
});
