import { hasPlaceholderWord, placeholderReason } from "../../../policies/secret/placeholder";

const words = "is made of placeholder words";
const brackets = "stands in brackets";
const run = "is a run of repeated, counted or neighbouring characters";
const entropy = "has too little entropy to have been generated";

test.each([
  ["<your token>", brackets],
  [" <your token> ", brackets],
  ["[[fill me in]]", brackets],
  ["{{{abc}}}", brackets],
  ["aaaa", run],
  ["zzz", run],
  ["1234567890", run],
  ["qwertyuiop", run],
  ["abcdefghqmx", run],
  ["abcdefgh1234", run],
  ["1qaz2wsx3edc", run],
  ["change-me", words],
  ["change_me_please", words],
  ["your secret here", words],
  ["p@ssword", words],
  ["ch@ngeme", words],
  ["not-for-production-use-dev-only", words],
  ["test123", words],
  ["example 42 secret", words],
  ["passw0rd", words],
  ["thisismysecret", words],
  ["default-xqz", words],
  ["changeme-4711081547110815", words],
  ["4711081547110815-changeme", words],
  ["supersecretjwtkey", words],
  ["q9xk", entropy],
  ["<q7>", entropy],
  ["x<your token>", words],
  ["Kitten7", entropy],
  ["KITTEN", entropy],
  ["BUTTERFLY", entropy],
  ["abcdefgqmxk", entropy],
  ["f00f00f00f00f00f00", entropy],
  ["butterfly!", entropy],
  ["Butterfly12", entropy],
])("%j %s", (value, reason) => {
  expect(placeholderReason(value)).toBe(reason);
});

test.each([
  "correcthorsebatterystaple1234567890abc",
  "Zk3fJ8qLw0sPz7Rt",
  "deadbeef-dead-4eef-8ead-deadbeefcafe",
  "0123-feed-beef-cafe-9a7b",
  "tEsTing-9fJ2kLq8Zr4Xw1Vb7Nc",
  "a1b2c3d4e5f6a7b8",
  "butterflyandmoth",
  "KITTENANDPUPPY",
  "buttermilk4711",
  "q9xk2mf",
  "xqx7xqx7xqx7",
  "def-ault",
  "default-xqzk",
  "test-itisin-xqz",
  "production-signing-key-value",
  "<Zk3fJ8qLw0>sPz7Rt",
])("%j may have been generated", (value) => {
  expect(placeholderReason(value)).toBeUndefined();
});

test("a value that repeats what it is called is none, with signs for letters too", () => {
  const reason = "repeats its own name";
  expect(placeholderReason("grafana", ["grafana"])).toBe(reason);
  expect(placeholderReason("GRAFANA", ["my-grafana-db"])).toBe(reason);
  expect(placeholderReason("gr@f@n@", ["grafana"])).toBe(reason);
  expect(placeholderReason("Zk3fJ8qLw0sPz7Rt", ["grafana"])).toBeUndefined();
});

test("one word that asks to be replaced is enough for a name", () => {
  expect(hasPlaceholderWord("my-dummy-thing")).toBe(true);
  expect(hasPlaceholderWord("my-thing")).toBe(false);
});
