import { containerPolicy } from "../container/containerPolicy";
import { masked } from "../masked";
import { unknown } from "../unknown";

/** Requires Zitadel to be reached by TLS: without, its issuer is an http address and its cookies aren't secure. */
export const requireExternalTls = containerPolicy({
  finding: "zitadel-instance-require-tls",
  *check({ environment, entrypoint, arguments: words }) {
    for (const { path, name, value } of environment) {
      if (
        name === "ZITADEL_EXTERNALSECURE" &&
        typeof value === "string" &&
        value.trim().toLowerCase() !== "true"
      ) {
        yield { observed: `${path} sets ${name} to ${masked(value)}`, required: "true, and TLS at the edge" };
      }
    }
    const command = [entrypoint, words].flatMap(({ value }) => (value === unknown ? [] : (value ?? [])));
    const known = command.filter((word) => word !== unknown);
    const disabled = known.some(
      (word, index) =>
        /--tlsMode[= ]disabled/.test(word) || (word === "--tlsMode" && known[index + 1] === "disabled"),
    );
    if (disabled)
      yield { observed: `${words.path} has --tlsMode disabled`, required: "--tlsMode external or enabled" };
  },
});
