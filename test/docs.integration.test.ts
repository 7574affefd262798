import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { signingKey, verifyingKey } from "../images/signature";

jest.setTimeout(120_000);

const root = resolve(__dirname, "..");

it("makes a pair of keys for images with the commands of first-deploy.md", () => {
  const folder = mkdtempSync(join(tmpdir(), "signing-key-"));
  try {
    const page = readFileSync(join(root, "docs/first-deploy.md"), "utf8");
    const block = /```sh\n(openssl [^]*?)```/.exec(page)![1]!;
    execFileSync("bash", ["-euo", "pipefail", "-c", block], { cwd: folder, stdio: "pipe" });
    expect(signingKey(readFileSync(join(folder, "image-signing.key"), "utf8")).type).toBe("private");
    expect(verifyingKey(readFileSync(join(folder, "image-signing.pub"), "utf8")).type).toBe("public");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("lists what is installed with make doctor", () => {
  const { stdout, status } = spawnSync(process.execPath, ["-r", "ts-node/register", "commands/doctor.ts"], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  for (const part of ["Node.js", "Pulumi CLI", "Docker"]) expect(stdout).toContain(part);
  expect([0, 1]).toContain(status); // 1 where something isn't as it should be, which it names
});
