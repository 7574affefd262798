import { execa } from "execa";

import { CommandError } from "./commandError";

/** Label of everything that a stack owns on the Docker engine; its value is the stack's name. */
export const stackLabel = "apexmcp.stack";

/** Runs the docker CLI. @throws CommandError with Docker's own words, and the fix where it is known */
export async function docker(...args: string[]): Promise<string> {
  const result = await execa("docker", args, { reject: false });
  if (result.exitCode === 0) return result.stdout;
  if (result.code === "ENOENT")
    throw new CommandError("there is no docker CLI in PATH", "install Docker: toolchain/docker.sh start");
  throw dockerFailure(args[0] ?? "", result.stderr);
}

function dockerFailure(subcommand: string, stderr: string): CommandError {
  const said = stderr.trim().split("\n").slice(-3).join(" ");
  if (/permission denied/i.test(said) && /docker\.sock|daemon socket/i.test(said)) {
    return new CommandError(
      "this user has no right to use the Docker engine",
      "sudo usermod -aG docker $USER, log in again, then run this again (or set DOCKER_HOST to an engine you may use)",
    );
  }
  if (
    /cannot connect to the docker daemon|is the docker daemon running|connection refused|no such host/i.test(
      said,
    )
  ) {
    return new CommandError(
      `no Docker engine answers at ${process.env["DOCKER_HOST"] ?? "its default socket"}`,
      "start it: toolchain/docker.sh start, or set DOCKER_HOST",
    );
  }
  return new CommandError(
    `docker ${subcommand} failed: ${said}`,
    "solve what Docker names, then run this again",
  );
}

/** Makes sure that an engine answers and that this user may use it. @throws CommandError with the fix */
export async function requireDocker(): Promise<void> {
  await docker("version", "--format={{.Server.Version}}");
}

/** One container, as far as the commands care. */
export interface StackContainer {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  /** `healthy`, `unhealthy`, `starting`, or nothing without a healthcheck. */
  readonly health: string;
  readonly ports: string;
}

/** Every container of a stack, the stopped ones too. */
export async function stackContainers(stack: string): Promise<StackContainer[]> {
  const format = "{{.ID}}\t{{.Names}}\t{{.State}}\t{{.Status}}\t{{.Ports}}";
  const out = await docker(
    "ps",
    "--all",
    "--no-trunc",
    `--filter=label=${stackLabel}=${stack}`,
    `--format=${format}`,
  );
  return lines(out).map((line) => {
    const [id = "", name = "", state = "", status = "", ports = ""] = line.split("\t");
    return { id, name, state, health: /\((?:health: )?(\w+)\)/.exec(status)?.[1] ?? "", ports };
  });
}

/** Name of the container that publishes a TCP port and the stack it belongs to, if it belongs to one. */
export async function publisherOf(port: number): Promise<{ name: string; stack: string } | undefined> {
  const format = `{{.Names}}\t{{.Label "${stackLabel}"}}`;
  const [first] = lines(await docker("ps", `--filter=publish=${port}/tcp`, `--format=${format}`));
  if (first === undefined) return undefined;
  const [name = "", stack = ""] = first.split("\t");
  return { name, stack };
}

/** Names of a stack's networks or volumes. */
export async function stackObjects(kind: "network" | "volume", stack: string): Promise<string[]> {
  return lines(await docker(kind, "ls", `--filter=label=${stackLabel}=${stack}`, "--format={{.Name}}"));
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
