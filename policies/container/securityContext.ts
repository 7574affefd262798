import { read, readFlag, readText, readTexts, unknown, type Maybe, type Unknown } from "../unknown";
import type { ContainerCore } from "./containerSpec";

type Privileges = Required<
  Pick<
    ContainerCore,
    "user" | "readOnly" | "privileged" | "droppedCapabilities" | "addedCapabilities" | "securityOptions"
  >
>;

/** What a container of a Kubernetes pod may do: its own `securityContext`, or else the pod's, in Docker's terms. */
export function privilegesOf(container: unknown, at: string, pod: unknown): Privileges {
  const path = `${at}.securityContext`;
  const own = (...keys: string[]) => read(container, "securityContext", ...keys);
  const either = (...keys: string[]): Maybe<string> =>
    readText(container, "securityContext", ...keys) ?? readText(pod, "securityContext", ...keys);
  return {
    user: { path: `${path}.runAsUser`, value: userOf(either("runAsUser"), either("runAsNonRoot")) },
    readOnly: {
      path: `${path}.readOnlyRootFilesystem`,
      value: readFlag(own(), "readOnlyRootFilesystem"),
    },
    privileged: { path: `${path}.privileged`, value: readFlag(own(), "privileged") },
    droppedCapabilities: {
      path: `${path}.capabilities.drop`,
      value: readTexts(own(), "capabilities", "drop"),
    },
    addedCapabilities: { path: `${path}.capabilities.add`, value: readTexts(own(), "capabilities", "add") },
    securityOptions: {
      path,
      value: own() === unknown ? unknown : optionsOf(readFlag(own(), "allowPrivilegeEscalation"), either),
    },
  };
}

/** By number; where only the image knows it, Kubernetes itself can still refuse root. */
function userOf(user: Maybe<string>, nonRoot: Maybe<string>): Maybe<string> {
  return user === undefined && nonRoot === "true" ? "of the image, not root" : user;
}

function optionsOf(escalation: Maybe<boolean>, either: (...keys: string[]) => Maybe<string>) {
  const options: (string | Unknown)[] = [];
  if (escalation === false) options.push("no-new-privileges:true");
  for (const [option, key] of [
    ["seccomp", "seccompProfile"],
    ["apparmor", "appArmorProfile"],
  ] as const) {
    const type = either(key, "type");
    if (type === unknown) options.push(unknown);
    else if (type === "Unconfined") options.push(`${option}=unconfined`);
  }
  if (either("procMount") === "Unmasked") options.push("systempaths=unconfined");
  return options;
}
