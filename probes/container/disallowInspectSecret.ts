import { fail, notApplicable, pass, probe } from "../probe";
import type { Inspection, Target } from "../target";

/** Proves container-inspect-disallow-secret: no secret's value anywhere in what Docker shows of any container. */
export const disallowInspectSecret = probe("container-inspect-disallow-secret", (target) =>
  search(target, (inspection) => inspection, "docker inspect"),
);

/** Proves container-environment-disallow-secret: no secret's value in an environment variable. */
export const disallowEnvironmentSecret = probe("container-environment-disallow-secret", (target) =>
  search(target, ({ Config }) => Config.Env ?? [], "environment values"),
);

/**
 * Zitadel takes its bootstrap password from the environment only, and says so with the label of the exception;
 * zitadel-admin-require-password-change proves that it is void or has to be changed.
 */
const bootstrapPassword = "ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD";
const claimsException = ({ Config }: Inspection) =>
  Boolean(Config.Labels?.["apexmcp.exception.container-environment-disallow-secret"]);

/** Looks for each secret as it is, in base64, and as JSON writes it; tells its name, never its value. */
function search({ secrets, inspections }: Target, part: (inspection: Inspection) => unknown, where: string) {
  const names = Object.keys(secrets);
  if (names.length === 0) return notApplicable("the stack has no secrets");
  const found = inspections.flatMap((inspection) => {
    const text = JSON.stringify(part(inspection));
    return Object.entries(secrets)
      .filter(([name]) => name !== bootstrapPassword || !claimsException(inspection))
      .filter(([, value]) => forms(value).some((form) => text.includes(form)))
      .map(([name]) => `${inspection.Name.slice(1)} shows ${name}`);
  });
  return found.length > 0
    ? fail(found.join("; "))
    : pass(`${names.length} secrets sought in ${where} of ${inspections.length} containers, none found`);
}

function forms(secret: string): string[] {
  const base64 = Buffer.from(secret).toString("base64").replace(/=+$/, "");
  return [secret, JSON.stringify(secret).slice(1, -1), base64, Buffer.from(secret).toString("base64url")];
}
