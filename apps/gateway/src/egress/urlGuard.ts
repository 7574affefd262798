import { isIP } from "node:net";
import type { AddressPolicy } from "./addressPolicy";
import type { Resolve } from "./resolver";

export interface UrlVerdict {
  /** As it was given. */
  url: string;
  allowed: boolean;
  /** Why it is refused; null when it is allowed. */
  reason: string | null;
  /** Every address that the URL's host has now; empty when that was not asked or not answered. */
  addresses: string[];
}

/** A URL or an address that must not be reached. The message is safe to show to whoever gave the URL. */
export class EgressRefused extends Error {
  readonly code = "EGRESS_REFUSED";
}

const MAXIMUM_LENGTH = 2048;

/** Judges URLs that users supply, before they are saved and again whenever one is dialled. Article finding 6. */
export class UrlGuard {
  /** @param allowHttp accept http beside https: for a connector in development only */
  constructor(
    private readonly policy: AddressPolicy,
    private readonly resolve: Resolve,
    private readonly allowHttp = false,
  ) {}

  /** The verdict on a URL as it stands now; a name may have other addresses when it is dialled. */
  async check(url: string): Promise<UrlVerdict> {
    const refused = (reason: string, addresses: string[] = []) => ({
      url,
      allowed: false,
      reason,
      addresses,
    });
    const parsed = this.parse(url);
    if (typeof parsed === "string") return refused(parsed);
    let addresses: string[];
    try {
      addresses = await this.#addressesOf(parsed.hostname);
    } catch {
      return refused("the host name has no address");
    }
    const problem = this.#problem(addresses);
    return problem === undefined
      ? { url, allowed: true, reason: null, addresses }
      : refused(problem, addresses);
  }

  /** The URL when its form is one that may be reached, else why not. Asks no name server. */
  parse(text: string): URL | string {
    if (text.length > MAXIMUM_LENGTH) return `longer than ${MAXIMUM_LENGTH} characters`;
    // Parsers disagree about these, so what someone else reads may be another host.
    // eslint-disable-next-line no-control-regex -- a control character is what this looks for
    if (/[\u0000-\u0020\u007f\\]/.test(text)) return "holds a space, a control character or a backslash";
    const url = URL.parse(text);
    if (url === null) return "not a URL";
    if (url.protocol !== "https:" && !(this.allowHttp && url.protocol === "http:"))
      return this.allowHttp ? "the scheme is neither https nor http" : "the scheme is not https";
    if (!/^https?:\/\/[^/]/i.test(text)) return "not an absolute URL";
    if (url.username !== "" || url.password !== "" || /^[^/]*\/\/[^/?#]*@/.test(text))
      return "holds user information";
    return url;
  }

  /**
   * The addresses of a host that may be dialled: all it has, or none.
   * @throws EgressRefused when one of them is refused; whatever `resolve` rejects with
   */
  async dialable(hostname: string): Promise<string[]> {
    const addresses = await this.#addressesOf(hostname);
    const problem = this.#problem(addresses);
    if (problem !== undefined) throw new EgressRefused(problem);
    return addresses;
  }

  async #addressesOf(hostname: string): Promise<string[]> {
    const literal = hostname.replace(/^\[(.*)\]$/, "$1");
    return isIP(literal) === 0 ? this.resolve(hostname) : [literal];
  }

  #problem(addresses: readonly string[]): string | undefined {
    if (addresses.length === 0) return "the host name has no address";
    for (const address of addresses) {
      const problem = this.policy.problem(address);
      if (problem !== undefined) return `${address} must not be reached: ${problem}`;
    }
    return undefined;
  }
}
