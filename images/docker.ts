import { execa, ExecaError } from "execa";

/** Runs the docker CLI on the engine that DOCKER_HOST, the context or the socket gives; returns what it printed. */
export async function docker(args: string[]): Promise<string> {
  const { stdout } = await execa("docker", args, { stdin: "ignore" });
  return stdout;
}

/** Builds an image; a failure tells the end of what the build printed. */
export async function buildImage(args: string[], labels: Record<string, string>): Promise<void> {
  const named = Object.entries(labels).flatMap(([key, value]) => [
    "--label",
    `org.opencontainers.image.${key}=${value}`,
  ]);
  const result = await execa("docker", ["build", ...named, ...args], {
    stdin: "ignore",
    all: true,
    reject: false,
  });
  if (result.failed) throw new Error(result.all?.split("\n").slice(-15).join("\n") || result.shortMessage);
}

/** What went wrong, in the failed command's own words: the last line it wrote to standard error. */
export function problem(error: unknown): string {
  if (!(error instanceof ExecaError)) return error instanceof Error ? error.message : String(error);
  const { stderr, shortMessage } = error as { stderr?: unknown; shortMessage: string };
  return (typeof stderr === "string" && stderr.trim().split("\n").at(-1)) || shortMessage;
}

/** The digests under which the engine knows an image of a repository; none when it isn't there. */
export async function repoDigests(reference: string, repository: string): Promise<string[]> {
  try {
    const json = await docker(["image", "inspect", "--format", "{{json .RepoDigests}}", reference]);
    const digests = (JSON.parse(json) ?? []) as string[];
    return digests
      .filter((entry) => entry.startsWith(`${repository}@`))
      .map((entry) => entry.slice(repository.length + 1));
  } catch (error) {
    if (/no such image|not found/i.test(problem(error))) return [];
    throw new Error(`docker can't be asked for ${reference}: ${problem(error)}`, { cause: error });
  }
}
