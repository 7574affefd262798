import { execFile } from "node:child_process";
import { resolve } from "node:path";

const root = resolve(__dirname, "../..");

export interface Outcome {
  readonly code: number;
  /** stdout and stderr. */
  readonly output: string;
}

/** Runs one of commands/ as its make target does, in a CI job: nobody can be asked. */
export function ceremony(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], CI: "true", ...environment };
  const argv = ["-r", "ts-node/register", `commands/${name}.ts`, ...args];
  return new Promise((done) => {
    execFile(process.execPath, argv, { cwd: root, env }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
    );
  });
}
