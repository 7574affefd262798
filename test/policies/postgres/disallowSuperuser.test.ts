import { accepts, refuses } from "../cases";
import { unknownValue, type TestedResource } from "../evaluate";

const role = (change: object = {}): TestedResource => ({
  type: "postgresql:index/role:Role",
  name: "apexmcp_app",
  props: { name: "apexmcp_app", login: true, ...change },
});

refuses("postgres-role-disallow-superuser", {
  "a superuser": () => role({ superuser: true }),
  "a superuser unknown until deployed": () => role({ superuser: unknownValue }),
  "a role that passes row-level security": () => role({ bypassRowLevelSecurity: true }),
  "a member of the bootstrap superuser": () => role({ roles: ["apexmcp_readers", "postgres"] }),
  "memberships unknown until deployed": () => role({ roles: unknownValue }),
});

accepts({
  "a plain role": () => role(),
  "flags that are off": () => role({ superuser: false, bypassRowLevelSecurity: false }),
  "a member of another role": () => role({ roles: ["apexmcp_readers"] }),
});
