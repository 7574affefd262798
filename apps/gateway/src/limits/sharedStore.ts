import { Redis } from "ioredis";
import { rootCertificates } from "node:tls";
import { Problem } from "../problems";
import type { Environment } from "../secrets/load";

export interface SharedStoreSettings {
  host: string;
  port: number;
  password: string;
  /** PEM, beside the well-known ones. */
  certificateAuthority: string;
}

/** Milliseconds after which a request is refused rather than let in uncounted. */
const COMMAND_TIMEOUT = 500;
const CONNECT_TIMEOUT = 2000;

/** `REDIS_URL`, undefined when there is none. Adds a line to `problems` when it is wrong. */
export function loadSharedStoreAddress(
  { REDIS_URL: text = "" }: Environment,
  problems: string[],
): { host: string; port: number } | undefined {
  if (text === "") return undefined;
  const [, host, port] = /^rediss:\/\/([a-zA-Z0-9.-]+)(?::([0-9]{1,5}))?$/.exec(text) ?? [];
  if (host !== undefined) return { host, port: Number(port ?? 6379) };
  problems.push(
    "REDIS_URL must be as in rediss://redis:6379: with TLS; its password is the secret REDIS_PASSWORD",
  );
  return undefined;
}

/**
 * Valkey or Redis, in which several replicas count requests together. While it doesn't answer, nothing can be counted
 * and requests are refused: a limit that is off when its store is down is one an attacker switches off.
 */
export function connectSharedStore(
  { host, port, password, certificateAuthority }: SharedStoreSettings,
  onError: (error: Error) => void,
): Redis {
  const redis = new Redis({
    ...{ host, port, password, keyPrefix: "apexmcp:" },
    tls: { ca: [...rootCertificates, certificateAuthority], servername: host, minVersion: "TLSv1.2" },
    commandTimeout: COMMAND_TIMEOUT,
    connectTimeout: CONNECT_TIMEOUT,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
  });
  redis.on("error", onError);
  return redis;
}

/** Why the store can't be used; the answer is safe to show. */
export async function sharedStoreProblem(redis: Redis): Promise<string | undefined> {
  try {
    return (await redis.ping()) === "PONG" ? undefined : "gives another answer than a Redis";
  } catch {
    return `can't be used (${redis.status})`;
  }
}

/** @throws Problem `unavailable` in place of the store's own errors */
export function uncounted(error: unknown): never {
  if (error instanceof Problem) throw error;
  const problem = new Problem("unavailable", "requests can't be counted now; try again later", {
    "retry-after": "5",
  });
  problem.cause = error;
  throw problem;
}
