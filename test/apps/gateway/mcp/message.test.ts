import fc from "fast-check";
import { MessageRefused, readMessage, type Message } from "../../../../apps/gateway/src/mcp/message";

const read = (body: string | Buffer | object): Message =>
  readMessage(Buffer.from(typeof body === "object" && !Buffer.isBuffer(body) ? JSON.stringify(body) : body));

function refusal(body: string | Buffer | object): MessageRefused {
  try {
    read(body);
  } catch (error) {
    if (error instanceof MessageRefused) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

const call = {
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name: "search", arguments: { q: "x" } },
};

describe("a message", () => {
  test("is a request, a notification or a response", () => {
    expect(read(call)).toMatchObject({ kind: "request", id: 1, method: "tools/call", name: "search" });
    expect(read({ jsonrpc: "2.0", method: "notifications/initialized" })).toMatchObject({
      kind: "notification",
      id: undefined,
      method: "notifications/initialized",
    });
    expect(read({ jsonrpc: "2.0", id: "a", result: {} })).toMatchObject({
      kind: "response",
      id: "a",
      method: "",
    });
    expect(read({ jsonrpc: "2.0", id: 0, error: { code: 1, message: "" } })).toMatchObject({
      kind: "response",
    });
  });

  test.each([
    ["tools/call", { name: "a", uri: "b" }, "a"],
    ["prompts/get", { name: "a" }, "a"],
    ["resources/read", { uri: "file:///x", name: "a" }, "file:///x"],
    ["tasks/cancel", { taskId: "t" }, "t"],
    ["tools/list", { name: "a" }, undefined],
    ["constructor", { name: "a" }, undefined],
  ])("%s tells what it is about", (method, params, name) => {
    expect(read({ jsonrpc: "2.0", id: 1, method, params }).name).toBe(name);
  });

  test("tells the version that it claims", () => {
    const params = { _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28" } };
    expect(read({ jsonrpc: "2.0", id: 1, method: "ping", params }).claimedVersion).toBe("2026-07-28");
    expect(read(call).claimedVersion).toBeUndefined();
  });
});

describe("a message is refused", () => {
  test.each<[string, string | Buffer | object, number]>([
    ["empty", "", -32700],
    ["not JSON", "{", -32700],
    ["two messages", `${JSON.stringify(call)}${JSON.stringify(call)}`, -32700],
    ["with a byte order mark", `\ufeff${JSON.stringify(call)}`, -32700],
    ["not UTF-8", Buffer.from([0x22, 0xff, 0x22]), -32700],
    ["UTF-16", Buffer.from(JSON.stringify(call), "utf16le"), -32700],
    ["nested a hundred thousand times and not closed", "[".repeat(100_000), -32700],
    ["a batch", [call, call], -32600],
    ["an empty batch", [], -32600],
    ["a batch bomb", `[${"1,".repeat(400_000)}1]`, -32600],
    ["nested a hundred thousand times", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, -32600],
    ["a number", "1", -32600],
    ["null", "null", -32600],
    ["without a version", { id: 1, method: "ping" }, -32600],
    ["of JSON-RPC 1.0", { ...call, jsonrpc: "1.0" }, -32600],
    ["with an id that is null", { ...call, id: null }, -32600],
    ["with an id that is a fraction", { ...call, id: 1.5 }, -32600],
    ["with an id that is an object", { ...call, id: {} }, -32600],
    ["with a method that is a number", { ...call, method: 1 }, -32600],
    ["with an empty method", { ...call, method: "" }, -32600],
    ["with a very long method", { ...call, method: "x".repeat(201) }, -32600],
    ["neither request nor response", { jsonrpc: "2.0", id: 1 }, -32600],
    ["a response with both outcomes", { jsonrpc: "2.0", id: 1, result: {}, error: {} }, -32600],
    ["a response to nothing", { jsonrpc: "2.0", result: {} }, -32600],
    ["a request and a response", { ...call, result: {} }, -32600],
    ["a request without an id", { jsonrpc: "2.0", method: "tools/call", params: { name: "x" } }, -32600],
    ["with params that are an array", { ...call, params: [] }, -32602],
    ["a tool call without a name", { ...call, params: {} }, -32602],
    ["a tool call whose name is no text", { ...call, params: { name: ["a"] } }, -32602],
    [
      "a tool call whose name is inherited",
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"__proto__":{"name":"a"}}}',
      -32602,
    ],
  ])("when it is %s", (_, body, code) => expect(refusal(body).code).toBe(code));

  // What one parser takes for `search` is `delete` for another one.
  test.each([
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","name":"delete"}}`,
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","NAME":"delete"}}`,
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","n\\u0061me":"delete"}}`,
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search"},"params":{"name":"delete"}}`,
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search"},"Params":{"name":"delete"}}`,
    `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"name":"x"},"method":"tools/call"}`,
    `{"jsonrpc":"2.0","id":1,"method":"ping","param\u017f":1,"params":{}}`,
    `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"a":1,"x":[{"y":"}"}],"A":2}}}`,
  ])("when a parser could read it in another way: %s", (body) =>
    expect(refusal(body)).toMatchObject({
      code: -32600,
      message: expect.stringContaining("twice") as string,
    }),
  );

  test("not for keys of the arguments, which are the tool's own affair", () => {
    const text = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{"a":1,"A":2,"a":3,"_meta":{"b":1,"b":2},
      "x":[{"name":"\\"","name":"\\\\"}]},"name":"search","_meta":{"a":{"b":1,"b":2}}}}`;
    expect(read(text).name).toBe("search");
  });

  test("with the id of what it answers, when that can be read", () => {
    expect(refusal({ ...call, id: "x", params: [] }).id).toBe("x");
    expect(refusal("{").id).toBeUndefined();
  });
});

describe("any bytes", () => {
  const outcome = (body: Buffer) => {
    try {
      return readMessage(body);
    } catch (error) {
      if (!(error instanceof MessageRefused)) throw error;
      return error.code;
    }
  };

  test("are read or refused, never worse", () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
    const texts = fc.oneof(fc.string(), fc.json()).map((text) => Buffer.from(text));
    const broken = fc
      .tuple(fc.nat(120), fc.string({ maxLength: 5 }))
      .map(([at, text]) =>
        Buffer.from(JSON.stringify(call).slice(0, at) + text + JSON.stringify(call).slice(at)),
      );
    fc.assert(
      fc.property(fc.oneof(bytes, texts, broken), (body) => void outcome(body)),
      { numRuns: 5000 },
    );
  });

  test("are read as JSON.parse reads them, wherever no key is ambiguous", () => {
    const key = fc.oneof(
      fc.string(),
      fc.constantFrom("a", "A", '"', "\\", "name", "_meta", "params", "\\u0061"),
    );
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.integer(),
        fc.constant(null),
        fc.array(tie("value")),
        fc.dictionary(key, tie("value")),
      ),
    })).value;
    fc.assert(
      fc.property(fc.dictionary(key, value), fc.string(), (params, name) => {
        const body = Buffer.from(JSON.stringify({ ...call, params: { ...params, name } }));
        const folded = (object: unknown) =>
          Object.keys(object as object).map((text) => text.toUpperCase().toLowerCase());
        const meta = params["_meta"];
        const objects = [
          { ...params, name },
          ...(meta !== null && typeof meta === "object" && !Array.isArray(meta) ? [meta] : []),
        ];
        const ambiguous = objects.some((object) => new Set(folded(object)).size < Object.keys(object).length);
        const read = outcome(body);
        if (ambiguous) expect(read).toBe(-32600);
        else expect((read as Message).name).toBe(name);
      }),
      { numRuns: 3000 },
    );
  });
});
