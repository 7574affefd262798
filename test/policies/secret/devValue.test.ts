import { devValueReason } from "../../../policies/secret/devValue";

test.each([
  ["in the name it repeats", "graylog", "GRAYLOG_PASSWORD", "repeats its own name"],
  ["in a line", "changeme-please\n", "password", "is made of placeholder words"],
  ["in 200 characters", "changeme".repeat(25), "password", "is made of placeholder words"],
])("knows a placeholder %s", (_where, value, name, reason) => {
  expect(devValueReason(value, name)).toBe(reason);
});

test.each([
  ["201 characters", `${"changeme".repeat(25)}!`],
  ["several lines", "changeme\nchangeme"],
  ["a reference", "${CHANGEME}"],
])("takes %s for no placeholder", (_what, value) => {
  expect(devValueReason(value, "password")).toBeUndefined();
});
