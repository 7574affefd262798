import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { PulumiProject } from "../support/pulumiProject";
import { container } from "./compliantContainer";

const root = resolve(__dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "apexmcp-published-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What npm would publish, with Pulumi's SDK, that it depends on, beside it. */
function packed(): string {
  const app = join(scratch, "app");
  const pack = join(app, "node_modules/@apexmcp/hardening-policies");
  mkdirSync(pack, { recursive: true });
  const options = { cwd: join(root, "policies"), encoding: "utf8" } as const;
  const [{ filename }] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--silent", "--pack-destination", scratch], options),
  ) as [{ filename: string }];
  execFileSync("tar", ["-xzf", join(scratch, filename), "-C", pack, "--strip-components=1"]);
  mkdirSync(join(app, "node_modules/@pulumi"));
  symlinkSync(join(root, "node_modules/@pulumi/pulumi"), join(app, "node_modules/@pulumi/pulumi"));
  return pack;
}

interface Start {
  readonly environment?: Record<string, string>;
  readonly analyzer?: string;
}

async function preview(pack: string, change: string, { environment, analyzer }: Start = {}) {
  await using project = new PulumiProject(
    `import * as docker from "@pulumi/docker";
const props: any = ${JSON.stringify(container().props)};
${change}
new docker.Container("web", props);`,
    analyzer,
  );
  await project.pulumi(["stack", "init", "test"]);
  const { code, output } = await project.pulumi(["preview", "--policy-pack", pack], environment);
  return {
    code,
    output,
    findings: [...output.matchAll(/\[mandatory\]\s+(?:\[[^\]]*\]\s+)?([\w-]+)/g)].map(([, id]) => id),
  };
}

const latest = `props.image = "nginx:latest";`;

test("the published package refuses and accepts in a preview, as a folder, and checks files", async () => {
  const pack = packed();
  expect(await preview(pack, latest)).toMatchObject({ findings: ["container-image-disallow-latest"] });
  expect(await preview(pack, "")).toMatchObject({ code: 0, findings: [] });
  const direct = join(pack, "direct");
  expect(await preview(direct, latest, { analyzer: direct })).toMatchObject({
    findings: ["container-image-disallow-latest"],
  });
  const file = join(__dirname, "check/article/before/docker-compose.yml");
  const check = () =>
    execFileSync(process.execPath, [join(pack, "hardening-policies.js"), "check", file], { stdio: "pipe" });
  expect(check).toThrow(expect.objectContaining({ status: 1 }) as Error);
}, 240_000);

test("the one executable does the same, without node_modules", async () => {
  execFileSync("npm", ["run", "--silent", "executable"], { cwd: join(root, "policies"), stdio: "pipe" });
  const built = join(root, "policies/dist/hardening-policies");
  const bin = join(scratch, "bin");
  mkdirSync(bin);
  copyFileSync(built, join(bin, "pulumi-analyzer-policy-hardening"));
  rmSync(built);
  const pack = join(scratch, "pack");
  mkdirSync(pack);
  writeFileSync(join(pack, "PulumiPolicy.yaml"), "runtime: hardening\n");
  const PATH = [bin, join(root, "node_modules/.bin"), process.env.PATH].join(":");
  const start = { environment: { PATH } };
  expect(await preview(pack, latest, start)).toMatchObject({
    findings: ["container-image-disallow-latest"],
  });
  expect(await preview(pack, "", start)).toMatchObject({ code: 0, findings: [] });
  const file = join(__dirname, "check/article/before/docker-compose.yml");
  const check = () =>
    execFileSync(join(bin, "pulumi-analyzer-policy-hardening"), ["check", file], {
      stdio: "pipe",
      cwd: scratch,
    });
  expect(check).toThrow(expect.objectContaining({ status: 1 }) as Error);
}, 240_000);
