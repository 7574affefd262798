import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { AddressPolicy } from "../../../../apps/gateway/src/egress/addressPolicy";
import { GuardedClient } from "../../../../apps/gateway/src/egress/guardedClient";
import { createResolve } from "../../../../apps/gateway/src/egress/resolver";
import { UrlGuard } from "../../../../apps/gateway/src/egress/urlGuard";
import { createAuthority } from "../certificates";
import { startNameServer, type Answer, type NameServer } from "./nameServer";

const limits = { bytes: 1000, milliseconds: 400 };
let authority: string;
let nameServer: NameServer;
let names: Record<string, Answer>;
let handle: (request: IncomingMessage, response: ServerResponse) => void;
/** The one that may be reached, on 127.0.0.1, and the one that may not, on 127.0.0.2, same port. */
let allowed: Server;
let forbidden: Server;
let port: number;
let connections: { allowed: number; forbidden: number };
let guard: UrlGuard;
let client: GuardedClient;

beforeAll(async () => {
  const own = await createAuthority();
  authority = own.certificate;
  const { key, certificate: cert } = await own.sign({
    dns: ["upstream.test"],
    ip: ["127.0.0.1", "127.0.0.2"],
  });
  allowed = createServer({ key, cert, keepAliveTimeout: 60_000 }, (request, response) =>
    handle(request, response),
  );
  forbidden = createServer({ key, cert }, (_, response) => response.end("internal"));
  allowed.on("connection", () => connections.allowed++);
  forbidden.on("connection", () => connections.forbidden++);
  await once(allowed.listen(0, "127.0.0.1"), "listening");
  ({ port } = allowed.address() as AddressInfo);
  await once(forbidden.listen(port, "127.0.0.2"), "listening");
  nameServer = await startNameServer((name) => names[name] ?? "absent");
});

beforeEach(() => {
  connections = { allowed: 0, forbidden: 0 };
  names = { "upstream.test": ["127.0.0.1"] };
  handle = (_, response) => response.end("hello");
  guard = new UrlGuard(new AddressPolicy({ allow: ["127.0.0.1"] }), createResolve([nameServer.address]));
  client = new GuardedClient(guard, { limits, certificateAuthority: authority });
});

afterEach(async () => {
  expect(connections.forbidden).toBe(0);
  allowed.closeAllConnections();
  await client.close();
});

afterAll(() => {
  allowed.close();
  forbidden.close();
  nameServer.close();
});

const url = (host = "upstream.test", path = "/") => `https://${host}:${port}${path}`;
const get = async (target = url()) => text((await client.request(target, { method: "GET" })).body);

describe("GuardedClient", () => {
  test("reaches a host whose addresses are all allowed, by name and by address", async () => {
    expect(await get()).toBe("hello");
    expect(await get(url("127.0.0.1"))).toBe("hello");
  });

  test.each([
    "127.0.0.2",
    "127.2",
    "0x7f000002",
    "[::ffff:127.0.0.2]",
    "[::1]",
    "169.254.169.254",
    "localhost",
  ])("refuses %s without dialling it", async (host) => {
    await expect(get(url(host))).rejects.toMatchObject({ code: "EGRESS_REFUSED" });
  });

  test("refuses http, user information and other schemes", async () => {
    for (const bad of [`http://127.0.0.1:${port}/`, `https://u:p@127.0.0.1:${port}/`, "file:///etc/passwd"])
      await expect(get(bad)).rejects.toMatchObject({ code: "EGRESS_REFUSED" });
    expect(connections.allowed).toBe(0);
  });

  test("refuses a name that was allowed when checked and has another address when dialled", async () => {
    expect((await guard.check(url())).allowed).toBe(true);
    names["upstream.test"] = ["127.0.0.2"];
    await expect(get()).rejects.toMatchObject({
      code: "EGRESS_REFUSED",
      message: "127.0.0.2 must not be reached: loopback (RFC 1122)",
    });
  });

  test("refuses a name that answers differently each time, whenever the answer is bad", async () => {
    let good = true;
    Object.defineProperty(names, "upstream.test", {
      get: () => (good ? ["127.0.0.1"] : ["127.0.0.2"]),
    });
    for (let round = 0; round < 10; round++) {
      allowed.closeAllConnections();
      await client.close();
      client = new GuardedClient(guard, { limits, certificateAuthority: authority });
      good = round % 2 === 0;
      if (good) expect(await get()).toBe("hello");
      else await expect(get()).rejects.toMatchObject({ code: "EGRESS_REFUSED" });
    }
  });

  test.each([[["127.0.0.1", "127.0.0.2"]], [["127.0.0.1", "::1"]], [["127.0.0.1", "fd00::1"]]])(
    "refuses a name with the addresses %j, of which one is refused",
    async (addresses) => {
      names["upstream.test"] = addresses;
      await expect(get()).rejects.toMatchObject({ code: "EGRESS_REFUSED" });
      expect(connections.allowed).toBe(0);
    },
  );

  test("reuses a connection without asking again, and judges anew when it dials again", async () => {
    expect(await get()).toBe("hello");
    // The connection is free again a moment after the body's end.
    await new Promise((resolve) => setTimeout(resolve, 20));
    names["upstream.test"] = ["127.0.0.2"];
    expect(await get()).toBe("hello");
    expect(connections.allowed).toBe(1);
    allowed.closeAllConnections();
    await expect(get()).rejects.toMatchObject({ code: "EGRESS_REFUSED" });
  });

  test("two clients with different rules never share a connection", async () => {
    expect(await get()).toBe("hello");
    const stricter = new GuardedClient(
      new UrlGuard(new AddressPolicy(), createResolve([nameServer.address])),
      { limits, certificateAuthority: authority },
    );
    await expect(stricter.request(url(), { method: "GET" })).rejects.toMatchObject({
      code: "EGRESS_REFUSED",
    });
    await stricter.close();
  });

  test("fails when the name server is silent, within two seconds", async () => {
    names["upstream.test"] = "silence";
    const started = Date.now();
    await expect(get()).rejects.toMatchObject({ code: "ETIMEOUT" });
    expect(Date.now() - started).toBeLessThan(2500);
  });

  test("fails when the certificate isn't signed by a known authority", async () => {
    const wary = new GuardedClient(guard, { limits });
    await expect(wary.request(url(), { method: "GET" })).rejects.toThrow(/certificate/);
    await wary.close();
  });
});

