import { setTimeout as sleep } from "node:timers/promises";

import { Code, ConnectError } from "@connectrpc/connect";

import { Tunnel, type TunnelAddress } from "./tunnel";

/** Where Zitadel's API is, and how the deployer proves itself to it. */
export interface ZitadelAddress {
  /** Such as `https://127.0.0.1:18300`; https only. With a tunnel, as the machine at its end reaches it. */
  readonly address: string;
  /** The instance's own https origin, such as `https://auth.example.com`. */
  readonly origin: string;
  /** PEM; the only certificates trusted. */
  readonly caCertificate: string;
  /** PEM, PKCS #8, RSA: of Zitadel's system user {@link systemUser}. */
  readonly deployerKey: string;
  readonly tunnel?: TunnelAddress;
}

/** The user whose public key Zitadel's configuration holds; its tokens are self-signed and live for a minute. */
export const systemUser = "deployer";

/** Nothing answers, or not in time: worth trying again. */
export class ZitadelUnreachable extends Error {}

/** Zitadel answered with an error. */
export class ZitadelRefused extends Error {
  constructor(
    readonly code: Code,
    message: string,
  ) {
    super(message);
  }
}

export type Zitadel = Awaited<ReturnType<typeof clients>>;

/**
 * Does work with Zitadel's API, through a tunnel that is up for as long as the work takes, where one is given.
 *
 * @throws ZitadelUnreachable or ZitadelRefused, with the fix and without a secret
 */
export async function withZitadel<T>(
  server: ZitadelAddress,
  work: (zitadel: Zitadel) => Promise<T>,
): Promise<T> {
  await using tunnel = server.tunnel && (await Tunnel.open(server.tunnel));
  try {
    return await work(await clients(server, tunnel));
  } catch (error) {
    throw error instanceof ConnectError ? explain(error, server) : error;
  }
}

/** As {@link withZitadel}, for up to `patience` ms while nothing answers: a container may just have started. */
export async function withStartingZitadel<T>(
  server: ZitadelAddress,
  work: (zitadel: Zitadel) => Promise<T>,
  patience = 60_000,
): Promise<T> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      return await withZitadel(server, work);
    } catch (error) {
      if (!(error instanceof ZitadelUnreachable) || Date.now() > deadline) throw error;
      await sleep(1000);
    }
  }
}

async function clients(server: ZitadelAddress, tunnel: Tunnel | undefined) {
  // Imported, not required: what @zitadel/proto 1.3 publishes as CommonJS lies in a package of type module.
  const [{ createGrpcWebTransport }, { newSystemToken }, v1, v2] = await Promise.all([
    import("@connectrpc/connect-node"),
    import("@zitadel/client/node"),
    import("@zitadel/client/v1"),
    import("@zitadel/client/v2"),
  ]);
  const { host } = new URL(server.origin);
  const authorize: NonNullable<Parameters<typeof createGrpcWebTransport>[0]["interceptors"]>[number] =
    (next) => async (request) => {
      const token = await newSystemToken({
        audience: server.origin,
        subject: systemUser,
        key: server.deployerKey,
        expirationTime: "1m",
      });
      request.header.set("authorization", `Bearer ${token}`);
      request.header.set("x-zitadel-instance-host", host);
      return next(request);
    };
  // gRPC-Web is what every version of Zitadel speaks over HTTP/1.1, for v1 and v2 services alike.
  const transport = createGrpcWebTransport({
    baseUrl: server.address,
    httpVersion: "1.1",
    interceptors: [authorize],
    defaultTimeoutMs: 15_000,
    nodeOptions: { ca: server.caCertificate, ...(tunnel && { agent: tunnel.agent }) },
  });
  return {
    users: v2.createUserServiceClient(transport),
    sessions: v2.createSessionServiceClient(transport),
    settings: v2.createSettingsServiceClient(transport),
    admin: v1.createAdminServiceClient(transport),
    management: v1.createManagementServiceClient(transport),
  };
}

function explain(error: ConnectError, { address, origin }: ZitadelAddress): Error {
  const reason = error.rawMessage;
  if (/CERT|certificate|issuer|altname/i.test(reason) && error.code !== Code.InvalidArgument)
    return new ZitadelRefused(
      error.code,
      `the certificate of ${address} isn't trusted (${reason}); give the CA that issued it, and an address that it names`,
    );
  if ([Code.Unavailable, Code.DeadlineExceeded, Code.Aborted, Code.Internal].includes(error.code))
    return new ZitadelUnreachable(`Zitadel doesn't answer at ${address} (${reason})`);
  if (error.code === Code.Unauthenticated)
    return new ZitadelRefused(
      error.code,
      `Zitadel at ${address} refuses the deployer's key (${reason}); give it the key whose public half Zitadel was started with`,
    );
  if (error.code === Code.NotFound && reason.includes("Instance"))
    return new ZitadelRefused(
      error.code,
      `Zitadel at ${address} doesn't know the host of ${origin}; give the origin that it was set up for`,
    );
  return new ZitadelRefused(error.code, `Zitadel refuses: ${reason}`);
}
