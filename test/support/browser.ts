import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { Agent, request } from "undici";

/** Where a server of several hosts listens, and who may vouch for it. */
export interface Site {
  /** `host[:port]` to connect to, whatever host the addresses name. */
  readonly connectTo: string;
  readonly caCertificate: string;
  /** Whether what is refused with 429 is asked again when it may be. */
  readonly patient?: boolean;
}

export interface Page {
  readonly status: number;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** As much of a browser as a login needs: cookies, redirects within the site, forms. */
export class Browser implements AsyncDisposable {
  private readonly cookies = new Map<string, string>();
  private readonly agent: Agent;

  constructor({ connectTo, caCertificate, patient = false }: Site) {
    this.patient = patient;
    const [hostname = "", port = "443"] = connectTo.split(":");
    this.agent = new Agent({
      connect: {
        ca: caCertificate,
        lookup: (_host, options, callback) =>
          options.all ? callback(null, [{ address: hostname, family: 4 }]) : callback(null, hostname, 4),
      },
    });
    this.port = port;
  }
  private readonly port: string;
  private readonly patient: boolean;

  /** Follows redirects as long as they stay at the origin; the last answer, or the redirect that leaves. */
  async open(url: URL, form?: Readonly<Record<string, string>>): Promise<Page> {
    const answer = await request(new URL(url.pathname + url.search, `https://${url.hostname}:${this.port}`), {
      dispatcher: this.agent,
      method: form ? "POST" : "GET",
      headers: {
        host: url.host,
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(form && { "content-type": "application/x-www-form-urlencoded" }),
      },
      ...(form && { body: new URLSearchParams(form).toString() }),
    });
    if (answer.statusCode === 429 && this.patient) {
      await answer.body.dump();
      await sleep(Number(answer.headers["retry-after"] ?? 1) * 1000);
      return this.open(url, form);
    }
    for (const cookie of [answer.headers["set-cookie"] ?? []].flat()) {
      const [name = "", value = ""] = cookie.split(";")[0]!.split(/=(.*)/s);
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const text = await answer.body.text();
    const location = answer.headers["location"];
    if (location !== undefined && answer.statusCode < 400) {
      const next = new URL(String(location), url);
      if (next.origin === url.origin) return this.open(next);
      return { status: answer.statusCode, url: next, headers: answer.headers, text };
    }
    return { status: answer.statusCode, url, headers: answer.headers, text };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent.destroy();
  }
}

export interface Application {
  readonly origin: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope?: string;
}

/** Starts an authorization code flow with PKCE; gives the login page and what redeems its code. */
export async function authorize(browser: Browser, application: Application) {
  const { origin, clientId, redirectUri, scope = "openid profile" } = application;
  const verifier = randomBytes(32).toString("base64url");
  const parameters = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: "code",
    scope,
    state: "state",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  };
  const page = await browser.open(
    new URL(`/oauth/v2/authorize?${new URLSearchParams(parameters).toString()}`, origin),
  );
  const redeem = async (code: string) => {
    const answer = await browser.open(new URL("/oauth/v2/token", origin), {
      grant_type: "authorization_code",
      client_id: clientId,
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    });
    return JSON.parse(answer.text) as { access_token: string; id_token: string; error?: string };
  };
  return { page, redeem };
}
