import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pulumiVersion } from "../../toolchain/parts";
import { PulumiProject } from "../support/pulumiProject";

jest.setTimeout(120_000);

const modules = join(__dirname, "../../node_modules");
const packs = mkdtempSync(join(tmpdir(), "policy-packs-"));
afterAll(() => rmSync(packs, { recursive: true }));

/** A policy pack in a folder, as `--policy-pack` takes it. */
function policyPack(name: string, code: string): string {
  const folder = join(packs, name);
  mkdirSync(folder);
  symlinkSync(modules, join(folder, "node_modules"));
  writeFileSync(join(folder, "PulumiPolicy.yaml"), "runtime: nodejs\n");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
  writeFileSync(join(folder, "index.js"), code);
  return folder;
}

async function previewWith(pack: string): Promise<{ code: number; output: string }> {
  await using project = new PulumiProject(`export const greeting = "hello";`);
  await project.pulumi(["stack", "init", "test"]);
  await project.pulumi(["config", "set", "colour", "blue"]);
  return await project.pulumi(["preview", "--policy-pack", pack]);
}

test("a policy pack knows the stack it judges, and its violation stops the preview", async () => {
  const pack = policyPack(
    "stack-pack",
    `const pulumi = require("@pulumi/pulumi");
     const { PolicyPack } = require("@pulumi/policy");
     new PolicyPack("stack-pack", { policies: [{ name: "told", description: "d", enforcementLevel: "mandatory",
       validateStack: (_, report) => report(
         ["stack", pulumi.getStack(), "of", pulumi.getProject(), new pulumi.Config("scratch").get("colour"),
          "in", require("path").basename(process.cwd())].join(" ")) }] });`,
  );
  const { code, output } = await previewWith(pack);
  expect(output).toContain("stack test of scratch blue in stack-pack");
  expect(code).not.toBe(0);
});

test("a policy pack that throws when it is loaded fails the preview with what it threw", async () => {
  const { code, output } = await previewWith(policyPack("broken-pack", `throw new Error("no such luck");`));
  expect(output).toContain("no such luck");
  expect(code).not.toBe(0);
});

test("a violation that is only advisory lets the preview pass", async () => {
  const pack = policyPack(
    "advisory-pack",
    `const { PolicyPack } = require("@pulumi/policy");
     new PolicyPack("advisory-pack", { policies: [{ name: "advice", description: "d", enforcementLevel: "advisory",
       validateStack: (_, report) => report("better not") }] });`,
  );
  const { code, output } = await previewWith(pack);
  expect(output).toContain("better not");
  expect(code).toBe(0);
});

test("a program's error, its output and its exit code reach the user", async () => {
  await using project = new PulumiProject(`console.log("before"); throw new Error("program failed");`);
  await project.pulumi(["stack", "init", "test"]);
  const { code, output } = await project.pulumi(["preview"]);
  expect(output).toContain("before");
  expect(output).toContain("program failed");
  expect(code).not.toBe(0);
});

test("pulumi about names the CLI, the language host and the runtime", async () => {
  await using project = new PulumiProject("");
  await project.pulumi(["stack", "init", "test"]);
  const { code, output } = await project.pulumi(["about", "--json"]);
  const about = JSON.parse(output.slice(output.indexOf("{"))) as {
    cliAbout: { version: string };
    plugins: { name: string; version: string | null }[];
    runtime: { language: string };
  };
  expect(about.cliAbout.version).toBe(pulumiVersion);
  expect(about.plugins).toContainEqual(
    expect.objectContaining({ name: "nodejs", version: about.cliAbout.version }),
  );
  expect(about.runtime.language).toBe("nodejs");
  expect(code).toBe(0);
});

test("pulumi install installs a program's npm packages", () => {
  const folder = mkdtempSync(join(packs, "install-"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: install\nruntime: nodejs\n");
  mkdirSync(join(folder, "thing"));
  writeFileSync(join(folder, "thing/package.json"), JSON.stringify({ name: "thing", version: "1.0.0" }));
  const dependencies = { thing: "file:./thing" };
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "install", private: true, dependencies }),
  );
  const env = {
    ...process.env,
    PATH: `${join(modules, ".bin")}:${process.env["PATH"]}`,
    PULUMI_SKIP_UPDATE_CHECK: "1",
  };
  const output = execFileSync("pulumi", ["install", "--non-interactive"], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  expect(output).toContain("Finished installing dependencies");
});
