import { randomBytes } from "node:crypto";

import { accepts, refuses } from "../cases";
import { evaluate, unknownValue, type TestedResource } from "../evaluate";

const image = `nginx:1.28.0@sha256:${randomBytes(32).toString("hex")}`;
const generated = randomBytes(24).toString("base64url");

type Props = Record<string, unknown>;

/** A pod of each kind that bears one, with the container's and the pod's inputs changed. */
const kinds: [string, (pod: Props) => Props][] = [
  ["kubernetes:core/v1:Pod", (pod) => ({ spec: pod })],
  ["kubernetes:core/v1:PodTemplate", (pod) => ({ template: { spec: pod } })],
  ...[
    "apps/v1:Deployment",
    "apps/v1:StatefulSet",
    "apps/v1:DaemonSet",
    "apps/v1:DeploymentPatch",
    "batch/v1:Job",
  ].map((kind): [string, (pod: Props) => Props] => [
    `kubernetes:${kind}`,
    (pod) => ({ spec: { template: { spec: pod } } }),
  ]),
  [
    "kubernetes:batch/v1:CronJob",
    (pod) => ({ spec: { jobTemplate: { spec: { template: { spec: pod } } } } }),
  ],
];
const confined = {
  runAsUser: 1000,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
const pod = (container: Props = {}, changes: Props = {}, [type, wrap] = kinds[0]!): TestedResource => ({
  type,
  props: wrap({
    containers: [{ name: "web", image, securityContext: confined, ...container }],
    ...changes,
  }),
});
const context = (changes: Props, ofPod: Props = {}) =>
  pod({ securityContext: { ...confined, ...changes } }, { securityContext: ofPod });
const task = (container: Props = {}, changes: Props = {}): TestedResource => ({
  type: "aws:ecs/taskDefinition:TaskDefinition",
  props: {
    family: "web",
    containerDefinitions: JSON.stringify([
      {
        name: "web",
        image,
        user: "1000",
        readonlyRootFilesystem: true,
        linuxParameters: { capabilities: { drop: ["ALL"] } },
        dockerSecurityOptions: ["no-new-privileges"],
        ...container,
      },
    ]),
    ...changes,
  },
});
const cloudRun = (container: Props = {}, generation: 1 | 2 | "job" = 2): TestedResource => {
  const containers = [{ image, ...container }];
  if (generation === 1)
    return { type: "gcp:cloudrun/service:Service", props: { template: { spec: { containers } } } };
  if (generation === 2)
    return { type: "gcp:cloudrunv2/service:Service", props: { template: { containers } } };
  return { type: "gcp:cloudrunv2/job:Job", props: { template: { template: { containers } } } };
};

describe("latest", () => {
  refuses("container-image-disallow-latest", {
    ...Object.fromEntries(
      kinds.map((kind) => [`in a ${kind[0]}`, () => pod({ image: "nginx:latest" }, {}, kind)]),
    ),
    "in an init container": () =>
      pod({}, { initContainers: [{ image: "nginx", securityContext: confined }] }),
    "in a container unknown until deployed": () => pod({}, { containers: [unknownValue] }),
    "in an ECS task": () => task({ image: "nginx" }),
    "in a Cloud Run service": () => cloudRun({ image: "nginx" }),
    "in a Cloud Run service of the first generation": () => cloudRun({ image: "nginx" }, 1),
    "in a Cloud Run job": () => cloudRun({ image: "nginx" }, "job"),
    "in containers unknown until deployed": () => pod({}, { containers: unknownValue }),
    "in an ECS task unknown until deployed": () => task({}, { containerDefinitions: unknownValue }),
    "in an ECS task that can't be read": () => task({}, { containerDefinitions: "[{" }),
    "in Cloud Run containers unknown until deployed": () => ({
      type: "gcp:cloudrunv2/service:Service",
      props: { template: { containers: unknownValue } },
    }),
  });
});

describe("a tag without a digest", () => {
  refuses("container-image-require-digest", {
    "in a pod": () => pod({ image: "nginx:1.28.0" }),
    "in an ECS task": () => task({ image: "nginx:1.28.0" }),
    "in Cloud Run": () => cloudRun({ image: "nginx:1.28.0" }),
  });
});

describe("a secret in the environment", () => {
  const entry = { name: "DB_PASSWORD", value: generated };
  refuses("container-environment-disallow-secret", {
    "of a pod": () => pod({ env: [entry] }),
    "of an ECS task": () => task({ environment: [entry] }),
    "of Cloud Run": () => cloudRun({ envs: [entry] }),
  });
});

describe("a secret in an annotation", () => {
  const annotated = (value: unknown): TestedResource => ({
    type: kinds[0]![0],
    props: { ...pod().props, metadata: { annotations: { "api-token": value, team: unknownValue } } },
  });
  refuses("container-label-disallow-secret", {
    "of a pod": () => annotated(generated),
    "of a pod, unknown until deployed": () => annotated(unknownValue),
  });
});

describe("privilege", () => {
  refuses("container-process-disallow-privileged", {
    "of a pod": () => context({ privileged: true }),
    "of a pod, unknown until deployed": () => context({ privileged: unknownValue }),
    "of an ECS task": () => task({ privileged: true }),
  });
});

describe("root", () => {
  refuses("container-process-require-non-root", {
    "in a pod that says nothing": () => context({ runAsUser: undefined }),
    "in a pod": () => context({ runAsUser: 0 }),
    "in a container of a pod of another user": () => context({ runAsUser: 0 }, { runAsUser: 1000 }),
    "in a pod that allows it": () => context({ runAsUser: undefined, runAsNonRoot: false }),
    "in an ECS task that says nothing": () => task({ user: undefined }),
    "in an ECS task": () => task({ user: "0:0" }),
  });
});

describe("a writable root file system", () => {
  refuses("container-filesystem-require-read-only", {
    "of a pod that says nothing": () => context({ readOnlyRootFilesystem: undefined }),
    "of an ECS task": () => task({ readonlyRootFilesystem: false }),
  });
});

describe("capabilities", () => {
  refuses("container-capability-require-drop-all", {
    "kept in a pod": () => context({ capabilities: undefined }),
    "added in a pod": () => context({ capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } }),
    "kept in an ECS task": () => task({ linuxParameters: {} }),
    "added in an ECS task": () =>
      task({ linuxParameters: { capabilities: { drop: ["ALL"], add: ["SYS_PTRACE"] } } }),
  });
});

