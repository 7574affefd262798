/**
 * Addresses that aren't a host on the public internet, each with why: IANA's special-purpose registries for IPv4
 * and IPv6 (RFC 6890), the globally reachable anycast services in them included, since no connector lives there;
 * multicast; deprecated forms; and internal addresses of cloud providers that lie in public space.
 */
export const specialRanges: readonly (readonly [cidr: string, reason: string])[] = [
  ["0.0.0.0/8", "this network (RFC 791)"],
  ["10.0.0.0/8", "private (RFC 1918)"],
  ["100.64.0.0/10", "shared address space, carrier-grade NAT (RFC 6598)"],
  ["127.0.0.0/8", "loopback (RFC 1122)"],
  ["169.254.0.0/16", "link-local, cloud metadata (RFC 3927)"],
  ["172.16.0.0/12", "private, Docker's default (RFC 1918)"],
  ["192.0.0.0/24", "IETF protocol assignments (RFC 6890)"],
  ["192.0.2.0/24", "documentation (RFC 5737)"],
  ["192.31.196.0/24", "AS112 (RFC 7535)"],
  ["192.52.193.0/24", "automatic multicast tunnelling (RFC 7450)"],
  ["192.88.99.0/24", "6to4 relay, deprecated (RFC 7526)"],
  ["192.168.0.0/16", "private, Docker's default (RFC 1918)"],
  ["192.175.48.0/24", "AS112 (RFC 7534)"],
  ["198.18.0.0/15", "benchmarking (RFC 2544)"],
  ["198.51.100.0/24", "documentation (RFC 5737)"],
  ["203.0.113.0/24", "documentation (RFC 5737)"],
  ["224.0.0.0/4", "multicast (RFC 5771)"],
  ["240.0.0.0/4", "reserved, broadcast (RFC 1112)"],
  ["168.63.129.16/32", "Azure's host service"],

  ["::/128", "unspecified (RFC 4291)"],
  ["::1/128", "loopback (RFC 4291)"],
  ["::/96", "IPv4-compatible, deprecated (RFC 4291)"],
  ["64:ff9b::/96", "IPv4 behind NAT64 (RFC 6052)"],
  ["64:ff9b:1::/48", "IPv4 behind local NAT64 (RFC 8215)"],
  ["100::/64", "discard only (RFC 6666)"],
  ["100:0:0:1::/64", "dummy prefix (RFC 9780)"],
  ["2001::/23", "IETF protocol assignments, Teredo, ORCHID (RFC 2928)"],
  ["2001:db8::/32", "documentation (RFC 3849)"],
  ["2002::/16", "IPv4 in 6to4 (RFC 3056)"],
  ["2620:4f:8000::/48", "AS112 (RFC 7534)"],
  ["3fff::/20", "documentation (RFC 9637)"],
  ["5f00::/16", "segment routing (RFC 9602)"],
  ["fc00::/7", "unique local (RFC 4193)"],
  ["fe80::/10", "link-local (RFC 4291)"],
  ["fec0::/10", "site-local, deprecated (RFC 3879)"],
  ["ff00::/8", "multicast (RFC 4291)"],
  // Last, so that the ranges above give their own reason: all of IPv6 that isn't global unicast.
  ["::/3", "not global unicast (RFC 4291)"],
  ["4000::/2", "not global unicast (RFC 4291)"],
  ["8000::/1", "not global unicast (RFC 4291)"],
];
