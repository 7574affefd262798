import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { UrlVerdict } from "../../../../apps/gateway/src/egress/urlGuard";

// Starts processes or waits for real time, which a busy machine makes slow.
jest.setTimeout(60_000);

const root = join(__dirname, "../../../..");

function checkUrl(urls: string[], environment: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["-r", "ts-node/register", "apps/gateway/src/cli.ts", "check-url", ...urls],
    {
      cwd: root,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], TS_NODE_PROJECT: join(root, "tsconfig.json"), ...environment },
    },
  );
  const verdicts = stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as UrlVerdict);
  return { status, stderr, verdicts };
}

/** The part of the table that needs no name server. */
const table = readFileSync(join(__dirname, "../egress/urls.tsv"), "utf8")
  .split("\n")
  .slice(1, -1)
  .map((line) => line.split("\t") as [url: string, verdict: string, reason: string])
  .filter(([url, verdict, reason]) =>
    verdict === "allowed"
      ? !/example/i.test(url)
      : !/no address|\.5 |example/.test(reason + url) && !/vault|postgres|internal|https:\/\/[.-]/.test(url),
  );

describe("gateway check-url", () => {
  test("prints one line a URL, in order, as the table expects, and ends with 1 when one is refused", () => {
    const { status, verdicts } = checkUrl(table.map(([url]) => url));
    expect(status).toBe(1);
    expect(verdicts.map(({ url, allowed }) => [url, allowed ? "allowed" : "refused"])).toEqual(
      table.map(([url, verdict]) => [url, verdict]),
    );
    expect(table.length).toBeGreaterThan(200);
  });

  test("ends with 0 when all are allowed", () => {
    const { status, verdicts } = checkUrl(["https://1.1.1.1/"]);
    expect(verdicts).toEqual([
      { url: "https://1.1.1.1/", allowed: true, reason: null, addresses: ["1.1.1.1"] },
    ]);
    expect(status).toBe(0);
  });

  test("follows the operator's rules", () => {
    const { verdicts } = checkUrl(["https://10.20.0.1/", "https://1.1.1.1/"], {
      EGRESS_ALLOW_CIDRS: "10.20.0.0/16",
      EGRESS_DENY_CIDRS: "1.1.1.0/24, 2606::/16",
    });
    expect(verdicts.map(({ allowed }) => allowed)).toEqual([true, false]);
  });

  test("judges nothing by rules it can't read", () => {
    const { status, stderr, verdicts } = checkUrl(["https://1.1.1.1/"], { EGRESS_DENY_CIDRS: "1.1.1.0/33" });
    expect([status, verdicts]).toEqual([2, []]);
    expect(stderr).toContain("EGRESS_DENY_CIDRS holds '1.1.1.0/33'");
  });
});
