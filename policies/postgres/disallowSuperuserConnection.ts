import { containerPolicy } from "../container/containerPolicy";
import { parseImage } from "../container/imageReference";

interface Parameters {
  superusers: string[];
}

const url = /\bpostgres(?:ql)?:\/\/([^\s:@/]+)(?::[^\s@/]*)?@/i;
const userVariable = /^(PGUSER|(\w+_)?(DB|DATABASE|POSTGRES)_?(USER|USERNAME))$/;
/** The server itself, and what administers it. */
const servers = /(^|\/)(postgres|postgresql|postgis|timescaledb|pgvector|pgbouncer|pgadmin4)$/;

/** Refuses containers, other than the server itself, that connect to PostgreSQL as its superuser. */
export const disallowSuperuserConnection = containerPolicy<Parameters>({
  finding: "postgres-connection-disallow-superuser",
  parameters: {
    superusers: {
      type: "array",
      items: { type: "string" },
      default: ["postgres"],
      description: "Names of PostgreSQL's superusers",
    },
  },
  *check({ image, environment }, { superusers }) {
    if (typeof image.value === "string" && servers.test(parseImage(image.value).repository)) return;
    for (const { path, name, value } of environment) {
      if (name === undefined || typeof value !== "string") continue;
      const user = userVariable.test(name) ? value : url.exec(value)?.[1];
      if (user !== undefined && superusers.includes(user)) {
        yield { observed: `${path} connects ${name} as ${user}`, required: "a role with DML rights only" };
      }
    }
  },
});
