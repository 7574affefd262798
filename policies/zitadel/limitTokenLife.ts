import { declaresContainers, readContainers } from "../container/containerSpec";
import { definePolicy, type Resource } from "../definePolicy";
import { masked } from "../masked";
import { readText, unknown, type Maybe } from "../unknown";

interface Parameters {
  maximumDays: number;
}

const day = 86_400_000;
const tokenType = /^zitadel:index\/(personalAccessToken|machineKey):/i;
/** Of the tokens and keys that a first instance makes for a machine, which owns it. */
const expiry = /^ZITADEL_FIRSTINSTANCE_ORG_\w+_EXPIRATIONDATE$/;

/** Requires personal access tokens and machine keys to end; an expiry that is unknown or can't be read is none. */
export const limitTokenLife = definePolicy<Parameters>({
  finding: "zitadel-token-limit-life",
  appliesTo: (type) => tokenType.test(type) || declaresContainers(type),
  parameters: {
    maximumDays: {
      type: "integer",
      minimum: 1,
      default: 90,
      description: "Longest life from today, in days",
    },
  },
  *check(resource, { maximumDays }) {
    for (const { what, value } of expiriesOf(resource)) {
      const expires = value === unknown || value === undefined ? NaN : Date.parse(value);
      if (Number.isNaN(expires) || expires > Date.now() + maximumDays * day) {
        yield { observed: `${what} is ${masked(value)}`, required: `a day within ${maximumDays} days` };
      }
    }
  },
});

function expiriesOf(resource: Resource): { what: string; value: Maybe<string> }[] {
  if (tokenType.test(resource.type)) {
    return [{ what: "expirationDate", value: readText(resource.props, "expirationDate") }];
  }
  return readContainers(resource)
    .flatMap(({ environment }) => environment)
    .filter(({ name }) => name !== undefined && expiry.test(name))
    .map(({ path, name, value }) => ({ what: `${path} (${name})`, value }));
}
