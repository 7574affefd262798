import { accepts, refuses } from "../cases";
import { container, service } from "../compliantContainer";

const mounted = (source: string) =>
  container((props) => props.mounts.push({ type: "bind", source, target: "/x" }));

refuses("container-mount-disallow-sensitive-path", {
  "a volume that binds one": () => ({
    type: "docker:index/volume:Volume",
    props: { driverOpts: { type: "none", o: "bind", device: "/etc" } },
  }),
  ...Object.fromEntries(
    [
      "/etc",
      "/etc/",
      "/etc/passwd",
      "/root/.ssh",
      "/boot",
      "/dev",
      "/sys/fs/cgroup",
      "/usr/bin",
      "/proc/sys/net",
      "/srv/../etc",
    ].map((path) => [path, () => mounted(path)]),
  ),
  "/etc through a volume": () =>
    container((props) => props.volumes.push({ hostPath: "/etc", containerPath: "/x" })),
  "/etc in a service": () =>
    service((spec) => spec.mounts.push({ type: "bind", source: "/etc", target: "/x" })),
});

accepts({
  "a directory of the application": () => mounted("/srv/app"),
  "a directory whose name only begins like a sensitive one": () => mounted("/etcetera"),
});

describe("with other directories configured", () => {
  accepts(
    { "one that isn't among them": () => mounted("/etc") },
    { "container-mount-disallow-sensitive-path": { sensitivePaths: ["/srv"] } },
  );
});
