import { execa, ExecaError } from "execa";

/** Runs the docker CLI on the engine that DOCKER_HOST, the context or the socket gives; returns what it printed. */
export async function docker(args: string[], input: { timeout?: number } = {}): Promise<string> {
  const { stdout } = await execa("docker", args, { stdin: "ignore", ...input });
  return stdout;
}

/** The last line docker wrote to standard error, which says what went wrong. */
export function dockerProblem(error: unknown): string {
  if (!(error instanceof ExecaError)) return String(error);
  const lines = String(error.stderr ?? "")
    .trim()
    .split("\n");
  return lines.at(-1) || error.shortMessage;
}

/** The digests under which the engine knows an image, without their repository's name; none when it isn't there. */
export async function repoDigests(reference: string, repository: string): Promise<string[]> {
  try {
    const json = await docker(["image", "inspect", "--format", "{{json .RepoDigests}}", reference]);
    const digests = (JSON.parse(json) ?? []) as string[];
    return digests
      .filter((entry) => entry.startsWith(`${repository}@`))
      .map((entry) => entry.slice(repository.length + 1));
  } catch (error) {
    if (/no such image|not found/i.test(dockerProblem(error))) return [];
    throw error;
  }
}
