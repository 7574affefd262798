import { missingScope } from "../../../../apps/gateway/src/mcp/toolAccess";

const missing = (
  held: string[],
  method: string,
  name?: string,
  kind: "request" | "notification" = "request",
) => missingScope(held, "github", { kind, method, name });

test("a connector's scope is enough for all it offers", () => {
  for (const method of ["tools/call", "resources/read", "anything"])
    expect(missing(["mcp:github"], method, "search")).toBeUndefined();
});

test("a tool's scope is enough for that tool alone", () => {
  expect(missing(["mcp:github:search"], "tools/call", "search")).toBeUndefined();
  expect(missing(["mcp:github:search"], "tools/call", "delete")).toBe("mcp:github:delete");
  expect(missing(["mcp:github:search"], "tools/call", "Search")).toBe("mcp:github:Search");
});

test.each(["initialize", "ping", "server/discover", "tools/list", "logging/setLevel"])(
  "a tool's scope is enough for %s",
  (method) => expect(missing(["mcp:github:search"], method)).toBeUndefined(),
);

test.each([
  "resources/read",
  "prompts/get",
  "completion/complete",
  "tasks/get",
  "subscriptions/listen",
  "x",
  "",
])("'%s' needs the whole connector", (method) =>
  expect(missing(["mcp:github:search"], method)).toBe("mcp:github"),
);

test("a tool that no scope can name needs the whole connector", () => {
  for (const name of ['a" b', "a:b", "", "x".repeat(129), undefined])
    expect(missing(["mcp:github:search"], "tools/call", name)).toBe("mcp:github");
});

test("another connector's scopes are worth nothing", () => {
  expect(missing(["mcp:gitlab", "mcp:git:hub"], "tools/call", "search")).toBe("mcp:github:search");
});
