import { z } from "zod";

import { dockerOrThrow, type Docker } from "./docker";

export const services = ["vault", "postgres", "broker", "zitadel", "gateway", "edge"] as const;
export type Service = (typeof services)[number];

/** The stack's output `target`. */
const outputs = z.object({
  name: z.string(),
  environment: z.enum(["dev", "prod"]),
  publicUrl: z.url(),
  authUrl: z.url(),
  edgeUrl: z.url(),
  edgeHttpUrl: z.url(),
  vaultAddress: z.url(),
  vaultDeployerRoleId: z.string(),
  zitadel: z.object({
    address: z.url(),
    adminLogin: z.string(),
    /** When the configured password was set; ISO 8601. */
    adminPasswordSet: z.string(),
    organisationId: z.string(),
    projectId: z.string(),
    clientId: z.string(),
    machineClientId: z.string(),
  }),
  postgres: z.object({ host: z.string(), port: z.number(), database: z.string() }),
  caCertificate: z.string(),
  containers: z.record(z.enum(services), z.string()),
  secrets: z.record(z.string(), z.string().min(1)),
});
export type TargetOutputs = z.infer<typeof outputs>;

/** What `docker inspect` says of one container, as far as a probe reads it. */
export interface Inspection {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly State: { readonly Status: string; readonly Health?: { readonly Status: string } };
  readonly Config: {
    readonly Image: string;
    readonly User: string;
    readonly Env: readonly string[] | null;
    readonly Entrypoint: readonly string[] | null;
    readonly Cmd: readonly string[] | null;
    readonly Labels: Readonly<Record<string, string>> | null;
    readonly Healthcheck?: { readonly Test?: readonly string[] };
  };
  readonly HostConfig: {
    readonly Privileged: boolean;
    readonly ReadonlyRootfs: boolean;
    readonly NetworkMode: string;
    readonly PidMode: string;
    readonly IpcMode: string;
    readonly UTSMode: string;
    readonly UsernsMode: string;
    readonly CgroupnsMode?: string;
    readonly CapAdd: readonly string[] | null;
    readonly CapDrop: readonly string[] | null;
    readonly SecurityOpt: readonly string[] | null;
    readonly Memory: number;
    readonly MemorySwap: number;
    readonly NanoCpus: number;
    readonly CpuQuota: number;
    readonly PidsLimit: number | null;
    readonly Ulimits: readonly { readonly Name: string; readonly Hard: number }[] | null;
  };
  readonly Mounts: readonly {
    readonly Type: string;
    readonly Name?: string;
    readonly Source: string;
    readonly Destination: string;
    readonly RW: boolean;
  }[];
  readonly NetworkSettings: {
    readonly Ports: Readonly<Record<string, readonly { HostIp: string; HostPort: string }[] | null>>;
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string; readonly Gateway: string }>>;
  };
}

/** One running container of the stack. */
export interface Container {
  readonly service: Service;
  readonly name: string;
  readonly inspection: Inspection;
  /** /proc/1/status as read inside the container: `CapEff`, `Uid`, `NoNewPrivs`, … */
  readonly processStatus: Readonly<Record<string, string>>;
  /** /proc/1/mountinfo as read inside the container. */
  readonly mounts: string;
}

/** A live stack, as the probes see it. */
export interface Target extends Omit<TargetOutputs, "containers"> {
  readonly containers: readonly Container[];
  /** `docker inspect` of every container with the stack's label, the ones that never run too. */
  readonly inspections: readonly Inspection[];
  readonly docker: Docker;
}

/** @throws when the outputs are not a stack's */
export function targetOutputs(stackOutputs: unknown): TargetOutputs {
  const parsed = z.object({ target: outputs }).safeParse(stackOutputs);
  if (!parsed.success)
    throw new Error(`the stack's output 'target' is not what it should be: ${z.prettifyError(parsed.error)}`);
  return parsed.data.target;
}

/**
 * Looks at the live stack once, for all probes.
 *
 * @param stackOutputs `pulumi stack output --json --show-secrets`
 * @throws when the outputs are not a stack's, or a container isn't there or isn't running
 */
export async function loadTarget(stackOutputs: unknown, docker: Docker): Promise<Target> {
  const { containers: names, ...target } = targetOutputs(stackOutputs);

  const labelled = await dockerOrThrow(docker, [
    "ps",
    "--all",
    "--quiet",
    "--no-trunc",
    `--filter=label=apexmcp.stack=${target.name}`,
  ]);
  const wanted = [...Object.values(names), ...labelled.split("\n").filter((id) => id !== "")];
  const inspections = unique(
    JSON.parse(await dockerOrThrow(docker, ["inspect", "--type=container", ...wanted])) as Inspection[],
  );

  const containers = await Promise.all(
    services.map(async (service): Promise<Container> => {
      const name = names[service];
      const inspection = inspections.find(({ Name }) => Name === `/${name}`);
      if (!inspection) throw new Error(`there is no container ${name}`);
      if (inspection.State.Status !== "running")
        throw new Error(`container ${name} is ${inspection.State.Status}`);
      const image = inspections.find(({ Name }) => Name === `/${names.edge}`)?.Config.Image ?? "";
      const command =
        service === "zitadel" ? besides(name, "pid", image, cat) : ["exec", name, ...readProc[service]];
      const proc = await dockerOrThrow(docker, command);
      return { service, name, inspection, ...parseProc(proc) };
    }),
  );
  return { ...target, containers, inspections, docker };
}

const cat = ["cat", "/proc/1/status", "/proc/1/mountinfo"];
const node =
  'for (const file of ["status", "mountinfo"]) process.stdout.write(fs.readFileSync("/proc/1/" + file))';
/** The gateway's image has Node and nothing else. */
const readProc: Record<Exclude<Service, "zitadel">, readonly string[]> = {
  vault: cat,
  postgres: cat,
  edge: cat,
  broker: ["node", "-e", node],
  gateway: ["node", "-e", node],
};

/**
 * Docker's arguments that run a program in a namespace of a container that has none of its own, as Zitadel's image has
 * nothing but Zitadel.
 *
 * @param image one that has the program: the edge's
 */
export function besides(
  container: string,
  namespace: "pid" | "network",
  image: string,
  [program = "", ...args]: readonly string[],
): string[] {
  const isolated = namespace === "network" ? [] : ["--network=none"];
  return [
    ...["run", "--rm", `--${namespace}=container:${container}`, ...isolated, "--user=1000:1000"],
    ...["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--memory=64m"],
    ...[`--entrypoint=${program}`, image, ...args],
  ];
}

/** The one container of a service. */
export function containerOf(target: Target, service: Service): Container {
  const container = target.containers.find((it) => it.service === service);
  if (!container) throw new Error(`the stack has no ${service}`);
  return container;
}

/** Splits /proc/1/status (`Key:\tvalue` lines) from the /proc/1/mountinfo that follows it. */
export function parseProc(text: string): { processStatus: Record<string, string>; mounts: string } {
  const lines = text.split("\n");
  const isStatus = (line: string) => /^[A-Za-z_]+:\t/.test(line);
  return {
    processStatus: Object.fromEntries(
      lines.filter(isStatus).map((line) => {
        const [key = "", ...value] = line.split(":");
        return [key, value.join(":").trim()];
      }),
    ),
    mounts: lines.filter((line) => !isStatus(line)).join("\n"),
  };
}

function unique(inspections: Inspection[]): Inspection[] {
  return [...new Map(inspections.map((it) => [it.Id, it])).values()];
}
