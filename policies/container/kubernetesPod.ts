import { read, readFlag, readList, readText, readTexts, unknown, type Unknown } from "../unknown";
import type { AttachedNamespace, ContainerCore, EnvironmentEntry, Labels, Located } from "./containerSpec";
import { namedEnvironment } from "./namedEnvironment";
import { privilegesOf } from "./securityContext";

/** Where each kind keeps its pod's specification. */
const podPaths: [RegExp, string[]][] = [
  [/^Pod$/, ["spec"]],
  [/^PodTemplate$/, ["template", "spec"]],
  [/^(Deployment|StatefulSet|DaemonSet|ReplicaSet|ReplicationController|Job)$/, ["spec", "template", "spec"]],
  [/^CronJob$/, ["spec", "jobTemplate", "spec", "template", "spec"]],
];

const types = /^kubernetes:(?:core|apps|batch|extensions)\/v\w+:(\w+?)(?:Patch)?$/;

/** Where a resource of this type keeps its pod's specification; `undefined` when it has none. */
export function podPath(type: string): string[] | undefined {
  const kind = types.exec(type)?.[1];
  return kind === undefined ? undefined : podPaths.find(([kinds]) => kinds.test(kind))?.[1];
}

/** Reads every container of a Kubernetes pod: init and ephemeral ones too. */
export function readKubernetesPod(props: unknown, path: string[]): ContainerCore[] {
  const pod = read(props, ...path);
  const at = path.join(".");
  const labels = annotationsOf(props);
  return ["containers", "initContainers", "ephemeralContainers"].flatMap((list) => {
    const containers = readList(pod, list);
    if (containers === unknown) return [unknownContainer(`${at}.${list}`)];
    return containers.map((container, index) =>
      readContainer(container, `${at}.${list}[${index}]`, pod, at, labels),
    );
  });
}

function readContainer(
  container: unknown,
  at: string,
  pod: unknown,
  podAt: string,
  labels: Labels,
): ContainerCore {
  const texts = (key: string): Located<(string | Unknown)[]> => ({
    path: `${at}.${key}`,
    value: readTexts(container, key),
  });
  return {
    image: { path: `${at}.image`, value: readText(container, "image") },
    entrypoint: texts("command"),
    arguments: texts("args"),
    environment: namedEnvironment(container, "env", at),
    ...(container === unknown
      ? { privileged: { path: at, value: undefined } }
      : privilegesOf(container, at, pod)),
    namespaces: (["network", "pid", "ipc"] as const).map((namespace): AttachedNamespace => {
      const flag = { network: "hostNetwork", pid: "hostPID", ipc: "hostIPC" }[namespace];
      const value = readFlag(pod, flag);
      return {
        namespace,
        path: `${podAt}.${flag}`,
        value: value === unknown ? unknown : value ? "host" : undefined,
      };
    }),
    hostPaths: hostPaths(pod, podAt),
    propagations: propagationsOf(container, at),
    devices: [],
    labels,
    neverStarted: false,
  };
}

function propagationsOf(container: unknown, at: string): Located<string>[] {
  const mounts = readList(container, "volumeMounts");
  if (mounts === unknown) return [];
  return mounts
    .map((mount, index): Located<string> => ({
      path: `${at}.volumeMounts[${index}].mountPropagation`,
      value: readText(mount, "mountPropagation"),
    }))
    .filter(({ value }) => value !== undefined);
}

function annotationsOf(props: unknown): Labels {
  const annotations = read(props, "metadata", "annotations");
  if (typeof annotations !== "object" || annotations === null) return {};
  return Object.fromEntries(
    Object.keys(annotations).map((name) => [name, readText(annotations, name) ?? ""] as const),
  );
}

function hostPaths(pod: unknown, at: string): Located<string>[] {
  const volumes = readList(pod, "volumes");
  if (volumes === unknown) return [{ path: `${at}.volumes`, value: unknown }];
  return volumes.map((volume, index) => ({
    path: `${at}.volumes[${index}].hostPath.path`,
    value: readText(volume, "hostPath", "path"),
  }));
}

/** Stands for containers that only the deploy will know: the image's policy refuses it. */
function unknownContainer(path: string): ContainerCore {
  const nothing = { path, value: undefined };
  const environment: EnvironmentEntry[] = [];
  return {
    image: { path, value: unknown },
    entrypoint: nothing,
    arguments: nothing,
    environment,
    privileged: nothing,
    namespaces: [],
    hostPaths: [],
    propagations: [],
    devices: [],
    labels: {},
    neverStarted: false,
  };
}
