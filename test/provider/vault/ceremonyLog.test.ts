import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CeremonyLog } from "../../../provider/vault/ceremonyLog";

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ceremony-log-"));
  path = join(directory, "ceremonies.jsonl");
  const log = CeremonyLog.open(path);
  log.append({ event: "initialised", clusterId: "c", keyFingerprint: "sha256:0123456789abcdef" });
  log.append({ event: "unsealed", clusterId: "c" });
  log.append({ event: "root token revoked", clusterId: "c", details: { accessor: "a" } });
});
afterEach(() => rmSync(directory, { recursive: true }));

const lines = () => readFileSync(path, "utf8").split("\n").filter(Boolean);
const write = (changed: string[]) => writeFileSync(path, changed.map((line) => `${line}\n`).join(""));

test("says what, when, by whom and to which Vault", () => {
  expect(CeremonyLog.open(path).entries()[0]).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
    who: expect.stringMatching(/.@./) as string,
    event: "initialised",
    clusterId: "c",
    keyFingerprint: "sha256:0123456789abcdef",
    previous: "0".repeat(64),
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("names the workflow's run", () => {
  process.env["GITHUB_RUN_ID"] = "7";
  process.env["GITHUB_ACTOR"] = "octocat";
  process.env["GITHUB_REPOSITORY"] = "o/r";
  const log = CeremonyLog.open(path);
  log.append({ event: "unsealed", clusterId: "c" });
  for (const name of ["GITHUB_RUN_ID", "GITHUB_ACTOR", "GITHUB_REPOSITORY"]) delete process.env[name];
  expect(log.entries().at(-1)?.who).toMatch(/@.* \(octocat, o\/r run 7\)$/);
});

test("shows a changed line", () => {
  const [first, second, third] = lines();
  write([first!.replace("initialised", "unsealed"), second!, third!]);
  expect(() => CeremonyLog.open(path)).toThrow(/was changed at line 2/);
});

test("shows a removed line", () => {
  const [first, , third] = lines();
  write([first!, third!]);
  expect(() => CeremonyLog.open(path)).toThrow(/was changed at line 2/);
});

test("shows a line put between", () => {
  const [first, second, third] = lines();
  write([first!, first!, second!, third!]);
  expect(() => CeremonyLog.open(path)).toThrow(/was changed at line 2/);
});

test("shows a cut end against the head noted elsewhere", () => {
  const { head } = CeremonyLog.open(path);
  write(lines().slice(0, 2));
  expect(CeremonyLog.open(path).head).not.toBe(head);
});

test("is refused where it can't be written", () => {
  expect(() => CeremonyLog.open(join(directory, "missing", "log"))).toThrow(
    /can't write the ceremony log .*ENOENT/,
  );
});

test("takes one writer at a time", () => {
  writeFileSync(`${path}.lock`, "");
  expect(() => CeremonyLog.open(path).append({ event: "unsealed", clusterId: "c" })).toThrow(
    /another ceremony is writing/,
  );
});
