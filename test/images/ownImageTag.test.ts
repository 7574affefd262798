import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { ownImageTag } from "../../images/ownImages";

describe("the tag of an image of our own", () => {
  let checkout: string;
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], {
      cwd: checkout,
      encoding: "utf8",
    }).trim();
  const write = (file: string, content: string) => {
    mkdirSync(dirname(join(checkout, file)), { recursive: true });
    writeFileSync(join(checkout, file), content);
  };
  const commit = () => {
    git("add", ".");
    git("commit", "--quiet", "--message=change");
    return git("rev-parse", "HEAD");
  };

  let first: string;
  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), "gateway-tag-"));
    git("init", "--quiet");
    write(".gitignore", "dist/\n");
    write("package.json", "{}");
    write("package-lock.json", "{}");
    write("apps/gateway/src/server.ts", "1");
    first = commit();
  });
  afterEach(() => rmSync(checkout, { recursive: true }));

  it("is the commit that last touched an input, not a later one of other files", async () => {
    write("docs/guide.md", "words");
    commit();
    expect(await ownImageTag("gateway", checkout)).toBe(first);
    await expect(ownImageTag("zitadel-standin", checkout)).resolves.toBe(first);
    write("package-lock.json", '{"changed": true}');
    expect(await ownImageTag("gateway", checkout)).not.toBe(first);
    const second = commit();
    expect(await ownImageTag("gateway", checkout)).toBe(second);
  });

  it("stays clean with an ignored file and an unrelated change", async () => {
    write("apps/gateway/dist/server.js", "1");
    write("docs/guide.md", "words");
    expect(await ownImageTag("gateway", checkout)).toBe(first);
  });

  it("of a changed checkout names the content: the same again for the same, another for another", async () => {
    write("apps/gateway/src/server.ts", "2");
    const two = await ownImageTag("gateway", checkout);
    expect(two).toMatch(new RegExp(`^${first}-dirty-[0-9a-f]{12}$`));
    write("apps/gateway/src/server.ts", "3");
    expect(await ownImageTag("gateway", checkout)).not.toBe(two);
    write("apps/gateway/src/server.ts", "2");
    expect(await ownImageTag("gateway", checkout)).toBe(two);
  });

  it("counts new and deleted files", async () => {
    write("apps/gateway/src/new.ts", "1");
    const added = await ownImageTag("gateway", checkout);
    expect(added).toContain("-dirty-");
    rmSync(join(checkout, "apps/gateway/src"), { recursive: true });
    const removed = await ownImageTag("gateway", checkout);
    expect(removed).toContain("-dirty-");
    expect(removed).not.toBe(added);
  });

  it("outside a git checkout is an error that says so", async () => {
    rmSync(join(checkout, ".git"), { recursive: true });
    await expect(ownImageTag("gateway", checkout)).rejects.toThrow(/git commit.*not a git repository/);
  });
});
