import { readDocker, dockerTypes, type ContainerSpec } from "../container/containerSpec";
import { parseImage } from "../container/imageReference";
import { stackPolicy, type Resource } from "../definePolicy";
import { readFlag, readText } from "../unknown";

const vault = /(^|\/)(vault|vault-enterprise|openbao|bao)$/;

/**
 * Refuses containers that reach both Vault and the outside: what fetches a URL of an outsider's choice there fetches
 * Vault's. A network leads out that isn't internal; one whose containers can't reach each other, as for publishing a
 * port, shares nothing.
 */
export const requireNetworkIsolation = stackPolicy({
  finding: "vault-network-require-isolation",
  *checkStack(resources) {
    const containers = resources
      .filter(({ type }) => dockerTypes.has(type))
      .map((resource) => ({
        resource,
        networks: networksOf(readDocker(resource)),
        vault: isVault(readDocker(resource)),
      }));
    const internal = namesOf(resources, ({ props }) => readFlag(props, "internal") === true);
    const parted = namesOf(resources, ({ props }) => readText(props, "options", interContainer) === "false");
    const beside = new Set(
      containers
        .filter((each) => each.vault)
        .flatMap(({ networks }) => networks)
        .filter((name) => !parted.has(name)),
    );
    for (const { resource, networks, vault: itself } of containers) {
      if (itself) continue;
      const shared = networks.find((network) => beside.has(network));
      const outside = networks.find((network) => !internal.has(network));
      if (shared === undefined || outside === undefined) continue;
      yield {
        resource,
        observed: `networks has ${shared}, with Vault on it, and ${outside}, which leads out`,
        required: "a broker on internal networks alone between Vault and what reaches out",
      };
    }
  },
});

function isVault({ image }: ContainerSpec): boolean {
  return typeof image.value === "string" && vault.test(parseImage(image.value).repository);
}

/** The default one is compose's, on which every service is that names none. */
function networksOf({ networks, onDefaultBridge }: ContainerSpec): string[] {
  return onDefaultBridge ? ["default"] : networks.filter((name) => typeof name === "string");
}

const interContainer = "com.docker.network.bridge.enable_icc";

/** Both names, Pulumi's and Docker's, of the networks that are so. */
function namesOf(resources: readonly Resource[], so: (network: Resource) => boolean): Set<string> {
  return new Set(
    resources
      .filter((resource) => resource.type === "docker:index/network:Network" && so(resource))
      .flatMap(({ name, props }) => [name, String(readText(props, "name"))]),
  );
}
