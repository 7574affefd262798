import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Measures, Order } from "./load.mts";
import type { Way } from "./ways";

/** Enough that those calls which wait for the disk together don't leave the processor idle. */
export const CONNECTIONS = 256;

type Result<M extends keyof Measures> = Awaited<ReturnType<Measures[M]>>;

/** The process that sends the load, one order at a time. */
export class Client implements Disposable {
  readonly #process = fork(join(__dirname, "load.mts"), [], { execArgv: ["--expose-gc"] });
  readonly #ended = once(this.#process, "exit").then(() => [{ error: "the client ended" }]);

  async measure<M extends keyof Measures>(measure: M, way: Way, seconds = 0): Promise<Result<M>> {
    const endpoint = ["saturate", "latencies", "sequential"].includes(measure) ? "json" : "stream";
    const { tool = "search_documents", connections = CONNECTIONS } = way;
    const target = { url: way[endpoint], headers: way.headers(endpoint), tool, connections };
    this.#process.send({ measure, target, seconds } satisfies Order);
    const [answer] = await Promise.race([once(this.#process, "message"), this.#ended]);
    const { result, error } = answer as { result: Result<M>; error?: string };
    if (error !== undefined) throw new Error(`${way.name}: ${error}`);
    return result;
  }

  [Symbol.dispose](): void {
    this.#process.kill();
  }
}
