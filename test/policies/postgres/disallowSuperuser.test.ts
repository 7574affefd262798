import { accepts, refuses } from "../cases";
import { unknownValue, type TestedResource } from "../evaluate";

const role = (change: object = {}): TestedResource => ({
  type: "postgresql:index/role:Role",
  name: "apexmcp_app",
  props: { name: "apexmcp_app", login: true, ...change },
});

const membership = (grantRole: unknown): TestedResource => ({
  type: "postgresql:index/grantRole:GrantRole",
  props: { role: "apexmcp_app", grantRole },
});

describe("postgres-role-disallow-superuser", () => {
  refuses("postgres-role-disallow-superuser", {
    ...Object.fromEntries(
      ["superuser", "createRole", "createDatabase", "replication", "bypassRowLevelSecurity"].map((flag) => [
        flag,
        () => role({ [flag]: true }),
      ]),
    ),
    "a superuser unknown until deployed": () => role({ superuser: unknownValue }),
  });
});

describe("postgres-role-disallow-escalation", () => {
  refuses("postgres-role-disallow-escalation", {
    "a member of the bootstrap superuser": () => role({ roles: ["apexmcp_readers", "postgres"] }),
    "a member of a predefined role": () => role({ roles: ["pg_execute_server_program"] }),
    "memberships unknown until deployed": () => role({ roles: unknownValue }),
    "one membership unknown until deployed": () => role({ roles: ["apexmcp_readers", unknownValue] }),
    "a membership by a resource of its own": () => membership("pg_write_all_data"),
    "such a membership unknown until deployed": () => membership(unknownValue),
  });
});

accepts({
  "a plain role": () => role(),
  "flags that are off": () => role({ superuser: false, createRole: false, bypassRowLevelSecurity: false }),
  "a member of another role": () => role({ roles: ["apexmcp_readers"] }),
  monitoring: () => membership("pg_monitor"),
});
