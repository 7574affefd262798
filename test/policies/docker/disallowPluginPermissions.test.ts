import { accepts, refuses } from "../cases";
import { unknownValue, type TestedResource } from "../evaluate";

const plugin = (props: object): TestedResource => ({
  type: "docker:index/plugin:Plugin",
  props: { name: "acme/volumes:1.0.0", ...props },
});

refuses("docker-plugin-disallow-all-permissions", {
  "all permissions": () => plugin({ grantAllPermissions: true }),
  "permissions unknown until deployed": () => plugin({ grantAllPermissions: unknownValue }),
});

accepts({
  "permissions by name": () => plugin({ grantPermissions: [{ name: "network", values: ["host"] }] }),
  none: () => plugin({ grantAllPermissions: false }),
});
