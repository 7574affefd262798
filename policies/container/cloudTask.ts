import { read, readFlag, readList, readText, readTexts, unknown, type Unknown } from "../unknown";
import type { AttachedNamespace, ContainerCore, Located } from "./containerSpec";
import { namedEnvironment } from "./namedEnvironment";

/** Names under which a platform's containers have their inputs. */
interface Names {
  readonly entrypoint: string;
  readonly arguments: string;
  readonly environment: string;
}

/** Reads the inputs of `aws.ecs.TaskDefinition`, whose containers are JSON in one input. */
export function readEcsTask(props: unknown): ContainerCore[] {
  const definitions = readText(props, "containerDefinitions");
  if (definitions === undefined) return [];
  const parsed = definitions === unknown ? unknown : parseList(definitions);
  const modes = [
    ["network", "networkMode"],
    ["pid", "pidMode"],
    ["ipc", "ipcMode"],
  ] as const;
  const shared = {
    namespaces: modes.map(([namespace, path]): AttachedNamespace => ({
      namespace,
      path,
      value: readText(props, path),
    })),
    hostPaths: taskVolumes(props),
  };
  const names = { entrypoint: "entryPoint", arguments: "command", environment: "environment" };
  const fargate = readTexts(props, "requiresCompatibilities");
  const onFargate = fargate !== unknown && fargate.includes("FARGATE");
  return containersOf(parsed, "containerDefinitions", names, shared).map((container, index) => ({
    ...container,
    ...(parsed === unknown || parsed[index] === unknown
      ? {}
      : ecsPrivileges(parsed[index], index, onFargate)),
  }));
}

/** Fargate takes no security options: its tasks run in virtual machines of their own. */
function ecsPrivileges(container: unknown, index: number, onFargate: boolean): Partial<ContainerCore> {
  const path = `containerDefinitions[${index}]`;
  const linux = read(container, "linuxParameters");
  const devices = readList(linux, "devices");
  const texts = (at: string, ...keys: string[]): Located<(string | Unknown)[]> => ({
    path: `${path}.${at}`,
    value: readTexts(container, ...keys),
  });
  return {
    user: { path: `${path}.user`, value: readText(container, "user") },
    readOnly: {
      path: `${path}.readonlyRootFilesystem`,
      value: readFlag(container, "readonlyRootFilesystem"),
    },
    droppedCapabilities: texts(
      "linuxParameters.capabilities.drop",
      "linuxParameters",
      "capabilities",
      "drop",
    ),
    addedCapabilities: texts("linuxParameters.capabilities.add", "linuxParameters", "capabilities", "add"),
    ...(onFargate ? {} : { securityOptions: texts("dockerSecurityOptions", "dockerSecurityOptions") }),
    devices: (devices === unknown ? [] : devices).map((device, at): Located<string> => ({
      path: `${path}.linuxParameters.devices[${at}].hostPath`,
      value: readText(device, "hostPath"),
    })),
  };
}

/** Reads the inputs of Google Cloud Run's services and jobs, of both generations. */
export function readCloudRun(props: unknown): ContainerCore[] {
  const names = { entrypoint: "commands", arguments: "args", environment: "envs" };
  const paths = [
    ["template", "spec", "containers"],
    ["template", "template", "containers"],
    ["template", "containers"],
  ];
  const path = paths.find((candidate) => read(props, ...candidate) !== undefined);
  return path
    ? containersOf(readList(props, ...path), path.join("."), names, { namespaces: [], hostPaths: [] })
    : [];
}

function containersOf(
  containers: unknown[] | Unknown,
  at: string,
  names: Names,
  shared: Pick<ContainerCore, "namespaces" | "hostPaths">,
): ContainerCore[] {
  // One container, unknown as a whole, stands for all of them: its image is refused.
  const list = containers === unknown ? [unknown] : containers;
  return list.map((container, index) => {
    const path = containers === unknown ? at : `${at}[${index}]`;
    const texts = (key: string): Located<(string | Unknown)[]> => ({
      path: `${path}.${key}`,
      value: readTexts(container, key),
    });
    return {
      image: { path: `${path}.image`, value: readText(container, "image") },
      entrypoint: texts(names.entrypoint),
      arguments: texts(names.arguments),
      environment: namedEnvironment(container, names.environment, path),
      privileged: {
        path: `${path}.privileged`,
        value: container === unknown ? undefined : readFlag(container, "privileged"),
      },
      ...shared,
      propagations: [],
      devices: [],
      labels: {},
      neverStarted: false,
    };
  });
}

function taskVolumes(props: unknown): Located<string>[] {
  const volumes = readList(props, "volumes");
  if (volumes === unknown) return [{ path: "volumes", value: unknown }];
  return volumes.map((volume, index) => ({
    path: `volumes[${index}].hostPath`,
    value: readText(volume, "hostPath"),
  }));
}

/** Text that isn't a list of containers is refused by AWS itself; what can't be read is treated as unknown. */
function parseList(text: string): unknown[] | Unknown {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : unknown;
  } catch {
    return unknown;
  }
}
