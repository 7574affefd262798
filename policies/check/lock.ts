import { settingsOf, type Configuration } from "../configuration";
import { findingIds, type FindingId } from "../findings";

/**
 * A configuration without the exemptions that the reviewed one doesn't hold as they are: so a pull request can't
 * accept its own findings, or put an expiry off.
 *
 * @param reviewed the configuration as it is on the protected branch
 */
export function withLockedExemptions(configuration: Configuration, reviewed: Configuration): Configuration {
  const locked = (finding: FindingId) => {
    const allowed = new Set(exemptionsOf(reviewed, finding).map((exemption) => JSON.stringify(exemption)));
    return exemptionsOf(configuration, finding).filter((exemption) => allowed.has(JSON.stringify(exemption)));
  };
  return {
    ...configuration,
    ...Object.fromEntries(
      findingIds
        .filter((finding) => exemptionsOf(configuration, finding).length > 0)
        .map((finding) => [finding, { ...settingsOf(configuration, finding), exemptions: locked(finding) }]),
    ),
  };
}

const exemptionsOf = (configuration: Configuration, finding: FindingId) =>
  settingsOf(configuration, finding).exemptions ?? [];
