import { disallowAllInterfaces } from "../../../probes/container/disallowAllInterfaces";
import { disallowDockerSocket } from "../../../probes/container/disallowDockerSocket";
import { disallowHostNamespace } from "../../../probes/container/disallowHostNamespace";
import { disallowLatest } from "../../../probes/container/disallowLatest";
import { disallowPrivileged } from "../../../probes/container/disallowPrivileged";
import { requireDigest } from "../../../probes/container/requireDigest";
import { requireDropAll } from "../../../probes/container/requireDropAll";
import { requireHealthcheck } from "../../../probes/container/requireHealthcheck";
import { requireLimits } from "../../../probes/container/requireLimits";
import { requireNoNewPrivileges } from "../../../probes/container/requireNoNewPrivileges";
import { requireNonRoot } from "../../../probes/container/requireNonRoot";
import { requireReadOnly } from "../../../probes/container/requireReadOnly";
import type { Probe } from "../../../probes/probe";
import type { Container, Target } from "../../../probes/target";
import { compliantTarget, containerIn, type Mutable } from "../compliantTarget";

type Break = (container: Mutable<Container>, target: Mutable<Target>) => void;

/** Each probe, with every way its property can be broken; each alone has to be seen. */
const cases: [Probe, Record<string, Break>][] = [
  [
    disallowLatest,
    {
      "a latest tag": ({ inspection }) => (inspection.Config.Image = "nginx:latest"),
      "a latest tag beside a digest": ({ inspection }) =>
        (inspection.Config.Image = `nginx:latest@sha256:${"0".repeat(64)}`),
      "no tag, from a registry with a port": ({ inspection }) =>
        (inspection.Config.Image = "localhost:5000/nginx"),
    },
  ],
  [
    requireDigest,
    {
      "a tag without a digest": ({ inspection }) => (inspection.Config.Image = "postgres:15"),
      "our own image with a version": ({ inspection }) => (inspection.Config.Image = "apexmcp/gateway:1.0"),
      "uncommitted files in production": ({ inspection }, target) => {
        target.environment = "prod";
        inspection.Config.Image = `apexmcp/gateway:${"0".repeat(40)}-dirty-${"1".repeat(12)}`;
      },
    },
  ],
  [disallowPrivileged, { privileged: ({ inspection }) => (inspection.HostConfig.Privileged = true) }],
  [
    disallowDockerSocket,
    {
      "the socket mounted": ({ inspection }) =>
        inspection.Mounts.push({
          Type: "bind",
          Source: "/var/run/docker.sock",
          Destination: "/docker.sock",
          RW: true,
        }),
      "the socket in the kernel's list alone": (container) =>
        (container.mounts += "\n1 2 0:3 /docker.sock /s rw - x"),
    },
  ],
  [
    disallowHostNamespace,
    Object.fromEntries(
      (["NetworkMode", "PidMode", "IpcMode", "UTSMode", "UsernsMode", "CgroupnsMode"] as const).map(
        (mode) => [
          `host ${mode}`,
          ({ inspection }: Mutable<Container>) => (inspection.HostConfig[mode] = "host"),
        ],
      ),
    ),
  ],
  [
    disallowAllInterfaces,
    Object.fromEntries(
      ["0.0.0.0", "::", "", "192.0.2.1"].map((HostIp) => [
        `published on '${HostIp}'`,
        ({ inspection }: Mutable<Container>) =>
          (inspection.NetworkSettings.Ports = { "8200/tcp": [{ HostIp, HostPort: "18200" }] }),
      ]),
    ),
  ],
  [
    requireNonRoot,
    {
      "uid 0": ({ processStatus }) => (processStatus["Uid"] = "0\t0\t0\t0"),
      "a saved uid of 0": ({ processStatus }) => (processStatus["Uid"] = "1000\t1000\t0\t1000"),
      "gid 0": ({ processStatus }) => (processStatus["Gid"] = "0\t0\t0\t0"),
    },
  ],
  [
    requireReadOnly,
    { "a writable root": (container) => (container.mounts = container.mounts.replace("/ / ro", "/ / rw")) },
  ],
  [
    requireDropAll,
    {
      "effective capabilities": ({ processStatus }) => (processStatus["CapEff"] = "00000000a80425fb"),
      "a bounding set": ({ processStatus }) => (processStatus["CapBnd"] = "0000000000000400"),
    },
  ],
  [requireNoNewPrivileges, { "new privileges": ({ processStatus }) => (processStatus["NoNewPrivs"] = "0") }],
  [
    requireLimits,
    {
      "no memory limit": ({ inspection }) =>
        Object.assign(inspection.HostConfig, { Memory: 0, MemorySwap: 0 }),
      "swap on top": ({ inspection }) => (inspection.HostConfig.MemorySwap = -1),
      "no CPU limit": ({ inspection }) => (inspection.HostConfig.NanoCpus = 0),
      "no process limit": ({ inspection }) => (inspection.HostConfig.Ulimits = null),
      "an unlimited nproc": ({ inspection }) =>
        (inspection.HostConfig.Ulimits = [{ Name: "nproc", Hard: -1 }]),
    },
  ],
  [
    requireHealthcheck,
    {
      "no healthcheck": ({ inspection }) => delete inspection.Config.Healthcheck,
      "a healthcheck switched off": ({ inspection }) => (inspection.Config.Healthcheck = { Test: ["NONE"] }),
      unhealthy: ({ inspection }) => (inspection.State.Health = { Status: "unhealthy" }),
      "not healthy yet": ({ inspection }) => (inspection.State.Health = { Status: "starting" }),
    },
  ],
];

describe.each(cases.map(([probe, breaks]) => ({ probe, breaks, finding: probe.finding })))(
  "$finding",
  ({ probe, breaks }) => {
    it("passes a compliant stack, and says how many containers it looked at", async () => {
      const observation = await probe.run(compliantTarget());
      expect(observation).toMatchObject({
        outcome: "pass",
        observed: expect.stringMatching(/^\d+ containers: /) as string,
      });
    });

    it.each(Object.entries(breaks))("fails on %s, and names the container", async (_, breakIt) => {
      const target = compliantTarget();
      breakIt(containerIn(target, "postgres"), target);
      const observation = await probe.run(target);
      expect(observation).toMatchObject({
        outcome: "fail",
        observed: expect.stringContaining("apexmcp-test-postgres: ") as string,
      });
    });
  },
);

it("lets the edge, and nobody else, be published beyond loopback", async () => {
  const target = compliantTarget();
  containerIn(target, "edge").inspection.NetworkSettings.Ports = {
    "8443/tcp": [{ HostIp: "0.0.0.0", HostPort: "443" }],
  };
  expect(await disallowAllInterfaces.run(target)).toMatchObject({ outcome: "pass" });
});

it.each([requireNonRoot, requireDropAll, requireNoNewPrivileges])(
  "$finding can't tell without /proc/1/status",
  (probe) => {
    const target = compliantTarget();
    containerIn(target, "vault").processStatus = {};
    expect(() => probe.run(target)).toThrow("apexmcp-test-vault: /proc/1/status has no");
  },
);

it("container-filesystem-require-read-only can't tell without a root file system", () => {
  const target = compliantTarget();
  containerIn(target, "vault").mounts = "";
  expect(() => requireReadOnly.run(target)).toThrow("has no root file system");
});
