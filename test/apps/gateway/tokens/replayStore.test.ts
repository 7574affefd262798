import fc from "fast-check";
import { ReplayStore } from "../../../../apps/gateway/src/tokens/replayStore";

test("an id is taken once until it expires", () => {
  const store = new ReplayStore();
  expect(store.take("a", 100, 40)).toBeUndefined();
  expect(store.take("a", 100, 99)).toBe("replayed");
  expect(store.take("b", 160, 99)).toBeUndefined();
});

test("what has expired is forgotten, so that memory stays bounded in time", () => {
  const store = new ReplayStore();
  for (let second = 0; second < 1000; second++) store.take(`id-${second}`, second + 65, second);
  expect(store.size).toBe(65);
});

test("a full store refuses new ids and works again once old ones expire", () => {
  const store = new ReplayStore(2);
  store.take("a", 100, 40);
  store.take("b", 110, 40);
  expect(store.take("c", 110, 40)).toBe("replay-store-full");
  expect(store.take("a", 100, 40)).toBe("replayed");
  expect(store.take("c", 150, 100)).toBeUndefined();
});

test("a clock set back doesn't bring a forgotten id back", () => {
  const store = new ReplayStore();
  store.take("a", 100, 40);
  store.take("b", 200, 150);
  expect(store.take("a", 100, 40)).toBe("expired");
});

test("property: whatever the clock does, no id is taken twice", () => {
  const attempt = fc.record({
    id: fc.integer({ min: 0, max: 5 }),
    now: fc.integer({ min: 0, max: 300 }),
  });
  fc.assert(
    fc.property(fc.array(attempt, { maxLength: 200 }), (attempts) => {
      const store = new ReplayStore(4);
      const taken = new Set<number>();
      for (const { id, now } of attempts) {
        // An id belongs to one token, so its expiry is always the same.
        if (store.take(String(id), id * 40 + 65, now) !== undefined) continue;
        if (taken.has(id)) return false;
        taken.add(id);
      }
      return store.size <= 4;
    }),
  );
});
