import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "../..");

export interface Run {
  readonly code: number;
  /** stdout and stderr. */
  readonly output: string;
}

/** A Pulumi project of a test's own, on the real engine: file backend, passphrase, the local provider plugin. */
export class PulumiProject implements AsyncDisposable {
  private readonly directory = mkdtempSync(join(tmpdir(), "pulumi-project-"));
  private readonly passphrase = randomBytes(16).toString("hex");

  /**
   * @param program index.ts; `@apexmcp/…` stands for a path from the repository's root.
   * @param analyzer folder with the executable of a policy pack whose runtime is `hardening`
   */
  constructor(program: string, analyzer?: string) {
    mkdirSync(join(this.directory, "backend"));
    symlinkSync(join(root, "node_modules"), join(this.directory, "node_modules"));
    this.write("index.ts", program.replaceAll("@apexmcp/", `${root}/`));
    this.write("package.json", JSON.stringify({ name: "scratch", main: "index.ts" }));
    this.write(
      "Pulumi.yaml",
      JSON.stringify({
        name: "scratch",
        runtime: "nodejs",
        plugins: {
          providers: [{ name: "hardening", path: join(root, "provider") }],
          analyzers: analyzer ? [{ name: "policy-hardening", path: analyzer }] : [],
        },
      }),
    );
    const compilerOptions = {
      target: "ES2022",
      module: "nodenext",
      moduleResolution: "nodenext",
      noCheck: true,
    };
    this.write("tsconfig.json", JSON.stringify({ "ts-node": { swc: true }, compilerOptions }));
  }

  /** Runs the CLI, with `environment` for the program to read. */
  pulumi(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Run> {
    const env = {
      ...process.env,
      PATH: `${join(root, "node_modules", ".bin")}:${process.env["PATH"]}`,
      PULUMI_BACKEND_URL: `file://${join(this.directory, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: this.passphrase,
      PULUMI_SKIP_UPDATE_CHECK: "1",
      ...environment,
    };
    return new Promise((done) => {
      execFile(
        "pulumi",
        [...args, "--non-interactive", "--color", "never"],
        { cwd: this.directory, env, maxBuffer: 64 << 20 },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
          done({ code, output: stdout + stderr });
        },
      );
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.directory, { recursive: true, force: true });
    return Promise.resolve();
  }

  private write(file: string, content: string): void {
    writeFileSync(join(this.directory, file), content);
  }
}
