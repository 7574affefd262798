import { readMessage } from "../../../../apps/gateway/src/mcp/message";
import { eraOf, requireSessionsVersion } from "../../../../apps/gateway/src/mcp/version";

const VERSION_FIELD = "io.modelcontextprotocol/protocolVersion";

function era(message: object, headers: Record<string, string>, claimed?: unknown) {
  const meta = claimed === undefined ? {} : { _meta: { [VERSION_FIELD]: claimed } };
  const { params = {}, ...rest } = message as { params?: object };
  const body = { jsonrpc: "2.0", ...rest, ...("result" in rest ? {} : { params: { ...params, ...meta } }) };
  try {
    return eraOf(readMessage(Buffer.from(JSON.stringify(body))), headers);
  } catch (error) {
    return (error as { code?: number }).code;
  }
}

const call = { id: 1, method: "tools/call", params: { name: "search" } };
const list = { id: 1, method: "tools/list" };
const stateless = "2026-07-28";
const headers = { "mcp-protocol-version": stateless, "mcp-method": "tools/call", "mcp-name": "search" };

describe("a message's era", () => {
  test.each([undefined, "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"])(
    "is that of sessions with the header %s",
    (version) => {
      expect(era(call, version === undefined ? {} : { "mcp-protocol-version": version })).toBe("sessions");
    },
  );

  test("is that of sessions whatever headers of the other era say", () => {
    expect(era(call, { "mcp-method": "ping", "mcp-name": "other" })).toBe("sessions");
  });

  test("is stateless when header and body say 2026-07-28", () => {
    expect(era(call, headers, stateless)).toBe("stateless");
  });

  test("is stateless for a notification with the header alone", () => {
    expect(era({ method: "notifications/x" }, { "mcp-protocol-version": stateless })).toBe("stateless");
  });
});

describe("a message is refused", () => {
  test.each(["1900-01-01", "2027-01-01", "", "2025-11-25, 2025-11-25", "x".repeat(5000)])(
    "with -32022 for the unknown version '%s'",
    (version) => {
      expect(era(list, { "mcp-protocol-version": version })).toBe(-32022);
      expect(era(list, { "mcp-protocol-version": version, "mcp-method": "tools/list" }, version)).toBe(
        -32022,
      );
    },
  );

  test("with -32022 and what is supported", () => {
    const message = readMessage(Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 7, method: "ping" })));
    expect(() => eraOf(message, { "mcp-protocol-version": "1900-01-01" })).toThrow(
      expect.objectContaining({
        id: 7,
        status: 400,
        data: {
          requested: "1900-01-01",
          supported: expect.arrayContaining([stateless, "2025-11-25"]) as string[],
        },
      }) as Error,
    );
  });

  test.each<[string, Record<string, string | undefined>]>([
    ["no version", { "mcp-protocol-version": undefined }],
    ["another version", { "mcp-protocol-version": "2025-11-25" }],
    ["no method", { "mcp-method": undefined }],
    ["another method", { "mcp-method": "tools/list" }],
    ["a method in capitals", { "mcp-method": "TOOLS/CALL" }],
    ["the method twice", { "mcp-method": "tools/call, tools/call" }],
    ["no name", { "mcp-name": undefined }],
    ["another name", { "mcp-name": "delete" }],
    ["a name that is no base64", { "mcp-name": "=?base64?***?=" }],
    ["base64 with trailing bits", { "mcp-name": "=?base64?c2VhcmNo==?=" }],
  ])("with -32020 when its headers have %s", (_, change) => {
    const changed = Object.entries({ ...headers, ...change }).filter(([, value]) => value !== undefined);
    expect(era(call, Object.fromEntries(changed) as Record<string, string>, stateless)).toBe(-32020);
  });

  test("with -32602 when its body doesn't say which version it speaks, or not in a text", () => {
    expect(era(call, headers)).toBe(-32602);
    expect(era(call, headers, 20260728)).toBe(-32602);
    expect(era(call, {}, { toString: "x" })).toBe(-32602);
  });

  test("when it is a response, which clients of 2026-07-28 don't send", () => {
    expect(era({ id: 1, result: {} }, { "mcp-protocol-version": stateless })).toBe(-32600);
  });
});

test("a name outside of ASCII is compared as it was before its encoding", () => {
  const name = "日本語 ?=";
  const encoded = `=?base64?${Buffer.from(name).toString("base64")}?=`;
  const named = { ...call, params: { name } };
  expect(era(named, { ...headers, "mcp-name": encoded }, stateless)).toBe("stateless");
  expect(era(named, { ...headers, "mcp-name": name }, stateless)).toBe("stateless");
});

test("a resource's name is its URI", () => {
  const read = { id: 1, method: "resources/read", params: { uri: "file:///a", name: "b" } };
  const of = (name: string) =>
    era(read, { ...headers, "mcp-method": "resources/read", "mcp-name": name }, stateless);
  expect([of("file:///a"), of("b")]).toEqual(["stateless", -32020]);
});

test("a request without a body needs a version that is known, if it names one", () => {
  expect(() => requireSessionsVersion({})).not.toThrow();
  expect(() => requireSessionsVersion({ "mcp-protocol-version": "2025-06-18" })).not.toThrow();
  expect(() => requireSessionsVersion({ "mcp-protocol-version": "1900-01-01" })).toThrow("Unsupported");
});
