import { call, result, startCalls, type Options } from "./calls";

const calls = startCalls();
const { send, recorded } = calls;

describe("a session", () => {
  const session = async (as?: Options["as"]) => {
    calls.answer = (_, response) =>
      response
        .writeHead(200, { "content-type": "application/json", "mcp-session-id": "upstream-id" })
        .end(result);
    const { headers } = await send({ ...call, method: "initialize" }, { as });
    return String(headers["mcp-session-id"]);
  };

  test("has another id for the agent than for the upstream", async () => {
    const id = await session();
    expect(id).not.toContain("upstream-id");
    for (const method of ["POST", "GET", "DELETE"] as const)
      await send(method === "POST" ? call : undefined, {
        method,
        headers: { "mcp-session-id": id, ...(method !== "POST" && { "content-type": undefined }) },
      });
    expect(calls.received.slice(1).map(({ method, headers }) => [method, headers["mcp-session-id"]])).toEqual(
      [
        ["POST", "upstream-id"],
        ["GET", "upstream-id"],
        ["DELETE", "upstream-id"],
      ],
    );
    expect(recorded()).toEqual([
      "mcp.message succeeded",
      "tool.call succeeded",
      "mcp.stream succeeded",
      "mcp.session_end succeeded",
    ]);
  });

  test("goes on at another replica, for its agent alone", async () => {
    const headers = { "mcp-session-id": await session() };
    await using replica = await calls.gateway.replica();
    const { address } = replica;
    expect((await send(call, { headers, address })).status).toBe(200);
    expect(calls.received.at(-1)?.headers["mcp-session-id"]).toBe("upstream-id");
    const thief = { agent: calls.gateway.newAgent() };
    expect((await send(call, { headers, address, as: thief })).status).toBe(404);
  });

  test("is not found by another agent, nor at another connector, nor by its upstream id", async () => {
    calls.gateway.connect("gitlab", calls.upstream.url);
    const id = await session();
    const before = calls.received.length;
    const stolen = { "mcp-session-id": id };
    const statuses = [
      await send(call, { headers: stolen, as: { agent: calls.gateway.newAgent() } }),
      await send(call, {
        connector: "gitlab",
        headers: { ...stolen, authorization: `Bearer ${calls.gateway.token("gitlab")}` },
      }),
      await send(call, { headers: { "mcp-session-id": "upstream-id" } }),
      await send(undefined, {
        method: "DELETE",
        headers: { ...stolen, "content-type": undefined },
        as: { agent: calls.gateway.newAgent() },
      }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([404, 404, 404, 404]);
    expect(calls.received).toHaveLength(before);
  });

  test("is resumed where the agent says, by the agent that got the event, and by nobody else", async () => {
    const [own, other] = [undefined, { agent: calls.gateway.newAgent() }];
    const sessions = [await session(own), await session(other)];
    calls.answer = (_, response) =>
      response.writeHead(200, { "content-type": "text/event-stream" }).end("id: 41\ndata: x\n\n");
    const eventId = /^id: (.*)\ndata: x\n\n$/.exec((await send(call)).text)?.[1] ?? "";
    expect(eventId).toMatch(/^[\w-]{30,}$/);
    const resume = (as: Options["as"], sessionId: string, lastEventId: string) => {
      const headers = {
        "mcp-session-id": sessionId,
        "last-event-id": lastEventId,
        "content-type": undefined,
      };
      return send(undefined, { method: "GET", headers, as });
    };
    expect((await resume(own, sessions[0]!, eventId)).status).toBe(200);
    expect(calls.received.at(-1)?.headers["last-event-id"]).toBe("41");
    const before = calls.received.length;
    for (const refused of [await resume(other, sessions[1]!, eventId), await resume(own, sessions[0]!, "41")])
      expect([refused.status, refused.json().error?.code]).toEqual([400, -32600]);
    expect(calls.received).toHaveLength(before);
    expect(recorded()).toContain("mcp.refuse refused");
  });

  test("means nothing in the stateless era", async () => {
    calls.answer = (_, response) =>
      response.writeHead(200, { "content-type": "application/json", "mcp-session-id": "x" }).end(result);
    const meta = { "io.modelcontextprotocol/protocolVersion": "2026-07-28" };
    const answered = await send(
      { ...call, params: { ...call.params, _meta: meta } },
      {
        headers: {
          "mcp-session-id": "anything",
          "last-event-id": "1",
          "mcp-protocol-version": "2026-07-28",
          "mcp-method": "tools/call",
          "mcp-name": "search",
          "mcp-param-region": "eu",
        },
      },
    );
    expect(answered.status).toBe(200);
    expect(answered.headers).not.toHaveProperty("mcp-session-id");
    expect(calls.received[0]?.headers).toMatchObject({
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "search",
      "mcp-param-region": "eu",
    });
    expect(calls.received[0]?.headers).not.toHaveProperty("mcp-session-id");
    expect(calls.received[0]?.headers).not.toHaveProperty("last-event-id");
  });
});
