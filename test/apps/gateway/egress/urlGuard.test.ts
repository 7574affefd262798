import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AddressPolicy } from "../../../../apps/gateway/src/egress/addressPolicy";
import { createResolve } from "../../../../apps/gateway/src/egress/resolver";
import { UrlGuard } from "../../../../apps/gateway/src/egress/urlGuard";

const hosts: Record<string, string[]> = {
  "public.example": ["93.184.216.34"],
  "127.0.0.1.public.example": ["93.184.216.34"],
  "many-public.example": ["93.184.216.34", "93.184.216.35", "2606:4700::1111"],
  "public-v6.example": ["2606:4700::1111"],
  "public-both.example": ["93.184.216.34", "2606:4700::1111"],
  "xn--bcher-kva.example": ["93.184.216.34"],
  "under_score.example": ["93.184.216.34"],
  "private.example": ["10.0.0.5"],
  "mixed.example": ["93.184.216.34", "10.0.0.5"],
  "mixed-v6.example": ["93.184.216.34", "fd00::5"],
  "mapped.example": ["::ffff:127.0.0.1"],
  "metadata.example": ["169.254.169.254"],
  "metadata.google.internal": ["169.254.169.254"],
  vault: ["172.20.0.3"],
  postgres: ["172.20.0.4"],
  "host.docker.internal": ["192.168.65.254"],
  "nat64.example": ["64:ff9b::808:808"],
  "6to4.example": ["2002:808:808::1"],
  "zone.example": ["fe80::1%eth0"],
  "garbage.example": ["not-an-address"],
  "empty.example": [],
};
const system = createResolve();
const resolve = (hostname: string) => {
  const name = hostname.replace(/\.$/, "");
  if (name === "localhost" || name.endsWith(".localhost")) return system(hostname);
  const addresses = hosts[name];
  return addresses ? Promise.resolve(addresses) : Promise.reject(new Error("ENOTFOUND"));
};

const table = readFileSync(join(__dirname, "urls.tsv"), "utf8")
  .split("\n")
  .slice(1, -1)
  .map((line) => line.split("\t") as [url: string, verdict: string, reason: string]);

describe("UrlGuard", () => {
  const guard = new UrlGuard(new AddressPolicy(), resolve);

  test("the table holds at least 200 URLs, each once", () => {
    expect(table.length).toBeGreaterThanOrEqual(200);
    expect(new Set(table.map(([url]) => url)).size).toBe(table.length);
  });

  test.each(table)("%s is %s: %s", async (url, verdict, reason) => {
    const answer = await guard.check(url);
    expect(answer).toMatchObject({ url, allowed: verdict === "allowed" });
    if (verdict === "allowed") expect(answer.reason).toBeNull();
    else expect(answer.reason).toContain(reason);
  });

  test.each([
    ["a tab", "https://pub\tlic.example/"],
    ["a line end", "https://public.example/\r\nHost:vault"],
    ["a NUL", "https://public.example/\0"],
    ["a DEL", "https://public.example/\u007f"],
  ])("refuses %s, which URL parsers drop or keep as they like", async (_, url) => {
    expect((await guard.check(url)).reason).toContain("control character");
  });

  test("refuses a URL of more than 2048 characters", async () => {
    const url = `https://public.example/${"a".repeat(2048)}`;
    expect((await guard.check(url)).reason).toBe("longer than 2048 characters");
  });

  test("tells every address the name has", async () => {
    const verdict = await guard.check("https://mixed.example/");
    expect(verdict.addresses).toEqual(["93.184.216.34", "10.0.0.5"]);
  });

  test("accepts http where it is told to, and still no private address", async () => {
    const relaxed = new UrlGuard(new AddressPolicy(), resolve, true);
    expect((await relaxed.check("http://public.example/")).allowed).toBe(true);
    expect((await relaxed.check("http://private.example/")).allowed).toBe(false);
    expect((await relaxed.check("ftp://public.example/")).reason).toBe(
      "the scheme is neither https nor http",
    );
  });
});
