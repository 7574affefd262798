import { z } from "zod";

import { dockerOrThrow } from "../docker";
import { error, fail, pass, probe } from "../probe";
import { containerOf } from "../target";
import { attemptTokens } from "./attemptTokens";

const answers = z.record(z.string(), z.number());

/**
 * Proves broker-token-require-freshness from inside the gateway's container, the only one that reaches the broker:
 * its secret signs tokens there and never leaves it. One good token is taken; each bad one has to be refused.
 */
export const requireFreshToken = probe("broker-token-require-freshness", async (target) => {
  const { name } = containerOf(target, "gateway");
  const said = await dockerOrThrow(target.docker, ["exec", name, "node", "-e", attemptTokens]);
  const { fresh, ...bad } = answers.parse(JSON.parse(said));
  if (fresh === undefined || fresh === 401) {
    return error("the broker doesn't even take a fresh token, so the attempts prove nothing");
  }
  const kinds = Object.entries(bad);
  if (kinds.length === 0) return error("no token was tried");
  const taken = kinds.filter(([, status]) => status !== 401).map(([kind]) => kind);
  return taken.length > 0
    ? fail(`the broker takes a token that is ${taken.join(", ")}`)
    : pass(`the broker refuses a token that is ${kinds.map(([kind]) => kind).join(", ")}`);
});
