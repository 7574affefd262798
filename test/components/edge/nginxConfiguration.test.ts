import { nginxConfiguration } from "../../../components/edge/nginxConfiguration";

const configuration = nginxConfiguration({ gateway: "gateway:8080", publicHttpsPort: 8443 });
const servers = configuration.split(/^ {2}server \{$/m).slice(1);

it("speaks TLS 1.2 and 1.3 only", () => {
  expect(configuration.match(/^ *ssl_protocols .*$/gm)).toEqual(["  ssl_protocols TLSv1.2 TLSv1.3;"]);
});

it("offers only ciphers with forward secrecy and authenticated encryption", () => {
  const ciphers = /ssl_ciphers (.*);/.exec(configuration)![1]!.split(":");
  expect(ciphers.filter((it) => !/^ECDHE-.*(GCM|CHACHA20)/.test(it))).toEqual([]);
});

it("redirects plain http to the published https port", () => {
  expect(configuration).toContain("return 308 https://$host:8443$request_uri;");
  expect(nginxConfiguration({ gateway: "g:1", publicHttpsPort: 443 })).toContain(
    "https://$host$request_uri;",
  );
});

it("sends every security header from every published server, on errors too", () => {
  const published = servers.filter((server) => !/listen 127\.0\.0\.1:/.test(server));
  expect(published).toHaveLength(2);
  for (const server of published) {
    const sent = [...server.matchAll(/add_header (\S+) .* always;/g)].map((match) => match[1]);
    expect(sent).toEqual([
      "Strict-Transport-Security",
      "X-Content-Type-Options",
      "X-Frame-Options",
      "Referrer-Policy",
      "Permissions-Policy",
    ]);
  }
});

it("has no header in a location, which would drop those of its server", () => {
  expect(configuration).not.toMatch(/location [^}]*add_header/);
});

it("gives the gateway the client's own address, never one the client claims", () => {
  expect(configuration).toContain("proxy_set_header X-Forwarded-For $remote_addr;");
  expect(configuration).not.toContain("$proxy_add_x_forwarded_for");
});

it("doesn't buffer what the gateway streams", () => {
  expect(configuration).toContain("proxy_buffering off;");
});

it("limits each client everywhere, and harder where it authenticates, with 429", () => {
  expect(configuration).toMatch(/zone=auth_limit:10m rate=10r\/s;/);
  expect(configuration).toMatch(/location \/oauth\/ \{\s+limit_req zone=auth_limit burst=30 nodelay;/);
  expect(configuration).toMatch(/location \/ \{\s+limit_req zone=request_limit burst=200 nodelay;/);
  expect(configuration).toContain("limit_req_status 429;");
});

it("drops the gateway's own variant of each header that it sends", () => {
  const sent = [...servers.at(-1)!.matchAll(/add_header (\S+) /g)].map((match) => match[1]);
  const hidden = [...servers.at(-1)!.matchAll(/proxy_hide_header (\S+);/g)].map((match) => match[1]);
  expect(hidden).toEqual(sent);
});
