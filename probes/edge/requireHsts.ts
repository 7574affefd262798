import { fail, pass, probe } from "../probe";
import { withEdge } from "./edgeRequest";
import { attemptsOf } from "./requireHeaders";

const oneYear = 31_536_000;

/** Proves edge-header-require-hsts: a year or more, on answers and errors of each host. */
export const requireHsts = probe("edge-header-require-hsts", (target) =>
  withEdge(target, async (send) => {
    const seen = await Promise.all(
      attemptsOf(target).map(async ({ name, origin, path, method }) => {
        const { status, headers } = await send(origin, path, { method });
        return {
          what: `${name} ${status}`,
          header: String(headers["strict-transport-security"] ?? "nothing"),
        };
      }),
    );
    const short = seen.filter(({ header }) => !(Number(/max-age=(\d+)/.exec(header)?.[1]) >= oneYear));
    return short.length > 0
      ? fail(short.map(({ what, header }) => `${what} sends ${header}`).join("; "))
      : pass(`${seen[0]!.header} on ${seen.map(({ what }) => what).join(", ")}`);
  }),
);
