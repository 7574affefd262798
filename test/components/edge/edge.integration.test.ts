import { nginxConfiguration } from "../../../components/edge/nginxConfiguration";
import { headersOf } from "../../../components/edge/site";
import { nginxWith, RealNginx } from "../../support/realNginx";
import { Agent, request, type Dispatcher } from "undici";
import { testSite } from "../../support/testSite";

jest.setTimeout(120_000);

const site = testSite({
  publicUrl: "https://localhost",
  gateway: "behind:8443",
  authUrl: "https://auth.localhost",
  zitadel: "auth.localhost:8443",
  bodyBytes: 2048,
});

/** Answers 200, 404 and 500, and sends a weaker header of its own; the identity provider's own name isn't there. */
const behind = nginxWith(`  server {
    listen 8443;
    add_header X-Frame-Options SAMEORIGIN always;
    add_header Content-Security-Policy "default-src 'self' 'nonce-1'" always;
    location / { return 200 "$http_x_forwarded_for"; }
    location /missing { return 404; }
    location /broken { return 500; }
  }`);

let nginx: RealNginx;
let agent: Agent;
let address: string;

beforeAll(async () => {
  nginx = await RealNginx.create();
  await nginx.start("behind", behind);
  address = await nginx.start("edge", nginxConfiguration(site));
  agent = new Agent({ connect: { ca: nginx.caCertificate } });
  for (let status = 0; status !== 200;)
    status = await ask("localhost", "/").then(
      (it) => it.status,
      () => 0,
    );
});
afterAll(async () => {
  await agent?.destroy();
  await nginx?.[Symbol.asyncDispose]();
});

async function ask(
  host: string,
  path: string,
  options: { method?: Dispatcher.HttpMethod; body?: string; headers?: Record<string, string> } = {},
  at = address,
) {
  const { headers, ...rest } = options;
  const response = await request(`https://${at}${path}`, {
    dispatcher: agent,
    headers: { host, ...headers },
    ...rest,
  });
  return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
}

it("edge-server-require-headers: sends every header once, on 200, 404, 405, 413, 500 and 502", async () => {
  const answers = [
    await ask("localhost", "/"),
    await ask("localhost", "/missing"),
    await ask("localhost", "/broken"),
    await ask("localhost", "/", { method: "TRACE" }),
    await ask("localhost", "/", { method: "POST", body: "x".repeat(4096) }),
    await ask("auth.localhost", "/"), // nothing of that name is behind
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 404, 500, 405, 413, 502]);
  for (const [index, { headers }] of answers.entries()) {
    for (const [name, value] of Object.entries(headersOf(site.hosts[index < 5 ? 0 : 1]!)))
      expect([index, name, headers[name.toLowerCase()]]).toEqual([index, name, value]);
    expect(headers["retry-after"]).toBeUndefined();
  }
});

it("tells what is behind the address that it sees, whatever a client claims", async () => {
  const { text } = await ask("localhost", "/", { headers: { "x-forwarded-for": "203.0.113.7" } });
  expect(text).not.toContain("203.0.113.7");
});

it("believes a trusted proxy what a client's address is, and what it says first least", async () => {
  const trustedProxies = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]; // whichever Docker takes
  const proxied = await nginx.start("proxied", nginxConfiguration({ ...site, trustedProxies }));
  const claim = { "x-forwarded-for": "203.0.113.66, 203.0.113.7" };
  expect((await ask("localhost", "/", { headers: claim }, proxied)).text).toBe("203.0.113.7");
  const burst = async (client: string) => {
    const headers = { "x-forwarded-for": client };
    const ask60 = Array.from({ length: 60 }, () => ask("localhost", "/oauth/token", { headers }, proxied));
    return (await Promise.all(ask60)).filter(({ status }) => status === 429).length;
  };
  expect(await burst("203.0.113.8")).toBeGreaterThan(0);
  expect((await ask("localhost", "/oauth/token", { headers: claim }, proxied)).status).toBe(200);
});

it("refuses a burst where somebody authenticates with 429, Retry-After and every header", async () => {
  const answers = await Promise.all(Array.from({ length: 60 }, () => ask("localhost", "/oauth/token")));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(31);
  for (const { headers } of refused) {
    expect(headers["retry-after"]).toBe("1");
    for (const name of Object.keys(headersOf(site.hosts[0]!)))
      expect(headers[name.toLowerCase()]).toBeDefined();
  }
});

it("limits tokens and logins of the identity provider harder than the rest of it", async () => {
  const burst = async (path: string, count: number) => {
    const answers = await Promise.all(Array.from({ length: count }, () => ask("auth.localhost", path)));
    return answers.filter(({ status }) => status !== 429).length;
  };
  expect(await burst("/ui/login/resources/style.css", 14)).toBe(14);
  expect(await burst("/oauth/v2/token", 14)).toBeLessThan(14);
  expect(await burst("/ui/login/login", 14)).toBeLessThan(14);
});
