import { connect as connectHttp2 } from "node:http2";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";

import { edgeHttpPort, edgeHttpsPort, nginxConfiguration } from "../../../components/edge/nginxConfiguration";
import { headersOf } from "../../../components/edge/site";
import { nginxWith, RealNginx } from "../../support/realNginx";
import { testSite } from "../../support/testSite";

jest.setTimeout(120_000);

const site = testSite({
  publicUrl: "https://localhost",
  gateway: "behind:8443",
  authUrl: "https://auth.localhost",
  zitadel: "auth.localhost:8443",
  bodyBytes: 2048,
});
const expected = Object.keys(headersOf(site.hosts[0]!));
let nginx: RealNginx;
let ip: string;

beforeAll(async () => {
  nginx = await RealNginx.create();
  await nginx.start("behind", nginxWith("server { listen 8443; location / { return 200 $http_host; } }"));
  await nginx.start("edge", nginxConfiguration(site));
  ip = nginx.ipOf("edge");
});
afterAll(() => nginx?.[Symbol.asyncDispose]());

/** All that comes back for these bytes until nginx closes the connection. */
function answerTo(bytes: string, port = edgeHttpsPort, tls = port === edgeHttpsPort): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls
      ? connectTls({ host: ip, port, ca: nginx.caCertificate, servername: "localhost" })
      : connectTcp({ host: ip, port });
    let answer = "";
    socket.once(tls ? "secureConnect" : "connect", () => socket.write(bytes));
    socket.on("data", (data: Buffer) => (answer += data.toString("latin1")));
    socket.on("error", reject).on("close", () => resolve(answer));
  });
}

const request = (line: string, headers = "", body = "") =>
  `${line}\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n${body}`;
const long = "a".repeat(20_000);
const chunked = "Transfer-Encoding: chunked\r\n";
const tooMuch = `1000\r\n${"a".repeat(0x1000)}\r\n0\r\n\r\n`;

describe("edge-server-require-headers: nginx' own refusals carry every header once", () => {
  it.each([
    [400, "a line that is no request", "\x01nonsense\r\n\r\n"],
    [400, "no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"],
    [400, "two hosts", request("GET / HTTP/1.1", "Host: other\r\n")],
    [400, "two lengths", request("POST / HTTP/1.1", `Content-Length: 1\r\n${chunked}`)],
    [400, "a way out of the root", request("GET /../../etc/passwd HTTP/1.1")],
    [400, "a header that is too long", request("GET / HTTP/1.1", `X-A: ${long}\r\n`)],
    [405, "TRACE", request("TRACE / HTTP/1.1")],
    [413, "a body that is too long", request("POST / HTTP/1.1", "Content-Length: 4096\r\n")],
    [413, "a body that turns out too long", request("POST / HTTP/1.1", chunked, tooMuch)],
    [413, "the same where nothing is buffered", request("POST /mcp/a HTTP/1.1", chunked, tooMuch)],
    [414, "an address that is too long", request(`GET /${long} HTTP/1.1`)],
    [501, "an unknown encoding", request("POST / HTTP/1.1", "Transfer-Encoding: gzip\r\n")],
    [505, "another version", request("GET / HTTP/3.0")],
  ])("%i for %s", async (status, _what, bytes) => {
    expectHeaders(await answerTo(bytes), status);
  });

  it("400 for plain HTTP on the port of TLS", async () => {
    expectHeaders(await answerTo(request("GET / HTTP/1.1"), edgeHttpsPort, false), 400);
  });

  it.each([
    [308, "a redirect", request("GET /a?b HTTP/1.1")],
    [308, "the redirect of another host", "GET / HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n"],
    [405, "TRACE", request("TRACE / HTTP/1.1")],
    [414, "an address that is too long", request(`GET /${long} HTTP/1.1`)],
  ])("%i for %s, in plain HTTP", async (status, _what, bytes) => {
    const head = expectHeaders(await answerTo(bytes, edgeHttpPort), status);
    if (status === 308) expect(head).toMatch(/^location: https:\/\/localhost\//im);
  });
});

function expectHeaders(answer: string, status: number): string {
  const head = answer.split("\r\n\r\n")[0]!;
  expect(head.split(" ", 2)[1]).toBe(String(status));
  const times = (header: string) => head.match(new RegExp(`^${header}:`, "gim"))?.length ?? 0;
  expect(expected.filter((header) => times(header) !== 1)).toEqual([]);
  expect(head).not.toMatch(/nginx\//i); // no version
  return head;
}

it("speaks HTTP/2, with every header", async () => {
  const session = connectHttp2(`https://${ip}:${edgeHttpsPort}`, {
    ca: nginx.caCertificate,
    servername: "localhost",
  });
  try {
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      session.once("error", reject);
      const stream = session.request({ ":path": "/", ":authority": "localhost" });
      stream.once("error", reject).once("response", resolve).resume();
    });
    expect(headers[":status"]).toBe(200);
    expect(expected.filter((header) => typeof headers[header.toLowerCase()] !== "string")).toEqual([]);
  } finally {
    session.destroy();
  }
});

it("lets one address open no more than 200 requests at a time, and refuses more with 429 and Retry-After", async () => {
  // Each waits for the rest of its body.
  const waiting = Array.from({ length: 200 }, () => {
    const socket = connectTls({
      host: ip,
      port: edgeHttpsPort,
      ca: nginx.caCertificate,
      servername: "localhost",
    });
    socket.once("secureConnect", () =>
      socket.write(request("POST /mcp/a HTTP/1.1", "Content-Length: 9\r\n")),
    );
    return socket.on("error", () => undefined);
  });
  try {
    let answer = "";
    while (!answer.startsWith("HTTP/1.1 429")) answer = await answerTo(request("GET / HTTP/1.1"));
    expect(expectHeaders(answer, 429)).toMatch(/^retry-after: 1$/im);
  } finally {
    for (const socket of waiting) socket.destroy();
  }
});
