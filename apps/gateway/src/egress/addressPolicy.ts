import { BlockList, isIP, SocketAddress } from "node:net";
import { specialRanges } from "./specialRanges";

export interface AddressRules {
  /** CIDRs or addresses that may be dialled although they are special or of an own network. */
  allow?: readonly string[];
  /** CIDRs or addresses that may not be dialled, whatever `allow` says. */
  deny?: readonly string[];
  /** CIDRs of networks this machine or container is in, which may hold public addresses too. */
  own?: readonly string[];
}

/** Addresses of both families. A BlockList would match IPv4 against rules for IPv6, so there are two of them. */
class CidrList {
  readonly #byFamily = { 4: new BlockList(), 6: new BlockList() };

  /** @throws RangeError when an entry is neither an address nor a CIDR */
  constructor(cidrs: readonly string[]) {
    for (const cidr of cidrs) {
      const [given = "", prefix, ...rest] = cidr.split("/");
      const address = canonical(given);
      const mapped = address !== undefined && isIP(address) !== isIP(given);
      const width = address !== undefined && isIP(address) === 4 ? 32 : 128;
      const bits = prefix === undefined ? width : Number(prefix) - (mapped ? 96 : 0);
      const wellFormed = rest.length === 0 && /^\d{1,3}$/.test(prefix ?? "0") && bits >= 0 && bits <= width;
      if (address === undefined || !wellFormed)
        throw new RangeError(`'${cidr}' is neither an IP address nor a CIDR`);
      if (width === 32) this.#byFamily[4].addSubnet(address, bits, "ipv4");
      else this.#byFamily[6].addSubnet(address, bits, "ipv6");
    }
  }

  /** @param address in the form that `canonical` gives */
  includes(address: string): boolean {
    return isIP(address) === 4
      ? this.#byFamily[4].check(address, "ipv4")
      : this.#byFamily[6].check(address, "ipv6");
  }
}

const special = specialRanges.map(([cidr, reason]) => ({ list: new CidrList([cidr]), reason }));

/**
 * Decides which addresses may be dialled: public ones outside the own networks; `allow` adds to them, `deny` takes
 * away from all. Article finding 6.
 */
export class AddressPolicy {
  readonly #allow: CidrList;
  readonly #deny: CidrList;
  readonly #own: CidrList;

  /** @throws RangeError when an entry is neither an address nor a CIDR */
  constructor({ allow = [], deny = [], own = [] }: AddressRules = {}) {
    this.#allow = new CidrList(allow);
    this.#deny = new CidrList(deny);
    this.#own = new CidrList(own);
  }

  /** Why this address must not be dialled, or undefined. What isn't an address is refused. */
  problem(address: string): string | undefined {
    const plain = canonical(address);
    if (plain === undefined) return "not an IP address";
    if (this.#deny.includes(plain)) return "denied by the operator";
    if (this.#allow.includes(plain)) return undefined;
    if (isIsatap(plain)) return "IPv4 in ISATAP (RFC 5214)";
    const reason = special.find(({ list }) => list.includes(plain))?.reason;
    return reason ?? (this.#own.includes(plain) ? "in one of the gateway's own networks" : undefined);
  }
}

/** Whether a text is an address or a CIDR. */
export function isCidr(text: string): boolean {
  try {
    new CidrList([text]);
    return true;
  } catch {
    return false;
  }
}

/** The shortest spelling, without a zone; an IPv4 address that IPv6 maps (::ffff:0:0/96) as IPv4. */
function canonical(address: string): string | undefined {
  const family = isIP(address);
  if (family !== 6) return family === 4 ? address : undefined;
  const plain = new SocketAddress({ address, family: "ipv6" }).address;
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1] ?? plain;
}

/** An interface identifier of ::0:5efe:a.b.c.d or ::200:5efe:a.b.c.d, which a tunnel turns into IPv4. */
function isIsatap(address: string): boolean {
  const [head = [], tail] = address.split("::").map((part) => part.split(":").filter(Boolean));
  const zeros = tail === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...Array<string>(zeros).fill("0"), ...(tail ?? [])];
  return groups[5] === "5efe" && (groups[4] === "0" || groups[4] === "200");
}
