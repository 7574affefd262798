import { unknown } from "../../unknown";
import type { Declared } from "../declarations";
import { child, elementsOf, entriesOf, plain, textOf, type Tree } from "../yamlTree";
import type { ComposeProject } from "./composeFile";
import { environmentOf, labelsOfFiles, type Variables } from "./environment";
import { flagOf } from "./flags";
import { addFiles, addVolumes } from "./mounts";
import { namedEntries } from "./mergeService";
import { publishedPorts } from "./ports";
import { megabytes } from "./sizes";
import { Translation } from "./translation";
import { wordsOfCommand } from "./words";

/**
 * The Pulumi resources that stand for a compose file's: a service is a `docker.Container`, so that one set of policies
 * checks both.
 *
 * @param project with its variables filled in
 */
export function translate(project: ComposeProject, variables: Variables): Declared[] {
  return [
    ...[...project.services].flatMap(([name, service]) =>
      translateService(name, service, project, variables),
    ),
    ...[...project.volumes].map(([name, volume]) => translateVolume(name, volume)),
    ...[...project.networks].map(([name, network]) => translateNetwork(name, network)),
  ];
}

function translateService(
  name: string,
  service: Tree,
  project: ComposeProject,
  variables: Variables,
): Declared[] {
  const container = new Translation("docker:index/container:Container", name, service);
  const at = (...path: string[]) => child(service, ...path);
  container.set("image", at("image"));
  setCommand(container, "entrypoints", at("entrypoint"));
  setCommand(container, "command", at("command"));
  for (const { name: variable, value, tree } of environmentOf(service, variables)) {
    const entry = value === unknown ? { name: variable, value } : `${variable}=${value}`;
    container.add("envs", entry, tree, "environment");
  }
  const labels = ["labels", "annotations"].flatMap((key) => namedEntries(at(key)));
  for (const [label, tree] of [...labelsOfFiles(service, variables), ...labels]) {
    container.add("labels", { label, value: plain(tree) ?? "" }, tree, "labels");
    container.note(`labels.${label}`, tree, `labels.${label}`);
  }
  container.set("user", at("user"));
  container.set("readOnly", at("read_only"), flagOf(at("read_only")));
  container.set("privileged", at("privileged"), flagOf(at("privileged")));
  container.props.capabilities = { drops: list(at("cap_drop")), adds: list(at("cap_add")) };
  for (const key of ["cap_drop", "cap_add"] as const) {
    const tree = at(key);
    if (tree) container.note(key === "cap_drop" ? "capabilities.drops" : "capabilities.adds", tree, key);
  }
  container.set("securityOpts", at("security_opt"));
  setModes(container, at);
  setNetworks(container, at, project);
  setLimits(container, at);
  for (const { value, tree } of publishedPorts(at("ports"))) container.add("ports", value, tree, "ports");
  addVolumes(container, service);
  addFiles(container, service, project, variables);
  elementsOf(at("devices")).forEach((tree) => {
    const source = textOf(child(tree, "source")) ?? textOf(tree)?.split(":")[0];
    container.add("devices", { hostPath: source ?? unknown }, tree, "devices");
  });
  elementsOf(at("device_cgroup_rules")).forEach((tree) => {
    container.add("devices", { hostPath: plain(tree) }, tree, "device_cgroup_rules");
  });
  for (const key of ["pre_start", "post_start", "pre_stop"]) {
    for (const tree of elementsOf(at(key))) {
      const privileged = flagOf(child(tree, "privileged"));
      container.add("hooks", { ...(plain(tree) as object), privileged }, tree, key);
    }
  }
  setHealthcheck(container, at("healthcheck"));
  setRestart(container, at);
  const declared = [container.declared()];
  const build = at("build");
  if (build?.value instanceof Map) declared.push(translateBuild(name, build));
  return declared;
}

function translateBuild(name: string, tree: Tree): Declared {
  const image = new Translation("docker:index/image:Image", name, tree);
  const args = namedEntries(child(tree, "args")).map(([key, arg]) => [
    key,
    arg.value === null ? unknown : plain(arg),
  ]);
  image.props.build = {
    args: Object.fromEntries(args) as object,
    network: list(child(tree, "network")),
    privileged: flagOf(child(tree, "privileged")),
    entitlements: list(child(tree, "entitlements")),
  };
  for (const key of ["args", "network", "privileged", "entitlements"]) {
    const part = child(tree, key);
    if (part) image.note(`build.${key}`, part, `build.${key}`);
  }
  return image.declared();
}

