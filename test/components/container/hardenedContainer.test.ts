import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import {
  HardenedContainer,
  type HardenedContainerArgs,
} from "../../../components/container/hardenedContainer";
import { named, recordResources } from "../recordedResources";

const secretSignature = "4dabf18193072939515e22adb298388d";

function args(overrides: Partial<HardenedContainerArgs> = {}): HardenedContainerArgs {
  return {
    stackName: "acme",
    service: "api",
    image: "acme/api:0123",
    user: { uid: 1000, gid: 1000 },
    command: ["/api", "--serve"],
    networks: [],
    limits: { memoryMiB: 64, cpus: 0.5, processes: 32 },
    healthCheck: { command: ["/api", "--health"] },
    ...overrides,
  };
}

async function containerOf(overrides: Partial<HardenedContainerArgs> = {}) {
  return named(await recordResources(() => new HardenedContainer("api", args(overrides))), "api-container");
}

describe("HardenedContainer", () => {
  it("is read-only, unprivileged, without capabilities and with no way to gain privileges", async () => {
    expect(await containerOf()).toMatchObject({
      readOnly: true,
      privileged: false,
      user: "1000:1000",
      capabilities: { drops: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      cgroupnsMode: "private",
    });
  });

  it("bounds memory without swap, CPU, processes, core dumps, restarts and logs", async () => {
    expect(await containerOf()).toMatchObject({
      memory: 64,
      memorySwap: 64,
      cpus: "0.5",
      ulimits: [
        { name: "core", soft: 0, hard: 0 },
        { name: "nproc", soft: 32, hard: 32 },
      ],
      restart: "on-failure",
      maxRetryCount: 5,
      logOpts: { "max-size": "10m", "max-file": "3" },
    });
  });

  it("runs the given command and never the image's entrypoint", async () => {
    expect(await containerOf()).toMatchObject({ entrypoints: ["/api"], command: ["--serve"] });
  });

  it("has its health checked and is waited for", async () => {
    expect(await containerOf()).toMatchObject({
      healthcheck: { tests: ["CMD", "/api", "--health"] },
      wait: true,
      waitTimeout: 120,
    });
  });

  it("publishes a port on the named interface", async () => {
    const container = await containerOf({ ports: [{ address: "127.0.0.1", internal: 80, external: 8080 }] });
    expect(container["ports"]).toEqual([{ ip: "127.0.0.1", internal: 80, external: 8080, protocol: "tcp" }]);
  });

  it.each([
    { uid: 0, gid: 1 },
    { uid: 1, gid: 0 },
    { uid: -1, gid: 1 },
    { uid: 1.5, gid: 1 },
  ])("refuses the user $uid:$gid", async (user) => {
    await expect(containerOf({ user })).rejects.toThrow("isn't root");
  });

  it("keeps temporary directories in memory, without programs or devices, for its user alone", async () => {
    const container = await containerOf({ temporary: { "/tmp": 16 } });
    expect(container["tmpfs"]).toEqual({
      "/tmp": "rw,noexec,nosuid,nodev,size=16m,uid=1000,gid=1000,mode=0700",
    });
  });

  it("shows its exceptions as labels", async () => {
    const container = await containerOf({ exceptions: [{ finding: "some-finding", reason: "because" }] });
    expect(container["labels"]).toEqual([
      { label: "apexmcp.stack", value: "acme" },
      { label: "apexmcp.exception.some-finding", value: "because" },
    ]);
  });
});

describe("the files of a HardenedContainer", () => {
  const files = {
    secrets: { TOKEN: pulumi.secret("value of the token") },
    config: { "api.conf": "verbose = 1" },
  };

  it("are uploaded to a container that never starts and has no network", async () => {
    const recorded = await recordResources(() => new HardenedContainer("api", args({ files })));
    expect(named(recorded, "api-files")).toMatchObject({
      start: false,
      mustRun: false,
      networkMode: "none",
      capabilities: { drops: ["ALL"] },
      volumes: [{ containerPath: "/run/secrets" }, { containerPath: "/etc/apexmcp" }],
    });
    expect(named(recorded, "api-container")).toMatchObject({
      volumes: [{ fromContainer: "api-files-id:ro" }],
      groupAdds: ["0"],
    });
  });

  it("are readable by the container's user: secrets through their group, configuration by all", async () => {
    const recorded = await recordResources(() => new HardenedContainer("api", args({ files })));
    const uploads = named(recorded, "api-files")["uploads"] as { value: unknown };
    expect(uploads).toMatchObject({
      [secretSignature]: "1b47061264138c4ac30d75fd1eb44270",
      value: [
        { file: "/run/secrets/TOKEN", permissions: "0440" },
        {
          file: "/etc/apexmcp/api.conf",
          content: "verbose = 1",
          permissions: "0444",
        },
      ],
    });
  });

  it("don't reach the environment, labels or arguments of the container that reads them", async () => {
    expect(JSON.stringify(await containerOf({ files }))).not.toContain("value of the token");
  });
});

it("has no property that would turn hardening off", () => {
  // A new switch in the arguments has to be argued for here.
  const properties: Record<keyof HardenedContainerArgs, true> = {
    stackName: true,
    service: true,
    image: true,
    user: true,
    command: true,
    networks: true,
    limits: true,
    healthCheck: true,
    waitSeconds: true,
    stopSeconds: true,
    ports: true,
    environment: true,
    files: true,
    temporary: true,
    volumes: true,
    readOnlyVolumes: true,
    networkSettings: true,
    exceptions: true,
  };
  expect(
    Object.keys(properties).filter((it) => /privileg|capab|insecure|host|root|socket/i.test(it)),
  ).toEqual([]);
});

it("is attached to exactly the given networks", async () => {
  const recorded = await recordResources(() => {
    const network = new docker.Network("segment", { name: "acme-segment" });
    return new HardenedContainer("api", args({ networks: [{ network, alias: "api" }] }));
  });
  expect(named(recorded, "api-container")["networksAdvanced"]).toEqual([
    { name: "acme-segment", aliases: ["api"] },
  ]);
});
