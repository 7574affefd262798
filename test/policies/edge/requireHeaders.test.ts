import { nginxConfiguration } from "../../../components/edge/nginxConfiguration";
import { type Site } from "../../../components/edge/site";
import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";
import { evaluate } from "../evaluate";
import { testSite } from "../../support/testSite";

const upload = (content: string) =>
  container((props) => (props.uploads = [{ file: "/etc/nginx/nginx.conf", content }]));
const permissions = "camera=(), microphone=(), geolocation=(), payment=()";
const all = {
  "Strict-Transport-Security": "max-age=31536000",
  "Permissions-Policy": permissions,
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
};
const add = (headers: Record<string, string>, how = " always") =>
  Object.entries(headers)
    .map(([name, value]) => `add_header ${name} "${value}"${how};`)
    .join("\n");
const without = (name: keyof typeof all) =>
  add(Object.fromEntries(Object.entries(all).filter(([key]) => key !== name)));
const server = (body: string, listen = "8443 ssl") =>
  `server {\n listen ${listen};\n server_name mcp.test;\n ${body}\n return 204;\n}\n`;
const http = (...servers: string[]) => upload(`http {\n${servers.join("")}}\n`);

refuses("edge-server-require-headers", {
  "a server without one": () => http(server(without("X-Content-Type-Options"))),
  "a server that only forbids framing": () =>
    http(
      server(
        `${without("Referrer-Policy")} add_header Content-Security-Policy "frame-ancestors 'none'" always;`,
      ),
    ),
  "a server that may be framed": () => http(server(without("X-Frame-Options"))),
  "a header on successful answers only": () =>
    http(server(`${without("Referrer-Policy")} add_header Referrer-Policy no-referrer;`)),
  "a server that lacks what another sends": () =>
    http(server(`${add(all)} add_header Cross-Origin-Opener-Policy same-origin always;`), server(add(all))),
  "a redirect that lacks what another sends": () =>
    http(server(add(all)), server(without("Strict-Transport-Security"), "8080")),
});

accepts({
  "every header": () => http(server(add(all))),
  "headers of the http block": () => upload(`http {\n${add(all)}\n${server("")}}\n`),
  "a policy that forbids framing instead": () =>
    http(
      server(
        `${without("X-Frame-Options")} add_header Content-Security-Policy "frame-ancestors 'none'" always;`,
      ),
    ),
  "a plain redirect without any": () => http(server(add(all)), server("", "8080")),
  "a status page on loopback": () => http(server(add(all)), server("", "127.0.0.1:8081")),
});

test("names a server by its name and port, or by what nginx takes where it has none", async () => {
  const messagesOf = async (...servers: string[]) =>
    (await evaluate(http(server(add(all)), ...servers))).messages.join();
  const one = 'add_header Referrer-Policy "no-referrer" always;';
  expect(await messagesOf(server(one, "8080"))).toContain("server mcp.test (8080), sends no ");
  const bare = await messagesOf(`server { ${one} }`);
  expect(bare).toContain("server _ (80), sends no X-Content-Type-Options, X-Frame-Options, Strict-Transport");
  expect(bare).not.toMatch(/sends no [^;]*Referrer-Policy/);
});

test("tells where a header is sent on successful answers only", async () => {
  const { messages } = await evaluate(
    http(server(`${add(all)} location /a { ${add(all)} add_header X-Frame-Options DENY; }`)),
  );
  expect(messages.join()).toContain("sends X-Frame-Options in location /a on successful answers only");
  const inServer = await evaluate(http(server(add(all, ""))));
  expect(inServer.messages.join()).toMatch(
    /sends Strict-Transport-Security, .*Referrer-Policy on successful/,
  );
});

test("takes a server for one of the machine's own only where it listens on nothing else", async () => {
  const plain = (listen: string) =>
    http(server(add(all)), server(without("X-Frame-Options"), listen).replace("8443 ssl", ""));
  for (const listen of ["127.0.0.1:8081", "[::1]:8081", "unix:/run/nginx.sock"])
    expect((await evaluate(plain(listen))).findings).toEqual([]);
  for (const listen of ["8081", "192.0.2.127:8081", "127.0.0.1:8081; listen 8081"])
    expect((await evaluate(plain(listen))).findings).toEqual(["edge-server-require-headers"]);
});

describe("the edge's generated configuration, read back", () => {
  const platform = testSite();
  const [gateway, ...others] = platform.hosts;
  const location = {
    prefix: "/docs/",
    limits: [{ limit: "auth_limit", burst: 1 }],
    headers: { "X-Note": "a" },
  };
  const site: Site = {
    ...platform,
    hosts: [{ ...gateway!, locations: [...gateway!.locations, location] }, ...others],
  };
  const lines = nginxConfiguration(site).split("\n");
  const last = (texts: string[], word: string) => texts.filter((it) => it.includes(word)).at(-1) ?? "";
  const isHeader = (line: string) => /^ *add_header (?!Retry-After|X-Note)/.test(line);
  const places = lines.flatMap((line, index) => (isHeader(line) ? [index] : []));

  it("has every header everywhere", async () => {
    expect(places).toHaveLength(5 * 10);
    expect(await evaluate(upload(lines.join("\n")))).toEqual({ findings: [], messages: [], advisories: [] });
  });

  it("is refused with any one add_header removed by hand, naming server, location and header", async () => {
    for (const index of places) {
      const { messages } = await evaluate(upload(lines.filter((_, at) => at !== index).join("\n")));
      const before = lines.slice(0, index);
      const name = /server_name (\S+);/.exec(last(before, "server_name"))![1]!;
      const port = /listen (\d+)/.exec(last(before, "listen"))![1]!;
      const header = /add_header (\S+)/.exec(lines[index]!)![1]!;
      const where = lines[index]!.startsWith("      ") ? "location /docs/" : "";
      expect([lines[index], messages]).toEqual([
        lines[index],
        [expect.stringContaining(`server ${name} (${port})`)],
      ]);
      expect(messages[0]!.toLowerCase()).toContain(header.toLowerCase());
      expect(messages[0]).toContain(where);
    }
  });
});
