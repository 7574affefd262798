import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { PulumiProject } from "../support/pulumiProject";
import { container } from "./compliantContainer";

const policies = join(__dirname, "../../policies");

/** Previews a program that declares one Docker container for each entry, the statement run on its compliant inputs. */
const preview = (containers: Record<string, string>, ...args: string[]) =>
  previewBy(policies, containers, args);

async function previewBy(pack: string, containers: Record<string, string>, args: readonly string[] = []) {
  const declarations = Object.entries(containers).map(
    ([name, change]) =>
      `{ const props = compliant(); props.mounts[0].source = "${name}-data"; ${change}; new docker.Container("${name}", props); }`,
  );
  await using project = new PulumiProject(
    `import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
const network = new docker.Network("made-by-the-program");
const compliant = (): any => (${JSON.stringify(container().props)});
${declarations.join("\n")}`,
    pack,
  );
  await project.pulumi(["stack", "init", "test"]);
  const { code, output } = await project.pulumi(["preview", "--policy-pack", pack, ...args]);
  const violations = output.matchAll(
    /\[(mandatory|advisory)\]\s+(?:\[severity: \w+\]\s+)?(\S+)\s+\(.*: ([\w-]+)\)/g,
  );
  return {
    code,
    output,
    violations: [...violations].map(([, level, id, name]) => `${level} ${name}: ${id}`).sort(),
  };
}

test.each([
  ["Pulumi's runner for Node.js", policies],
  ["the engine itself", join(policies, "direct")],
])(
  "by %s, refuses nginx:latest, the Docker socket and a dev secret, with three findings",
  async (_by, pack) => {
    const { code, violations } = await previewBy(pack, {
      web: `props.image = "nginx:latest";
      props.volumes.push({ hostPath: "/var/run/docker.sock", containerPath: "/var/run/docker.sock" });
      props.envs.push("OAUTH_JWT_SECRET=dev-oauth-jwt-secret-change-in-prod");`,
    });
    expect(violations).toEqual([
      "mandatory web: container-image-disallow-latest",
      "mandatory web: container-mount-disallow-docker-socket",
      "mandatory web: secret-input-disallow-known-dev-value",
    ]);
    expect(code).not.toBe(0);
  },
  120_000,
);

test("sees Pulumi's secrets and stays mandatory on unknown values, in the real engine", async () => {
  const value = randomBytes(16).toString("hex");
  const { violations, output } = await preview({
    secretive: `props.envs.push(pulumi.secret("GREETING=${value}"))`,
    imageless: `props.image = network.id`,
    unknowable: `props.privileged = network.internal.apply((internal) => internal)`,
    attached: `props.networksAdvanced = [{ name: network.id }]`,
    carrier: `Object.assign(props, { start: false, mustRun: false, networkMode: "none", restart: "no" });
      for (const key of ["networksAdvanced", "readOnly", "memory", "cpus", "ulimits", "healthcheck", "ports"]) delete props[key];
      props.uploads = [{ file: "/run/secrets/TOKEN", content: pulumi.secret("${value}") }];`,
  });
  expect(violations).toEqual([
    "mandatory imageless: container-image-disallow-latest",
    "mandatory secretive: container-environment-disallow-secret",
    "mandatory unknowable: container-process-disallow-privileged",
  ]);
  expect(output).not.toContain(value);
}, 120_000);

test("accepts a compliant program, and an exemption that both its label and the configuration give", async () => {
  const finding = "container-health-require-healthcheck";
  const exemptions = [
    { resource: "sleeper", reason: "has no service to ask", owner: "platform", expires: "2999-12-31" },
  ];
  const directory = mkdtempSync(join(tmpdir(), "apexmcp-policies-"));
  const configuration = join(directory, "policy-config.json");
  writeFileSync(configuration, JSON.stringify({ [finding]: { exemptions } }));
  const programs = {
    web: "",
    sleeper: `delete props.healthcheck; props.labels.push({ label: "apexmcp.exception.${finding}", value: "no service" })`,
  };
  try {
    const { code, violations } = await preview(programs, "--policy-pack-config", configuration);
    expect({ code, violations }).toEqual({ code: 0, violations: [`advisory sleeper: ${finding}`] });
    expect((await preview(programs)).violations).toEqual([`mandatory sleeper: ${finding}`]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}, 120_000);