type At = (...path: string[]) => Tree | undefined;

const list = (tree: Tree | undefined) => (tree ? plain(tree) : undefined);

function setCommand(container: Translation, input: string, tree: Tree | undefined): void {
  const text = textOf(tree);
  container.set(input, tree, text === undefined ? undefined : wordsOfCommand(text));
  if (text === undefined && tree) container.set(input, tree);
}

function setModes(container: Translation, at: At): void {
  const modes = {
    pidMode: "pid",
    ipcMode: "ipc",
    utsMode: "uts",
    usernsMode: "userns_mode",
    cgroupnsMode: "cgroup",
    cgroupParent: "cgroup_parent",
  };
  for (const [input, key] of Object.entries(modes)) container.set(input, at(key));
}

function setNetworks(container: Translation, at: At, project: ComposeProject): void {
  container.set("networkMode", at("network_mode"));
  const networks = at("networks");
  const names = Array.isArray(networks?.value)
    ? networks.value.map((tree) => [textOf(tree) ?? unknown, tree] as const)
    : entriesOf(networks);
  for (const [key, tree] of names) {
    // Its own name, as of one that is external.
    const named = typeof key === "string" ? child(project.networks.get(key), "name") : undefined;
    container.add("networksAdvanced", { name: textOf(named) ?? key }, tree, "networks");
  }
}

function setLimits(container: Translation, at: At): void {
  const limit = (key: string) => at("deploy", "resources", "limits", key);
  const memory = at("mem_limit") ?? limit("memory");
  const size = textOf(memory);
  container.set("memory", memory, size === undefined ? unknown : megabytes(size), "mem_limit");
  container.set("cpus", at("cpus") ?? limit("cpus"));
  container.set("cpuQuota", at("cpu_quota"));
  container.set("pidsLimit", at("pids_limit") ?? limit("pids"));
  for (const [name, tree] of entriesOf(at("ulimits"))) {
    const both = tree.value instanceof Map ? undefined : tree.value;
    const limits = { name, soft: both ?? list(child(tree, "soft")), hard: both ?? list(child(tree, "hard")) };
    container.add("ulimits", limits, tree, `ulimits.${name}`);
  }
}

function setHealthcheck(container: Translation, tree: Tree | undefined): void {
  if (!tree) return;
  const test = child(tree, "test");
  const text = textOf(test);
  const disabled = flagOf(child(tree, "disable")) === true;
  const tests = disabled ? ["NONE"] : text === undefined ? list(test) : ["CMD-SHELL", text];
  container.set("healthcheck", tree, { tests });
}

function setRestart(container: Translation, at: At): void {
  const restart = at("restart");
  const policy = at("deploy", "restart_policy");
  if (restart) {
    const [mode, maximum] = (textOf(restart) ?? "").split(":");
    container.set("restart", restart, restart.value === unknown ? unknown : mode === "false" ? "no" : mode);
    container.set("maxRetryCount", restart, maximum);
  } else if (policy) {
    const condition = textOf(child(policy, "condition")) ?? "any";
    container.set(
      "restart",
      policy,
      { any: "always", none: "no" }[condition] ?? condition,
      "deploy.restart_policy",
    );
    container.set("maxRetryCount", policy, list(child(policy, "max_attempts")), "deploy.restart_policy");
  }
}

function translateVolume(name: string, tree: Tree): Declared {
  const volume = new Translation("docker:index/volume:Volume", name, tree);
  volume.set("driverOpts", child(tree, "driver_opts"));
  return volume.declared();
}

function translateNetwork(name: string, tree: Tree): Declared {
  const network = new Translation("docker:index/network:Network", name, tree);
  const own = child(tree, "name");
  network.set("name", own ?? tree, textOf(own) ?? name, "name");
  network.set("driver", child(tree, "driver"));
  network.set("internal", child(tree, "internal"), flagOf(child(tree, "internal")));
  network.set("options", child(tree, "driver_opts"));
  return network.declared();
}
