import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { commentOnce } from "../../commands/github/pullRequestComment";

interface Comment {
  id: number;
  body: string;
  html_url: string;
}

/** The comments of pull request 7 of acme/platform, as GitHub's API serves them: up to 100 a page. */
let comments: Comment[];
let status: number;
let server: Server;

beforeEach(async () => {
  comments = [];
  status = 200;
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (data: Buffer) => (body += data.toString()));
    request.on("end", () => {
      const url = new URL(request.url ?? "", "http://localhost");
      const text = body === "" ? "" : (JSON.parse(body) as { body: string }).body;
      const answer = () => {
        if (request.method === "GET") {
          const page = Number(url.searchParams.get("page"));
          return comments.slice((page - 1) * 100, page * 100);
        }
        if (request.method === "PATCH") {
          const found = comments.find(
            ({ id }) => url.pathname === `/repos/acme/platform/issues/comments/${id}`,
          )!;
          found.body = text;
          return found;
        }
        const made = {
          id: comments.length + 1,
          body: text,
          html_url: `https://github.test/${comments.length + 1}`,
        };
        comments.push(made);
        return made;
      };
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(status === 200 ? answer() : { message: "no" }));
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  process.env["GITHUB_API_URL"] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  delete process.env["GITHUB_API_URL"];
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const write = (text: string) => commentOnce("a token", "acme/platform", 7, text);
const others = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: index + 1, body: "by somebody", html_url: "" }));

it("writes one comment, and updates it in place from then on", async () => {
  const first = await write("one change");
  expect(await write("two changes")).toBe(first);
  expect(comments.map(({ body }) => body)).toEqual([expect.stringMatching(/two changes$/)]);
});

it("finds its comment behind a hundred others, and leaves those alone", async () => {
  comments = others(150);
  await write("one change");
  await write("two changes");
  expect(comments).toHaveLength(151);
  expect(comments.filter(({ body }) => body === "by somebody")).toHaveLength(150);
});

it("cuts a long preview short enough for GitHub", async () => {
  await write(`${"x".repeat(100_000)}`);
  expect(comments[0]!.body.length).toBeLessThan(65_536);
  expect(comments[0]!.body).toMatch(/Cut short here/);
});

it("says which permission a refused token lacks", async () => {
  status = 403;
  await expect(write("one change")).rejects.toThrow(
    /GitHub refused GET repos\/acme\/platform\/issues\/7\/comments.*\(403\).*pull-requests: write/,
  );
});
