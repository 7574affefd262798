import fastify from "fastify";
import { loggerOptions } from "../../../../apps/gateway/src/telemetry/logging";

test("the logs hold no query, header, body, nor what an error carries along", async () => {
  const lines: string[] = [];
  const app = fastify({ logger: loggerOptions("trace", { write: (line) => lines.push(line) }) });
  app.post("/path", (request) => {
    request.log.info(
      { req: request.raw, headers: request.headers, token: "hidden", a: { secret: "hidden" } },
      "all",
    );
    throw Object.assign(new Error("told", { cause: Object.assign(new Error("why"), { data: "hidden" }) }), {
      code: "E_CODE",
      data: "hidden",
    });
  });
  await app.inject({
    method: "POST",
    url: "/path?access_token=hidden",
    headers: { authorization: "Bearer hidden", cookie: "hidden" },
    body: { hidden: "hidden" },
  });
  const text = lines.join("");
  expect(text).not.toContain("hidden");
  expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
    expect.objectContaining({
      err: expect.objectContaining({
        ...{ type: "Error", message: "told", code: "E_CODE" },
        cause: expect.objectContaining({ message: "why" }) as object,
      }) as object,
    }),
  );
  expect(text).toContain('"path":"/path"');
});
