import { jobs } from "../../toolchain/build";
import { isNewEnough } from "../../toolchain/goToolchain";
import { progressLine, reportEvery } from "../../toolchain/progress";

const standing = { title: "Vault server", built: 2, total: 3, compiled: 412, downloaded: 90, start: 0 };

test("the line says what, how many of how many, and how long so far", () => {
  expect(progressLine({ ...standing, now: 42_000 })).toBe(
    "2 of 3 built; building Vault server: 90 modules downloaded, 412 packages compiled, 42 s",
  );
  expect(progressLine({ ...standing, now: 125_000 })).toContain("2 min 5 s");
});

test("without a terminal it is a plain line at once, then every 15 seconds", () => {
  jest.useFakeTimers();
  const written: string[] = [];
  const out = { isTTY: false, write: (line: string) => written.push(line) } as unknown as NodeJS.WriteStream;
  const stop = reportEvery(() => "line", out);
  jest.advanceTimersByTime(31_000);
  stop();
  jest.advanceTimersByTime(60_000);
  expect(written).toEqual(["line\n", "line\n", "line\n"]);
  jest.useRealTimers();
});

test.each([
  [2, 24, 2],
  [8, 24, 8],
  [16, 6, 2],
  [4, 1, 1],
])("%i cores and %i GiB run %i compilers", (cores, gib, expected) => {
  expect(jobs(cores, gib * 2 ** 30)).toBe(expected);
});

test.each([
  ["1.19.8", false],
  ["1.25.9", false],
  ["1.26", true],
  ["1.26.8", true],
  ["1.30.0", true],
  ["2.0.0", true],
])("Go %s builds the modules: %s", (version, expected) => {
  expect(isNewEnough(version)).toBe(expected);
});
