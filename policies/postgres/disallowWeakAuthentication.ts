import { declaresContainers, readContainers, type ContainerCore } from "../container/containerSpec";
import { definePolicy, type Problem } from "../definePolicy";
import { masked } from "../masked";
import { readFlag, unknown } from "../unknown";

const roleType = "postgresql:index/role:Role";
const weak = /^(trust|password|md5|ident)$/i;
const initOption = /(?:^|\s)(?:--auth(?:-host|-local)?|-A)[= ](trust|password|md5|ident)\b/;
const serverSetting = /^(?:-c|--)?password_encryption=(md5|on|off|plain)$/i;

/**
 * Refuses PostgreSQL servers that are told to ask for no password, or to take or keep one in clear text or by MD5, and
 * roles whose password is kept in clear text.
 */
export const disallowWeakAuthentication = definePolicy({
  finding: "postgres-authentication-require-scram",
  appliesTo: (type) => type === roleType || declaresContainers(type),
  *check(resource) {
    if (resource.type === roleType) {
      const encrypted = readFlag(resource.props, "encryptedPassword");
      if (encrypted === false || encrypted === unknown) {
        yield { observed: `encryptedPassword is ${masked(encrypted)}`, required: "absent or true" };
      }
      return;
    }
    for (const container of readContainers(resource)) yield* inContainer(container);
  },
});

function* inContainer({ environment, arguments: words }: ContainerCore): Iterable<Problem> {
  const required = "scram-sha-256";
  for (const { path, name, value } of environment) {
    if (typeof value !== "string") continue;
    if (name === "POSTGRES_HOST_AUTH_METHOD" && weak.test(value.trim())) {
      yield { observed: `${path} sets ${name} to ${masked(value)}`, required };
    }
    const method = name === "POSTGRES_INITDB_ARGS" ? initOption.exec(value)?.[1] : undefined;
    if (method) yield { observed: `${path} sets ${name} to authenticate by ${method}`, required };
  }
  if (words.value === unknown || words.value === undefined) return;
  for (const [index, word] of words.value.entries()) {
    const setting = word === unknown ? null : serverSetting.exec(word.trim());
    if (setting)
      yield { observed: `${words.path}[${index}] sets password_encryption to ${setting[1]}`, required };
  }
}
