import { execFile } from "node:child_process";

/** Runs Docker's command; gives its output. @throws with Docker's own words */
export function docker(args: string[], input?: Buffer, encoding: BufferEncoding = "utf8"): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      "docker",
      args,
      { encoding, maxBuffer: 16 * 1024 ** 2 },
      (error, stdout, stderr) =>
        error ? reject(new Error(stderr.trim() || error.message)) : resolve(stdout),
    );
    child.stdin?.on("error", () => undefined); // Docker's own message says why it stopped reading
    child.stdin?.end(input);
  });
}