describe("gaining privileges", () => {
  refuses("container-process-require-no-new-privileges", {
    "in a pod that says nothing": () => context({ allowPrivilegeEscalation: undefined }),
    "in a pod": () => context({ allowPrivilegeEscalation: true }),
    "in an ECS task": () => task({ dockerSecurityOptions: [] }),
  });
});

describe("no confinement", () => {
  refuses("container-security-disallow-unconfined", {
    "by seccomp": () => context({ seccompProfile: { type: "Unconfined" } }),
    "by seccomp, of the whole pod": () => context({}, { seccompProfile: { type: "Unconfined" } }),
    "by AppArmor": () => context({ appArmorProfile: { type: "Unconfined" } }),
    "of /proc": () => context({ procMount: "Unmasked" }),
    "unknown until deployed": () => context({ seccompProfile: { type: unknownValue } }),
    "of an ECS task": () => task({ dockerSecurityOptions: ["no-new-privileges", "label:disable"] }),
  });
});

describe("what of the host is inside", () => {
  refuses("container-mount-disallow-shared-propagation", {
    "a pod, both ways": () =>
      pod({ volumeMounts: [{ name: "x", mountPath: "/x", mountPropagation: "Bidirectional" }] }),
  });
  refuses("container-device-disallow-host", {
    "an ECS task": () =>
      task({
        linuxParameters: { capabilities: { drop: ["ALL"] }, devices: [{ hostPath: "/dev/sda" }] },
      }),
  });
});

describe("the engine's socket", () => {
  refuses("container-mount-disallow-docker-socket", {
    "in a pod": () => pod({}, { volumes: [{ name: "x", hostPath: { path: "/var/run/docker.sock" } }] }),
    "in an ECS task": () => task({}, { volumes: [{ name: "x", hostPath: "/var/run" }] }),
    "in a pod whose volumes are unknown": () => pod({}, { volumes: unknownValue }),
  });
});

describe("the host's namespaces", () => {
  refuses("container-namespace-disallow-host", {
    "network of a pod": () => pod({}, { hostNetwork: true }),
    "PIDs of a pod": () => pod({}, { hostPID: true }),
    "IPC of a pod": () => pod({}, { hostIPC: true }),
    "network of an ECS task": () => task({}, { networkMode: "host" }),
  });
});

describe("Vault's dev mode", () => {
  refuses("vault-server-disallow-dev-mode", {
    "in a pod": () => pod({ command: ["vault", "server"], args: ["-dev"] }),
    "in an ECS task": () => task({ entryPoint: ["vault"], command: ["server", "-dev"] }),
    "in Cloud Run": () => cloudRun({ commands: ["vault"], args: ["server", "-dev"] }),
  });
});

accepts({
  ...Object.fromEntries(kinds.map((kind) => [`a pinned ${kind[0]}`, () => pod({}, {}, kind)])),
  "a pinned ECS task": () => task(),
  "a task of Fargate, which takes no security options": () =>
    task({ dockerSecurityOptions: undefined }, { requiresCompatibilities: ["FARGATE"] }),
  "a pod that leaves the user to the image, but for root": () =>
    context({ runAsUser: undefined }, { runAsNonRoot: true }),
  "a pod of a user of its own": () => context({ runAsUser: undefined }, { runAsUser: 1000 }),
  "a pod with the runtime's seccomp profile": () => context({ seccompProfile: { type: "RuntimeDefault" } }),
  "a mount that takes changes from the host": () =>
    pod({ volumeMounts: [{ name: "x", mountPath: "/x", mountPropagation: "HostToContainer" }] }),
  "a pinned Cloud Run service": () => cloudRun(),
  "a secret of Kubernetes in the environment": () =>
    pod({ env: [{ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }] }),
  "a Kubernetes resource without a pod": () => ({
    type: "kubernetes:core/v1:Service",
    props: { spec: { type: "ClusterIP" } },
  }),
});

test("an annotation claims an exception in Kubernetes", async () => {
  const finding = "container-namespace-disallow-host";
  const resource = pod({}, { hostNetwork: true });
  resource.props.metadata = {
    annotations: { [`apexmcp.exception.${finding}`]: "is the cluster's own network agent" },
  };
  const exemptions = [{ resource: "web", reason: "network agent", owner: "platform", expires: "2999-12-31" }];
  expect((await evaluate(resource)).findings).toEqual([finding]);
  expect((await evaluate(resource, { [finding]: { exemptions } })).findings).toEqual([]);
});
