import { containerExposureFindings } from "./catalogue/containerExposure";
import { containerProcessFindings } from "./catalogue/containerProcess";
import { containerSecretFindings } from "./catalogue/containerSecret";
import { exemptionFindings } from "./catalogue/exemption";
import { githubFindings } from "./catalogue/github";
import { imageFindings } from "./catalogue/image";
import { platformFindings } from "./catalogue/platform";
import { postgresFindings } from "./catalogue/postgres";
import { secretFindings } from "./catalogue/secret";
import { vaultFindings } from "./catalogue/vault";
import { workflowFindings } from "./catalogue/workflow";
import { zitadelFindings } from "./catalogue/zitadel";

export type { Finding, Place, Severity } from "./catalogue/finding";

/**
 * The catalogue: every claim this project makes, under one id (`<domain>-<resource>-<verb>-<thing>`).
 *
 * An id is met in up to four places, all found by `git grep <id>`: the component that makes the insecure variant
 * impossible to write, the policy that refuses it before a deploy, the probe that proves it on the live stack, and
 * the test that breaks one property and expects exactly that finding. `test/traceability.test.ts` holds the
 * catalogue to that; `docs/findings.md` is generated from it.
 */
export const findings = {
  ...containerExposureFindings,
  ...containerProcessFindings,
  ...containerSecretFindings,
  ...secretFindings,
  ...vaultFindings,
  ...postgresFindings,
  ...imageFindings,
  ...githubFindings,
  ...zitadelFindings,
  ...platformFindings,
  ...workflowFindings,
  ...exemptionFindings,
} as const;

export type FindingId = keyof typeof findings;

/** Every finding by its id, in the catalogue's order. */
export const findingIds = Object.keys(findings) as FindingId[];
