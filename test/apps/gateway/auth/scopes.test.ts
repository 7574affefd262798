import { Resources } from "../../../../apps/gateway/src/auth/resources";
import { covers, isScope } from "../../../../apps/gateway/src/auth/scopes";

describe("scopes", () => {
  test.each(["mcp:*", "mcp:github", "mcp:github:create_issue", "connectors:read", "connectors:write"])(
    "%s is one",
    (scope) => expect(isScope(scope)).toBe(true),
  );

  test.each([
    "",
    "*",
    "mcp",
    "mcp:",
    "mcp:*:x",
    "mcp:GitHub",
    "mcp:a b",
    "mcp:a:",
    "mcp:a:b:c",
    "connectors:*",
    "mcp:../x",
  ])("%j is none", (scope) => expect(isScope(scope)).toBe(false));

  test.each([
    ["mcp:*", "mcp:github", true],
    ["mcp:*", "mcp:github:create_issue", true],
    ["mcp:github", "mcp:github:create_issue", true],
    ["mcp:github", "mcp:github", true],
    ["mcp:github:create_issue", "mcp:github", false],
    ["mcp:github:create_issue", "mcp:github:create_issues", false],
    ["mcp:git", "mcp:github", false],
    ["mcp:git", "mcp:github:x", false],
    ["mcp:*", "connectors:read", false],
    ["connectors:write", "connectors:read", true],
    ["connectors:read", "connectors:write", false],
  ])("%s covers %s: %s", (held, wanted, expected) => expect(covers(held, wanted)).toBe(expected));
});

describe("Resources", () => {
  const resources = new Resources("https://mcp.example");

  test("name the metadata of each as RFC 9728 says", () => {
    expect(resources.metadata(resources.connector("github"))).toBe(
      "https://mcp.example/.well-known/oauth-protected-resource/mcp/github",
    );
  });

  test.each([
    ["https://mcp.example/api", ["connectors:read"]],
    ["https://mcp.example/mcp/github", ["mcp:github", "mcp:github:a"]],
    ["https://mcp.example/mcp/slack", ["mcp:slack"]],
    ["https://mcp.example/mcp/", undefined],
    ["https://mcp.example/mcp/github/x", undefined],
    ["https://mcp.example/mcp/github?x", undefined],
    ["https://mcp.example.evil/mcp/github", undefined],
    ["https://evil.example/api", undefined],
    ["", undefined],
  ])("give at %s the scopes %j", (resource, expected) => {
    const held = [
      "connectors:read",
      ...(resource.includes("slack") ? ["mcp:*"] : ["mcp:github", "mcp:github:a"]),
    ];
    expect(resources.scopesAt(resource, held)).toEqual(expected);
  });
});
