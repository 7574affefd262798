import { readDocker, type ContainerSpec } from "../../../policies/container/containerSpec";
import { readInputs } from "../../../policies/inputs";
import { unknown } from "../../../policies/unknown";
import { container, service } from "../compliantContainer";
import { unknownValue, type TestedResource } from "../evaluate";

/** What every policy sees of a declaration. */
function seen({ type, props }: TestedResource): ContainerSpec {
  const wire: unknown = JSON.parse(JSON.stringify(props));
  return readDocker({ type, name: "web", urn: "", ...readInputs(wire) });
}

const declared = (props: object) => seen(container((all) => Object.assign(all, props)));

describe("of a container", () => {
  test("networks are those whose name can be known or can't yet, without what has none", () => {
    const networksAdvanced = [{ name: "edge" }, { aliases: ["x"] }, { name: unknownValue }];
    expect(declared({ networksAdvanced }).networks).toEqual(["edge", unknown]);
    expect(declared({ networksAdvanced: unknownValue }).networks).toEqual([]);
  });

  test("namespaces are where they are declared", () => {
    const { namespaces } = declared({ utsMode: "host", pidMode: "host", networkMode: "none" });
    expect(namespaces).toEqual(
      expect.arrayContaining([
        { namespace: "uts", path: "utsMode", value: "host" },
        { namespace: "pid", path: "pidMode", value: "host" },
        { namespace: "network", path: "networkMode", value: "none" },
        { namespace: "network", path: "networksAdvanced[0].name", value: "edge" },
      ]),
    );
  });

  test("environment is a list of NAME=value, names alone, and what is unknown", () => {
    const envs = ["A=b=c", "ALONE", "=odd", { name: "LATER", value: unknownValue }, unknownValue];
    expect(declared({ envs }).environment).toEqual([
      { path: "envs[0]", name: "A", value: "b=c" },
      { path: "envs[1]", name: "ALONE", value: undefined },
      { path: "envs[2]", name: "", value: "odd" },
      { path: "envs[3]", name: "LATER", value: unknown },
      { path: "envs[4]", value: unknown },
    ]);
  });

  test("what is unknown as a whole is one unknown of each", () => {
    const spec = declared({
      envs: unknownValue,
      ports: unknownValue,
      devices: unknownValue,
      hooks: unknownValue,
    });
    expect(spec.environment).toEqual([{ path: "envs", value: unknown }]);
    expect(spec.publishedPorts).toEqual([{ path: "ports", address: unknown, port: unknown }]);
    expect(spec.devices).toEqual([{ path: "devices", value: unknown }]);
    expect(spec.hooks).toEqual([]);
  });

  test("devices, hooks and mounts are where they are declared", () => {
    const spec = declared({
      devices: [{ hostPath: "/dev/sda" }],
      hooks: [{ user: "root", privileged: true }],
      mounts: [{ type: "volume", source: "data", target: "/data", readOnly: true }, unknownValue],
      volumes: [{ volumeName: "logs", containerPath: "/logs" }, { hostPath: "/srv" }],
    });
    expect(spec.devices).toEqual([{ path: "devices[0].hostPath", value: "/dev/sda" }]);
    expect(spec.hooks).toEqual([{ path: "hooks[0]", user: "root", privileged: true }]);
    expect(spec.volumes).toEqual([
      { path: "mounts[0]", volume: "data", readOnly: true },
      { path: "volumes[0]", volume: "logs", readOnly: undefined },
    ]);
    expect(spec.hostPaths).toEqual(
      expect.arrayContaining([
        { path: "mounts[1]", value: unknown },
        { path: "volumes[1].hostPath", value: "/srv" },
      ]),
    );
  });

  test.each<[string, object, boolean]>([
    ["is neither started nor kept running", {}, true],
    ["isn't to be restarted", { restart: "no" }, true],
    ["is started", { start: true }, false],
    ["has to run", { mustRun: true }, false],
    ["has a network", { networkMode: "bridge" }, false],
    ["is restarted", { restart: "always" }, false],
  ])("only one that can't run carries files: %s", (_what, props, expected) => {
    const carrier = { start: false, mustRun: false, networkMode: "none", restart: undefined };
    expect(declared({ ...carrier, ...props }).neverStarted).toBe(expected);
  });

  test.each<[object, boolean]>([
    [{ networksAdvanced: [] }, true],
    [{ networksAdvanced: [], networkMode: "bridge" }, true],
    [{ networksAdvanced: [], networkMode: "default" }, true],
    [{ networksAdvanced: [], networkMode: "none" }, false],
    [{ networksAdvanced: [{ name: "edge" }, { name: "bridge" }] }, true],
    [{ networksAdvanced: [{ name: "edge" }] }, false],
  ])("%j is on the default bridge: %s", (props, expected) => {
    expect(declared(props).onDefaultBridge).toBe(expected);
  });
});

describe("of a service", () => {
  const of = (change: Parameters<typeof service>[0]) => seen(service(change));

  test("networks are those whose name can be known or can't yet", () => {
    const networksAdvanceds = [{ name: "edge" }, { aliases: ["x"] }, { name: unknownValue }];
    expect(of((_, props) => (props.taskSpec.networksAdvanceds = networksAdvanceds)).networks).toEqual([
      "edge",
      unknown,
    ]);
    const spec = of((_, props) => (props.taskSpec.networksAdvanceds = unknownValue));
    expect([spec.networks, spec.namespaces]).toEqual([[], []]);
  });

  test("labels are the service's and its container's", () => {
    const { labels } = of((inner, props) => {
      props.labels = [{ label: "team", value: "platform" }];
      inner.labels = [{ label: "tier", value: "edge" }];
    });
    expect(labels).toEqual({ team: "platform", tier: "edge" });
  });

  test("environment is a map, or unknown as a whole, or nothing", () => {
    const path = "taskSpec.containerSpec.env";
    expect(of(() => {}).environment).toEqual([{ path: `${path}.PGHOST`, name: "PGHOST", value: "postgres" }]);
    expect(of((inner) => (inner.env = unknownValue)).environment).toEqual([{ path, value: unknown }]);
    expect(of((inner) => delete (inner as { env?: unknown }).env).environment).toEqual([]);
    expect(of((inner) => (inner.env = "A=b" as never)).environment).toEqual([]);
  });

  test("ports are published on every interface, and so where they can't be known", () => {
    const published = (ports: unknown) => of((_, props) => (props.endpointSpec = { ports })).publishedPorts;
    const path = "endpointSpec.ports";
    expect(published([{ publishedPort: 8443 }])).toEqual([
      { path: `${path}[0]`, address: undefined, port: 8443 },
    ]);
    expect(published(unknownValue)).toEqual([{ path, address: undefined, port: unknown }]);
  });
});

test("refuses to read what declares no Docker container", () => {
  expect(() => seen({ type: "acme:index:Thing", props: {} })).toThrow(
    "acme:index:Thing declares no Docker container",
  );
});
