import fc from "fast-check";
import { AddressPolicy } from "../../../../apps/gateway/src/egress/addressPolicy";
import { UrlGuard } from "../../../../apps/gateway/src/egress/urlGuard";

const RUNS = { numRuns: 5000 };
const policy = new AddressPolicy();
/** Names that are asked for; none of them has an address. */
const asked: string[] = [];
const guard = new UrlGuard(
  policy,
  (hostname) => (asked.push(hostname), Promise.reject(new Error("ENOTFOUND"))),
);

beforeEach(() => (asked.length = 0));

/** Addresses of this machine, of its networks and of its cloud. */
const internal = fc.oneof(
  fc.constantFrom([127, 0, 0, 1], [169, 254, 169, 254], [0, 0, 0, 0], [168, 63, 129, 16]),
  fc.tuple(fc.constant(10), fc.nat(255), fc.nat(255), fc.nat(255)),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), fc.nat(255), fc.nat(255)),
  fc.tuple(fc.constant(192), fc.constant(168), fc.nat(255), fc.nat(255)),
);
const radix = fc.constantFrom(
  (part: number) => String(part),
  (part: number) => `0${part.toString(8)}`,
  (part: number) => `000${part.toString(8)}`,
  (part: number) => `0x${part.toString(16)}`,
  (part: number) => `0X${part.toString(16).toUpperCase()}`,
);
/** As inet_aton takes them: 1 to 4 parts, of which the last holds the rest. */
const ipv4 = fc.tuple(
  internal,
  fc.integer({ min: 1, max: 4 }),
  fc.array(radix, { minLength: 4, maxLength: 4 }),
);
const spelledIpv4 = ipv4.map(([address, parts, radixes]) => {
  const rest = address.slice(parts - 1).reduce((value, part) => value * 256 + part, 0);
  return [...address.slice(0, parts - 1), rest].map((part, at) => radixes[at]!(part)).join(".");
});
const spelledIpv6 = internal.map(([a = 0, b = 0, c = 0, d = 0]) => {
  const groups = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  return [`[::ffff:${groups}]`, `[::${groups}]`, `[64:ff9b::${groups}]`, `[2002:${groups}::1]`];
});
const fullWidth = (text: string) =>
  text.replace(/[0-9a-z.]/gi, (character) =>
    character === "." ? "\u3002" : String.fromCodePoint(character.codePointAt(0)! + 0xfee0),
  );
const percent = (text: string) => text.replace(/./g, (it) => `%${it.charCodeAt(0).toString(16)}`);
const disguise = fc.constantFrom(
  (host: string) => host,
  fullWidth,
  percent,
  (host: string) => `${host}.`,
);
const host = fc.oneof(
  fc.tuple(spelledIpv4, disguise).map(([text, change]) => change(text)),
  spelledIpv6.chain((spellings) => fc.constantFrom(...spellings)),
);
const around = fc.record({
  scheme: fc.constantFrom(
    "https://",
    "HTTPS://",
    "https:/",
    "https:\\\\",
    "https:///",
    " https://",
    "https:",
    "//",
  ),
  user: fc.constantFrom("", "", "public.example@", "a:b@", "public.example%40", "public.example#@", "@"),
  port: fc.constantFrom("", ":443", ":0443", ":80", ":"),
  rest: fc.constantFrom("", "/", "/mcp", "?x", "#x", "/@public.example", "\\public.example"),
});

describe("no URL, however it is written, leads to an internal address", () => {
  test("whose host is one", async () => {
    await fc.assert(
      fc.asyncProperty(host, around, async (name, { scheme, user, port, rest }) => {
        expect(await guard.check(`${scheme}${user}${name}${port}${rest}`)).toMatchObject({ allowed: false });
      }),
      RUNS,
    );
    // Nor is a name server asked what an address would be.
    expect(asked.filter((name) => /^[\d.xa-f]+$/i.test(name) && /^0|^\d+$/.test(name))).toEqual([]);
  });

  test("that is any text: it is refused, or leads to the public address that it names", async () => {
    const pieces = fc.constantFrom(
      ...[
        "https://",
        "http://",
        "@",
        ":",
        "/",
        "\\",
        "?",
        "#",
        "[",
        "]",
        "%",
        "\t",
        "\0",
        " ",
        ".",
        "..",
        "::",
      ],
      ...[
        "127.0.0.1",
        "8.8.8.8",
        "0x7f",
        "2130706433",
        "localhost",
        "public.example",
        "ffff",
        "é",
        "\u3002",
        "\ud800",
      ],
    );
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 100 }),
      fc.webUrl(),
      fc.array(pieces, { maxLength: 8 }).map((parts) => `https://${parts.join("")}`),
    );
    await fc.assert(
      fc.asyncProperty(text, async (url) => {
        const { allowed, reason, addresses } = await guard.check(url);
        expect(reason === null).toBe(allowed);
        if (!allowed) return;
        // What undici dials is what was judged.
        expect(addresses).toEqual([new URL(url).hostname.replace(/^\[(.*)\]$/, "$1")]);
        expect(policy.problem(addresses[0]!)).toBeUndefined();
      }),
      RUNS,
    );
  });
});
