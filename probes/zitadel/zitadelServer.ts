import type { ZitadelAddress } from "../../provider/zitadel/connection";
import type { Target } from "../target";

/** Zitadel's API, as the deployer reaches it on the Docker machine. */
export function zitadelServer({ zitadel, authUrl, caCertificate, secrets }: Target): ZitadelAddress {
  return {
    address: zitadel.address,
    origin: authUrl,
    caCertificate,
    deployerKey: secrets["ZITADEL_DEPLOYER_KEY"] ?? "",
  };
}
