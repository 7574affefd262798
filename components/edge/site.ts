import { routeDirectory, routeFile } from "../../provider/edge/routeFile";

/** One declaration of what the edge serves: hosts, locations, headers and limits. `nginxConfiguration.ts` writes it out. */
export interface Site {
  readonly hosts: readonly Host[];
  readonly limits: readonly RateLimit[];
  /** Largest request body, in bytes; the gateway takes no more either. */
  readonly bodyBytes: number;
  /** Addresses or CIDRs of proxies in front, which alone may say what a client's address is. Default: none. */
  readonly trustedProxies?: readonly string[];
}

/** Requests of one client address, refused with 429 beyond it. */
export interface RateLimit {
  readonly name: string;
  readonly rate: `${number}r/s` | `${number}r/m`;
}

export interface Host {
  readonly name: string;
  /** https origin at which it is reached. */
  readonly origin: string;
  readonly upstream: Upstream;
  /** Content-Security-Policy, a list of sources by directive. */
  readonly contentSecurityPolicy: Readonly<Record<string, readonly string[]>>;
  /** Whether the upstream's own policy, if it sends one, goes before: one with nonces can't be written here. */
  readonly upstreamPolicyFirst?: boolean;
  /** Seconds that a refused client is told to wait. */
  readonly retryAfter: number;
  /** By prefix; `/` is the rest. */
  readonly locations: readonly Location[];
}

export interface Upstream {
  /** `host:port` on the edge segment. */
  readonly address: string;
  /** Takes its place while the file is there. nginx looks for each request, so it takes no reload. */
  readonly switched?: { readonly file: string; readonly address: string };
  /** Seconds for a connection to come about. */
  readonly connectSeconds: number;
  /** File of the CA by which its certificate is verified; plain http without. */
  readonly caFile?: string;
}

export interface Location {
  readonly prefix: string;
  readonly limits: readonly { readonly limit: string; readonly burst: number }[];
  /** Headers beside those of every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers go on as they come, for as long as an hour between two parts. */
  readonly streams?: boolean;
}

/**
 * What every answer carries, the edge's own refusals too (OWASP Secure Headers; edge-server-require-headers,
 * edge-header-require-hsts).
 */
const everyAnswer: Readonly<Record<string, string>> = {
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Permissions-Policy": [
    ..."accelerometer bluetooth camera display-capture geolocation gyroscope hid magnetometer".split(" "),
    ..."microphone midi payment screen-wake-lock serial usb xr-spatial-tracking".split(" "),
  ]
    .map((feature) => `${feature}=()`)
    .join(","),
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Permitted-Cross-Domain-Policies": "none",
};

/** Headers of a location of a host; computed here for each, since nginx drops a server's where a location has its own. */
export function headersOf(host: Host, location?: Location): Record<string, string> {
  return {
    ...everyAnswer,
    "Content-Security-Policy": contentSecurityPolicy(host),
    ...location?.headers,
  };
}

export function contentSecurityPolicy({ contentSecurityPolicy }: Host): string {
  return Object.entries(contentSecurityPolicy)
    .map(([directive, sources]) => `${directive} ${sources.join(" ")}`)
    .join("; ");
}

export interface PlatformSiteArgs {
  readonly publicUrl: string;
  /** `host:port` of the gateway in slot a, on the edge segment, and of the one in slot b. */
  readonly gateway: string;
  readonly gatewayB: string;
  readonly authUrl: string;
  /** `host:port` of Zitadel, on the edge segment. */
  readonly zitadel: string;
  /** File of the CA that signed Zitadel's certificate. */
  readonly zitadelCaFile: string;
  /** Where a login's code may go, besides the identity provider itself. */
  readonly redirectUris: readonly string[];
  readonly bodyBytes: number;
  readonly trustedProxies?: readonly string[];
}

/**
 * The platform's: the gateway, and the identity provider on a host of its own.
 *
 * Each client has 100 requests a second at the gateway, 10 where it authenticates (article, finding 4;
 * edge-rate-require-limits). Zitadel has no limit by path of its own, so the article's three are here: 200 a minute in
 * all, 30 on /oauth/v2/, 20 on /ui/login, whose style sheets and scripts count for the 200 only.
 */
export function platformSite(args: PlatformSiteArgs): Site {
  const codes = args.redirectUris.map((uri) => `${new URL(uri).protocol}//${new URL(uri).host}:*`);
  const everything = { limit: "identity_limit", burst: 60 };
  return {
    bodyBytes: args.bodyBytes,
    trustedProxies: args.trustedProxies,
    limits: [
      { name: "request_limit", rate: "100r/s" },
      { name: "auth_limit", rate: "10r/s" },
      { name: "identity_limit", rate: "200r/m" },
      { name: "identity_token_limit", rate: "30r/m" },
      { name: "identity_login_limit", rate: "20r/m" },
    ],
    hosts: [
      {
        name: "gateway",
        origin: args.publicUrl,
        upstream: {
          address: args.gateway,
          switched: { file: `${routeDirectory}/${routeFile}`, address: args.gatewayB },
          connectSeconds: 5,
        },
        retryAfter: 1,
        contentSecurityPolicy: {
          "default-src": ["'none'"],
          "base-uri": ["'none'"],
          "form-action": ["'none'"],
          "frame-ancestors": ["'none'"],
        },
        locations: [
          { prefix: "/", limits: [{ limit: "request_limit", burst: 200 }] },
          { prefix: "/oauth/", limits: [{ limit: "auth_limit", burst: 30 }] },
          { prefix: "/mcp/", limits: [{ limit: "request_limit", burst: 200 }], streams: true },
        ],
      },
      {
        name: "identity",
        origin: args.authUrl,
        upstream: { address: args.zitadel, connectSeconds: 10, caFile: args.zitadelCaFile },
        retryAfter: 3,
        upstreamPolicyFirst: true,
        contentSecurityPolicy: {
          "default-src": ["'none'"],
          "script-src": ["'self'"],
          "style-src": ["'self'"],
          "img-src": ["'self'", "data:"],
          "font-src": ["'self'"],
          "connect-src": ["'self'"],
          "base-uri": ["'self'"],
          // A browser holds the redirect after the login's form to this, too.
          "form-action": ["'self'", ...codes],
          "frame-ancestors": ["'none'"],
        },
        locations: [
          { prefix: "/", limits: [everything] },
          {
            prefix: "/oauth/v2/",
            limits: [everything, { limit: "identity_token_limit", burst: 10 }],
          },
          {
            prefix: "/ui/login",
            limits: [everything, { limit: "identity_login_limit", burst: 10 }],
          },
          { prefix: "/ui/login/resources/", limits: [everything] },
        ],
      },
    ],
  };
}
