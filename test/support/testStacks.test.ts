import { belongsToRun, isStale, testStackName } from "./testStacks";

const hour = 60 * 60 * 1000;
const now = Date.now();

describe("a test stack's name", () => {
  const name = testStackName("abc123", "def456", now);

  it("is one that the configuration takes", () => {
    expect(name).toMatch(/^[a-z][a-z0-9-]{1,38}[a-z0-9]$/);
  });

  it("tells which run it belongs to", () => {
    expect(belongsToRun(name, "abc123")).toBe(true);
    expect(belongsToRun(name, "def456")).toBe(false);
  });

  it("is stale after three hours, so that another run's stack is left alone", () => {
    expect(isStale(name, now + 2 * hour)).toBe(false);
    expect(isStale(name, now + 4 * hour)).toBe(true);
  });

  it.each(["apexmcp", "apexmcp-a1b2c3", "apexmcp-test-1", "other-1-abc-def"])(
    "is not %s, which is never removed",
    (other) => {
      expect(isStale(other, now + 1e6 * hour)).toBe(false);
      expect(belongsToRun(other, "abc123")).toBe(false);
    },
  );
});
