import { fail, probe } from "../probe";
import { appRoleAttempts } from "./appRoleAttempts";
import { queryAsApp } from "./connection";
import { tryAsApp } from "./tryAsApp";

/** Functions that run with their owner's rights, and could be led astray or called by everybody. */
const unpinned = `
  SELECT p.oid::regprocedure::text AS name FROM pg_proc p
  WHERE p.prosecdef AND p.pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) AND (
    NOT EXISTS (SELECT FROM unnest(p.proconfig) AS setting WHERE setting ~ '^search_path=.*(^|, |=)"?pg_temp"?$')
    OR EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) WHERE grantee = 0))`;

/** Proves postgres-function-require-pinned-search-path, by looking at every such function and by shadowing. */
export const requirePinnedSearchPath = probe(
  "postgres-function-require-pinned-search-path",
  async (target) => {
    const functions = await queryAsApp<{ name: string }>(target, unpinned);
    return functions.length > 0
      ? fail(
          `not pinned with pg_temp last, or open to PUBLIC: ${functions.map(({ name }) => name).join(", ")}`,
        )
      : tryAsApp(target, appRoleAttempts["postgres-function-require-pinned-search-path"]);
  },
);