describe("GuardedClient's redirects", () => {
  const redirect = (status: number, location: string) => {
    handle = (request, response) =>
      request.url === "/"
        ? response.writeHead(status, { location }).end("x".repeat(500))
        : void text(request).then((body) => response.end(`${request.method} ${request.url} ${body}`));
  };
  const post = async () => text((await client.request(url(), { method: "POST", body: "{}" })).body);

  test.each([307, 308])("follows %i within the origin, with method and body", async (status) => {
    redirect(status, "/mcp/?a=1");
    expect(await post()).toBe("POST /mcp/?a=1 {}");
  });

  test.each([
    ["https://169.254.169.254/latest/meta-data/", "redirects to another origin"],
    ["http://169.254.169.254/latest/meta-data/", "the scheme is not https"],
    ["https://127.0.0.2/", "redirects to another origin"],
    ["https://public.example/", "redirects to another origin"],
    ["file:///etc/passwd", "the scheme is not https"],
    ["//169.254.169.254/", "redirects to another origin"],
    ["https://u:p@upstream.test/", "holds user information"],
  ])("refuses one to %s", async (location, message) => {
    redirect(307, location);
    await expect(post()).rejects.toMatchObject({ code: "EGRESS_REFUSED", message });
  });

  test.each([301, 302, 303])("refuses a POST's %i, which would drop its body", async (status) => {
    redirect(status, "/mcp/");
    await expect(post()).rejects.toMatchObject({ code: "EGRESS_REFUSED" });
  });

  test("refuses a fourth", async () => {
    let requests = 0;
    handle = (_, response) => {
      requests++;
      response.writeHead(307, { location: "/" }).end();
    };
    await expect(post()).rejects.toMatchObject({ message: "redirects too often" });
    expect(requests).toBe(4);
  });
});

describe("GuardedClient's limits", () => {
  test.each<[string, typeof handle]>([
    [
      "without a length",
      (_, response) => void response.write("x".repeat(600), () => response.end("x".repeat(600))),
    ],
    ["with its length", (_, response) => response.end("x".repeat(1001))],
  ])("ends a response of too many bytes %s", async (_, respond) => {
    handle = respond;
    await expect(get()).rejects.toMatchObject({ code: "RESPONSE_LIMIT_EXCEEDED" });
  });

  test("passes a response of exactly the limit", async () => {
    handle = (_, response) => response.end("x".repeat(1000));
    expect((await get()).length).toBe(1000);
  });

  test.each<[string, typeof handle]>([
    ["never starts", () => undefined],
    ["never ends", (_, response) => response.write("x")],
    [
      "trickles for ever",
      (_, response) => {
        const timer = setInterval(() => response.write("x"), 50);
        response.on("close", () => clearInterval(timer));
      },
    ],
  ])("ends a response that %s", async (_, respond) => {
    handle = respond;
    await expect(get()).rejects.toMatchObject({ code: "RESPONSE_LIMIT_EXCEEDED" });
  });

  test("fails when the response is shorter than it says", async () => {
    handle = (request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("short");
      setTimeout(() => request.socket.destroy(), 20);
    };
    await expect(get()).rejects.toThrow();
  });

  test("leaves an event stream open beyond the time", async () => {
    handle = (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
      setTimeout(() => response.end("data: 2\n\n"), 700);
    };
    expect(await get()).toBe("data: 1\n\ndata: 2\n\n");
  });
});
