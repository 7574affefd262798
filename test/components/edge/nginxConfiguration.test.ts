import { nginxConfiguration } from "../../../components/edge/nginxConfiguration";
import { headersOf, type Site } from "../../../components/edge/site";
import { testSite } from "../../support/testSite";

const site = testSite({ authUrl: "https://auth.test:8443" });
const configuration = nginxConfiguration(site);
const servers = configuration.split(/^ {2}server \{$/m).slice(1);
const [, gatewayRedirect = "", gateway = "", identityRedirect = "", identity = ""] = servers;

it("speaks TLS 1.2 and 1.3 only", () => {
  expect(configuration.match(/^ *ssl_protocols .*$/gm)).toEqual(["  ssl_protocols TLSv1.2 TLSv1.3;"]);
});

it("offers only ciphers with forward secrecy and authenticated encryption", () => {
  const ciphers = /ssl_ciphers (.*);/.exec(configuration)![1]!.split(":");
  expect(ciphers.filter((it) => !/^ECDHE-.*(GCM|CHACHA20)/.test(it))).toEqual([]);
});

it("redirects plain http to each host's own origin, whatever host was asked for", () => {
  expect(gatewayRedirect).toContain("return 308 https://mcp.test$request_uri;");
  expect(identityRedirect).toContain("return 308 https://auth.test:8443$request_uri;");
  expect(configuration).not.toContain("https://$host");
});

it("sends every header from every published server, on errors too", () => {
  for (const [index, server] of [gatewayRedirect, gateway, identityRedirect, identity].entries()) {
    const sent = [...server.matchAll(/^ {4}add_header (\S+) .* always;/gm)].map((match) => match[1]);
    expect(sent).toEqual([...Object.keys(headersOf(site.hosts[index < 2 ? 0 : 1]!)), "Retry-After"]);
  }
});

it("repeats every header in a location that has one of its own, which would drop its server's", () => {
  const [host, ...others] = site.hosts;
  const location = { prefix: "/docs/", limits: [], headers: { "Cache-Control": "no-store" } };
  const text = nginxConfiguration({ ...site, hosts: [{ ...host!, locations: [location] }, ...others] });
  const block = /location \/docs\/ \{[^}]*\}/.exec(text)![0];
  const sent = [...block.matchAll(/add_header (\S+) /g)].map((match) => match[1]);
  expect(sent).toEqual([...Object.keys(headersOf(host!)), "Cache-Control", "Retry-After"]);
});

it("lets a login's code go where the application's redirects are, and nowhere else", () => {
  expect(identity).toContain("$identity_policy");
  expect(configuration).toContain("form-action 'self' http://127.0.0.1:*; frame-ancestors 'none'");
});

it("turns browsers' features off on every server", () => {
  for (const server of [gatewayRedirect, gateway, identityRedirect, identity])
    for (const feature of ["camera", "geolocation", "microphone", "payment", "usb"])
      expect(server).toMatch(new RegExp(`Permissions-Policy "[^"]*\\b${feature}=\\(\\)`));
});

it("gives the upstream the client's own address, never one the client claims", () => {
  expect(configuration).toContain("proxy_set_header X-Forwarded-For $remote_addr;");
  expect(configuration).not.toContain("$proxy_add_x_forwarded_for");
  expect(configuration).not.toContain("real_ip_header");
});

it("believes a configured proxy what a client's address is", () => {
  const behind = nginxConfiguration({ ...site, trustedProxies: ["192.0.2.0/24"] });
  expect(behind).toContain("  set_real_ip_from 192.0.2.0/24;\n  real_ip_header X-Forwarded-For;");
});

it("doesn't buffer what MCP streams, in either direction", () => {
  const block = /location \/mcp\/ \{[^}]*\}/.exec(gateway)![0];
  expect(block).toContain("proxy_buffering off;");
  expect(block).toContain("proxy_request_buffering off;");
});

it("limits each client as the article says, with 429", () => {
  expect(configuration).toMatch(/zone=auth_limit:10m rate=10r\/s;/);
  expect(configuration).toMatch(/zone=identity_limit:10m rate=200r\/m;/);
  expect(gateway).toMatch(/location \/oauth\/ \{\s+limit_req zone=auth_limit burst=30 nodelay;/);
  expect(identity).toMatch(
    /location \/oauth\/v2\/ \{\s+limit_req zone=identity_limit burst=60 nodelay;\s+limit_req zone=identity_token_limit burst=10 nodelay;/,
  );
  expect(configuration).toContain("limit_req_status 429;");
});

it("verifies the identity provider's certificate", () => {
  expect(identity).toContain("proxy_ssl_verify on;");
  expect(identity).toContain("proxy_ssl_name auth.test;");
});

it("drops the upstream's own variant of each header that it sends", () => {
  for (const [index, server] of [gateway, identity].entries()) {
    const hidden = [...server.matchAll(/proxy_hide_header (\S+);/g)].map((match) => match[1]);
    expect(hidden).toEqual(Object.keys(headersOf(site.hosts[index]!)));
  }
});

describe("refuses what would break out of its directive", () => {
  const broken = (change: (copy: { -readonly [K in keyof Site]: Site[K] }) => void) => () => {
    const copy = structuredClone(site);
    change(copy);
    return nginxConfiguration(copy);
  };
  const withHeader = (value: string) =>
    broken((copy) => {
      const [host, ...others] = copy.hosts;
      const location = { prefix: "/", limits: [], headers: { "X-Note": value } };
      copy.hosts = [{ ...host!, locations: [location] }, ...others];
    });

  it.each(["a\nb", "a\r\nSet-Cookie: b", 'a"; return 200; #', "$host", "a\\", "ä"])(
    "a header %j",
    (value) => {
      expect(withHeader(value)).toThrow("can't be a header");
    },
  );

  it("an upstream's address", () => {
    const [host, ...others] = site.hosts;
    const upstream = { address: "a; return 200", connectSeconds: 1 };
    expect(broken((copy) => (copy.hosts = [{ ...host!, upstream }, ...others]))).toThrow(
      "can't stand in nginx's configuration",
    );
  });

  it("a limit that nobody declared", () => {
    expect(broken((copy) => (copy.limits = copy.limits.slice(1)))).toThrow(
      "host gateway has no limit request_limit",
    );
  });
});
