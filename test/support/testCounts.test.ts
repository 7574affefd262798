import { summarise } from "./testCounts";

const file = (status: string, ...tests: string[]) => ({
  status,
  name: "a.test.ts",
  message: "Cannot find module",
  assertionResults: tests.map((it, index) => ({
    status: it,
    fullName: `test ${index} ${it}`,
    failureMessages: it === "failed" ? ["\u001b[31mexpected 1\u001b[39m\nreceived 2"] : [],
  })),
});
const report = (passed: number, failed: number, ...testResults: ReturnType<typeof file>[]) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  testResults,
});

describe("counting a Jest run", () => {
  it("takes passed and failed as they are", () => {
    expect(summarise(report(2, 1, file("failed", "passed", "passed", "failed")), 1)).toEqual({
      passed: 2,
      failed: 1,
      failures: ["test 2 failed\n  expected 1\n  received 2"],
      skipped: [],
    });
  });

  it("counts a file that couldn't run as a failure", () => {
    expect(summarise(report(1, 0, file("passed", "passed"), file("failed")), 1)).toMatchObject({
      passed: 1,
      failed: 1,
      failures: ["a.test.ts\n  Cannot find module"],
    });
  });

  it("counts a run that failed without a failing test, or without a report, as a failure", () => {
    expect(summarise(report(1, 0, file("passed", "passed")), 1)).toMatchObject({ failed: 1 });
    expect(summarise(report(1, 0, file("passed", "passed")), undefined)).toMatchObject({ failed: 1 });
    expect(summarise(undefined, 0)).toMatchObject({ failed: 1 });
  });

  it("names what was skipped", () => {
    expect(summarise(report(1, 0, file("passed", "passed", "pending", "todo")), 0)).toEqual({
      passed: 1,
      failed: 0,
      failures: [],
      skipped: ["test 1 pending", "test 2 todo"],
    });
  });
});
