import { isIP, type LookupFunction } from "node:net";
import { buildConnector } from "undici";
import type { UrlGuard } from "./urlGuard";

const CONNECT_TIMEOUT = 5000;

/**
 * Opens connections only to addresses that the guard lets pass, judged at the moment of dialling, so a name that
 * changed its address since its URL was checked (DNS rebinding) is judged anew. Literals are judged here too, as
 * no lookup happens for them.
 * @param certificateAuthority PEM, in place of the well-known ones
 */
export function guardedConnector(guard: UrlGuard, certificateAuthority?: string): buildConnector.connector {
  const lookup: LookupFunction = (hostname, options, callback) => {
    guard.dialable(hostname).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }));
        const [first] = found;
        if (options.all || first === undefined) callback(null, found);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, []),
    );
  };
  const connect = buildConnector({
    timeout: CONNECT_TIMEOUT,
    allowH2: false,
    lookup,
    ...(certificateAuthority && { ca: certificateAuthority }),
  });
  return (options, callback) => {
    if (isIP(options.hostname.replace(/^\[(.*)\]$/, "$1")) === 0) return connect(options, callback);
    guard.dialable(options.hostname).then(
      () => connect(options, callback),
      (error: Error) => callback(error, null),
    );
  };
}
