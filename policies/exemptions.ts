import type { ParameterSchemas, Resource } from "./definePolicy";
import { declaresContainers, readContainers, type Labels } from "./container/containerSpec";
import { isDay } from "./day";
import { noteNeed } from "./exemption/ledger";
import type { FindingId } from "./findings";

/** A reviewed decision to accept one finding on one resource until a day. Part of the pack's configuration. */
export interface Exemption {
  /** Pulumi's name of the resource; no pattern, so that a new resource needs a new decision. */
  readonly resource: string;
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** Last day on which it holds, as YYYY-MM-DD. */
  readonly expires: string;
}

/** The parameter that every policy has. */
export const exemptionParameter: ParameterSchemas = {
  exemptions: {
    type: "array",
    default: [],
    description: "Reviewed decisions to accept this finding on one resource until a day",
    items: {
      type: "object",
      required: ["resource", "reason", "owner", "expires"],
      additionalProperties: false,
      properties: {
        resource: { type: "string", minLength: 1 },
        reason: { type: "string", minLength: 10 },
        owner: { type: "string", minLength: 1 },
        expires: { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}$" },
      },
    },
  },
};

/** Prefix of the container label that claims an exemption beside the code; its value is the reason. */
export const exceptionLabelPrefix = "apexmcp.exception.";

export type Ruling = { readonly exempted: Exemption } | { readonly refusal?: string };

/** Whether a label gives a reason that its reader can see. */
export function claims(labels: Labels, label: string): boolean {
  const reason = labels[label];
  return typeof reason === "string" && reason.trim() !== "";
}

/**
 * Whether `finding` is accepted on `resource`: a configured exemption names it and hasn't expired, and, where the
 * resource declares containers, a label or annotation claims the exception too, so that the code tells it to its readers. Either of
 * the two alone exempts nothing, and the refusal says which is missing.
 *
 * @param today the day as YYYY-MM-DD
 */
export function ruling(
  finding: FindingId,
  resource: Resource,
  exemptions: readonly Exemption[],
  today: string,
): Ruling {
  const label = exceptionLabelPrefix + finding;
  const canClaim = declaresContainers(resource.type);
  const claimed = canClaim && readContainers(resource).some(({ labels }) => claims(labels, label));
  const exemption = exemptions.find((candidate) => candidate.resource === resource.name);
  if (!exemption) {
    return claimed
      ? { refusal: `the label ${label} claims an exception that the pack's configuration doesn't allow` }
      : {};
  }
  noteNeed(exemption);
  for (const key of ["reason", "owner", "expires"] as const) {
    if (!exemption[key]?.trim()) return { refusal: `its exemption gives no ${key}` };
  }
  if (!isDay(exemption.expires)) {
    return { refusal: `its exemption expires on "${exemption.expires}", which is not a day as YYYY-MM-DD` };
  }
  if (exemption.expires < today)
    return { refusal: `its exemption (${exemption.owner}) expired on ${exemption.expires}` };
  if (canClaim && !claimed) {
    return {
      refusal: `its exemption is configured, but the container's label ${label}, which gives the reason, is absent`,
    };
  }
  return { exempted: exemption };
}
