import { summarise } from "./testCounts";

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((it, index) => ({ status: it, fullName: `test ${index} ${it}` })),
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
      skipped: [],
    });
  });

  it("counts a file that couldn't run as a failure", () => {
    expect(summarise(report(1, 0, file("passed", "passed"), file("failed")), 1)).toMatchObject({
      passed: 1,
      failed: 1,
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
      skipped: ["test 1 pending", "test 2 todo"],
    });
  });
});
