import type { IncomingMessage, RequestListener } from "node:http";

import { requireHeaders, securityHeaders } from "../../../probes/edge/requireHeaders";
import { requireHsts } from "../../../probes/edge/requireHsts";
import { requireLimit } from "../../../probes/edge/requireLimit";
import { compliantTarget } from "../compliantTarget";
import { certificates, closeServers, serveHttps } from "../tlsServer";

afterEach(closeServers);

const year = "max-age=31536000; includeSubDomains";
const every = (): Record<string, string | string[]> => ({
  ...Object.fromEntries(securityHeaders.map((name) => [name, "set"])),
  "strict-transport-security": year,
});

/** An edge whose answer a test may break, by the request. */
async function edge(
  answer: (request: IncomingMessage) => { status?: number; headers?: Record<string, string | string[]> },
) {
  const listener: RequestListener = (request, response) => {
    const { status = 404, headers = every() } = answer(request);
    request.resume();
    response.writeHead(status, headers).end();
  };
  const origin = `https://127.0.0.1:${await serveHttps(listener)}`;
  return { ...compliantTarget(), publicUrl: origin, edgeUrl: origin, caCertificate: (await certificates).ca };
}
const isIdentity = ({ headers }: IncomingMessage) => headers.host?.startsWith("auth.") ?? false;

describe("edge-server-require-headers", () => {
  it("passes with each header once, on answers and errors of each host", async () => {
    expect(await requireHeaders.run(await edge(() => ({})))).toMatchObject({ outcome: "pass" });
  });

  it.each(securityHeaders)("fails without %s on one host, and names both", async (missing) => {
    const target = await edge((request) => {
      const headers = every();
      if (isIdentity(request)) delete headers[missing];
      return { headers };
    });
    expect(await requireHeaders.run(target)).toMatchObject({
      outcome: "fail",
      observed: expect.stringMatching(`^identity 404 has not one ${missing}; identity 404`) as string,
    });
  });

  it("fails when a header comes twice, or is missing on an error of nginx itself", async () => {
    const twice = await edge(() => ({ headers: { ...every(), "x-custom": ["a", "b"], "set-cookie": "a" } }));
    expect(await requireHeaders.run(twice)).toMatchObject({ outcome: "pass" });
    const bare = await edge(({ method }) => (method === "TRACE" ? { status: 405, headers: {} } : {}));
    expect(await requireHeaders.run(bare)).toMatchObject({
      outcome: "fail",
      observed: expect.stringContaining("gateway 405 has not one content-security-policy") as string,
    });
  });
});

describe("edge-header-require-hsts", () => {
  it("passes with a year on each answer", async () => {
    expect(await requireHsts.run(await edge(() => ({})))).toMatchObject({ outcome: "pass" });
  });

  it.each(["max-age=31535999", "includeSubDomains", ""])("fails with %j on one host", async (value) => {
    const target = await edge((request) => ({
      headers: { ...every(), ...(isIdentity(request) && { "strict-transport-security": value }) },
    }));
    expect(await requireHsts.run(target)).toMatchObject({ outcome: "fail" });
  });
});

describe("edge-rate-require-limits", () => {
  /** Answers the first of each path, and refuses what comes after. */
  const limited = (limit: (path: string) => number, refusal: Record<string, string | string[]>) => {
    const seen = new Map<string, number>();
    return ({ url = "" }: IncomingMessage) => {
      const count = (seen.get(url) ?? 0) + 1;
      seen.set(url, count);
      return count > limit(url) ? { status: 429, headers: refusal } : {};
    };
  };
  const whole = () => ({ ...every(), "retry-after": "1" });

  it("passes when each burst is answered in part, and counts what was refused", async () => {
    expect(await requireLimit.run(await edge(limited(() => 11, whole())))).toMatchObject({
      outcome: "pass",
      observed: expect.stringMatching(
        /\/oauth\/token: 49 of 60 refused.*\/oauth\/v2\/token: 5 of 16/,
      ) as string,
    });
  });

  it("fails when one of the places has no limit, and names it", async () => {
    const target = await edge(limited((path) => (path === "/ui/login/login" ? 1000 : 11), whole()));
    expect(await requireLimit.run(target)).toMatchObject({
      outcome: "fail",
      observed: "identity /ui/login/login answers 16 requests at once",
    });
  });

  it.each(["retry-after", "content-security-policy"])("fails when a refusal lacks %s", async (header) => {
    const refusal: Record<string, string | string[]> = whole();
    delete refusal[header];
    expect(await requireLimit.run(await edge(limited(() => 11, refusal)))).toMatchObject({ outcome: "fail" });
  });
});

it("can't tell when the edge isn't there", async () => {
  const target = await edge(() => ({}));
  await closeServers();
  for (const probe of [requireHeaders, requireHsts, requireLimit])
    await expect((async () => probe.run(target))()).rejects.toThrow("ECONNREFUSED");
});
