import { Resolver } from "node:dns/promises";

/** All addresses of a host name, IPv4 and IPv6; rejects when there are none. */
export type Resolve = (hostname: string) => Promise<string[]>;

/**
 * Asks the name servers of the system, or `servers`, each once and for two seconds at the most. The hosts file and
 * search domains play no part, and neither does the thread pool, so slow answers hold up nobody else.
 */
export function createResolve(servers?: readonly string[]): Resolve {
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  if (servers) resolver.setServers(servers);
  return async (hostname) => {
    const name = hostname.replace(/\.$/, "").toLowerCase();
    // RFC 6761 section 6.3: always loopback, and no question for a name server.
    if (name === "localhost" || name.endsWith(".localhost")) return ["127.0.0.1", "::1"];
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const addresses = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    // One family without an answer is common; only addresses that were seen here are ever dialled.
    if (addresses.length > 0) return addresses;
    throw answers[0]?.status === "rejected" ? answers[0].reason : new Error(`${name} has no address`);
  };
}
