import type { AddressPolicy } from "../egress/addressPolicy";
import type { ResponseLimits } from "../egress/boundedResponse";
import { GuardedClient } from "../egress/guardedClient";
import type { Resolve } from "../egress/resolver";
import { UrlGuard } from "../egress/urlGuard";
import type { Connector } from "./connectorStore";

type Rules = Pick<Connector, "allowHttp">;

interface Upstream {
  guard: UrlGuard;
  client: GuardedClient;
}

/** How connectors' URLs are judged and reached: those that may be http have connections of their own. */
export class Upstreams {
  readonly #https: Upstream;
  readonly #http: Upstream | undefined;

  /** @param httpAllowed whether any connector may be http: development only */
  constructor(policy: AddressPolicy, resolve: Resolve, httpAllowed: boolean, limits: ResponseLimits) {
    const upstream = (allowHttp: boolean) => {
      const guard = new UrlGuard(policy, resolve, allowHttp);
      return { guard, client: new GuardedClient(guard, { limits }) };
    };
    this.#https = upstream(false);
    this.#http = httpAllowed ? upstream(true) : undefined;
  }

  /** For a connector's own rules; one that is no longer allowed http gets the strict ones. */
  for({ allowHttp }: Rules): Upstream {
    return (allowHttp ? this.#http : undefined) ?? this.#https;
  }

  async close(): Promise<void> {
    await Promise.all([this.#https.client.close(), this.#http?.client.close()]);
  }
}
