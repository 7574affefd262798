import { declaresContainers, readContainers, type ContainerCore } from "../container/containerSpec";
import { definePolicy, type Problem } from "../definePolicy";
import { masked } from "../masked";
import { texts } from "../texts";
import { unknown } from "../unknown";

/** Requires Zitadel to be reached by TLS: without, its issuer is an http address and its cookies aren't secure. */
export const requireExternalTls = definePolicy({
  finding: "zitadel-instance-require-tls",
  appliesTo: declaresContainers,
  *check(resource) {
    for (const { path, value } of texts(resource.props)) {
      if (/(^|[\s{,])["']?ExternalSecure["']?\s*:\s*["']?false\b/i.test(value))
        yield { observed: `${path} sets ExternalSecure to false`, required: "true, and TLS at the edge" };
    }
    for (const container of readContainers(resource)) yield* inContainer(container);
  },
});

function* inContainer({ environment, entrypoint, arguments: words }: ContainerCore): Iterable<Problem> {
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
}
