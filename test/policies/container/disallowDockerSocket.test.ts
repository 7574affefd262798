import { accepts, refuses } from "../cases";
import { container, fileCarrier, service } from "../compliantContainer";
import { unknownValue, type TestedResource } from "../evaluate";

const mounted = (source: string) =>
  container((props) => props.mounts.push({ type: "bind", source, target: "/x" }));
const volume = (driverOpts: object): TestedResource => ({
  type: "docker:index/volume:Volume",
  props: { driver: "local", driverOpts },
});

refuses("container-mount-disallow-docker-socket", {
  ...Object.fromEntries(
    [
      "/var/run/docker.sock",
      "/run/docker.sock",
      "/var/run",
      "/run/",
      "/var",
      "/",
      "/var/run/../run//docker.sock",
      "/run/user/1000/docker.sock",
      "/run/user/1000",
      "/run/user",
      "/run/containerd/containerd.sock",
      "/run/containerd",
      "/proc/1/root",
      "/proc/1/root/run",
      "/proc",
      "/home/me/sockets/docker.sock",
      "//./pipe/docker_engine",
      "\\\\.\\pipe\\docker_engine",
    ].map((path) => [`a bind mount of ${path}`, () => mounted(path)]),
  ),
  "a volume with the socket as its host path": () =>
    container((props) => props.volumes.push({ hostPath: "/var/run/docker.sock", containerPath: "/x" })),
  "an upload of the socket": () =>
    container((props) => (props.uploads = [{ file: "/x", source: "/var/run/docker.sock" }])),
  "a mount whose volume driver binds /run": () =>
    container((props) =>
      props.mounts.push({
        type: "volume",
        target: "/x",
        volumeOptions: { driverOptions: { device: "/run", o: "bind" } },
      }),
    ),
  "a volume that binds /var/run": () => volume({ type: "none", o: "bind", device: "/var/run" }),
  "a mount of the socket in a container that never starts": () =>
    fileCarrier((props) => props.volumes.push({ hostPath: "/var/run/docker.sock", containerPath: "/x" })),
  "a service's bind mount": () =>
    service((spec) => spec.mounts.push({ type: "bind", source: "/var/run/docker.sock", target: "/x" })),
  "a source unknown until deployed": () => mounted(unknownValue),
  "a host path unknown until deployed": () =>
    container((props) => props.volumes.push({ hostPath: unknownValue, containerPath: "/x" })),
  "a mount type unknown until deployed, with the socket as its source": () =>
    container((props) => props.mounts.push({ type: unknownValue, source: "/run/docker.sock", target: "/x" })),
  "mounts unknown as a whole": () => container((props) => (props.mounts = unknownValue)),
  "volumes unknown as a whole": () => container((props) => (props.volumes = unknownValue)),
});

accepts({
  "named volumes": () => container(),
  "a volume whose name is unknown until deployed": () =>
    container((props) => props.mounts.push({ type: "volume", source: unknownValue, target: "/x" })),
  "a container's volumes, unknown until deployed": () =>
    container((props) => (props.volumes = [{ fromContainer: unknownValue }])),
  "a host directory beside the socket's": () => mounted("/var/lib/app"),
  "a directory whose name only begins like the socket's": () => mounted("/var/running"),
  "a volume without a device": () => volume({}),
  "a volume of an NFS server": () => volume({ type: "nfs", device: ":/export", o: "addr=10.0.0.1" }),
});
