import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { withMachineLock } from "../../images/machineLock";

describe("the machine lock", () => {
  beforeEach(() => jest.spyOn(console, "error").mockImplementation(() => undefined));
  afterEach(() => jest.restoreAllMocks());

  it("lets one at a time work under a name, and says what the other waits for", async () => {
    const name = `test-${randomUUID()}`;
    const events: string[] = [];
    const work = (who: string) => async () => {
      events.push(`${who} begins`);
      await sleep(200);
      events.push(`${who} ends`);
    };
    await Promise.all([
      withMachineLock(name, "another", work("first")),
      withMachineLock(name, "another", work("second")),
    ]);
    expect(events).toEqual(["first begins", "first ends", "second begins", "second ends"]);
    expect(console.error).toHaveBeenCalledWith(expect.stringContaining("another: waiting"));
  });

  it("is free again after work that failed, and doesn't hold up work under another name", async () => {
    const name = `test-${randomUUID()}`;
    await expect(withMachineLock(name, "", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(
      await withMachineLock(name, "", () => withMachineLock(`${name}-2`, "", () => Promise.resolve(1))),
    ).toBe(1);
    expect(console.error).not.toHaveBeenCalled();
  });
});
