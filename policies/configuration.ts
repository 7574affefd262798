import { policies } from "./all";
import { exemptionParameter } from "./exemptions";
import { findingIds, findings, type Finding, type FindingId } from "./findings";
import type { Settings } from "./judge";

export type Level = "mandatory" | "advisory" | "disabled";

/** A pack's configuration, in the form of `pulumi preview --policy-pack-config`. */
export type Configuration = { readonly all?: Level } & {
  readonly [finding in FindingId]?: Level | (Settings & { readonly enforcementLevel?: Level });
};

const levels = ["mandatory", "advisory", "disabled"];

/** The JSON schema of {@link Configuration}: each policy's level, exemptions and parameters. */
export function configurationSchema(): object {
  const level = { type: "string", enum: levels };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Configuration of @apexmcp/hardening-policies",
    type: "object",
    additionalProperties: false,
    properties: {
      $schema: { type: "string" },
      all: { ...level, description: "Level of every policy that is not named" },
      ...Object.fromEntries(
        policies.map(({ finding, parameters }) => [
          finding,
          {
            description: findings[finding].title,
            anyOf: [
              level,
              {
                type: "object",
                additionalProperties: false,
                properties: { enforcementLevel: level, ...parameters, ...exemptionParameter },
              },
            ],
          },
        ]),
      ),
    },
  };
}

/** The level of a policy: its own, or else everyone's, or else mandatory. */
export function levelOf(configuration: Configuration, finding: FindingId): Level {
  const own = configuration[finding];
  return (typeof own === "object" ? own.enforcementLevel : own) ?? configuration.all ?? "mandatory";
}

/** A policy's exemptions and parameters. */
export function settingsOf(configuration: Configuration, finding: FindingId): Settings {
  const own = configuration[finding];
  return typeof own === "object" ? own : {};
}

export type PresetName = "article" | "cis-docker" | "strict";

/** Configurations to start from: the audit's own findings, CIS Docker's, or everything without the usual allowances. */
export function presets(): Record<PresetName, Configuration> {
  const only = (selected: (finding: Finding) => boolean): Configuration => ({
    all: "disabled",
    ...Object.fromEntries(
      policies
        .filter(({ finding }) => selected(findings[finding]))
        .map(({ finding }) => [finding, "mandatory" as const]),
    ),
  });
  return {
    article: only(({ frameworks }) => frameworks.article !== undefined),
    "cis-docker": only(({ frameworks }) => frameworks.cisDocker !== undefined),
    strict: {
      all: "mandatory",
      "container-port-disallow-privileged": { allowedPorts: [] },
      "vault-token-limit-ttl": { maximumSeconds: 3600 },
      "zitadel-token-limit-life": { maximumDays: 90 },
    },
  };
}

/** Whether text is the id of a finding. */
export const isFinding = (text: string): text is FindingId => (findingIds as string[]).includes(text);
