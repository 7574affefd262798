import { execa } from "execa";

/** What a docker command answered; a non-zero exit code is an answer too. */
export interface DockerAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The docker CLI; an argument of what needs it, so that unit tests can stand in for an engine. */
export type Docker = (
  args: readonly string[],
  options?: { readonly timeout?: number },
) => Promise<DockerAnswer>;

/** Runs the docker CLI in PATH against the engine of DOCKER_HOST or the default socket. */
export const dockerCli: Docker = async (args, { timeout = 15_000 } = {}) => {
  const result = await execa("docker", args, { reject: false, timeout });
  if (result.exitCode === undefined) {
    throw new Error(
      result.timedOut ? `docker ${args[0]}: no answer within ${timeout / 1000} s` : result.shortMessage,
    );
  }
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
};

/** Like the CLI, for a command that has to work. */
export async function dockerOrThrow(docker: Docker, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await docker(args);
  if (exitCode !== 0) throw new Error(`docker ${args[0]}: ${stderr.trim().split("\n").pop()}`);
  return stdout;
}
