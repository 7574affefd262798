import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";
import { unknownValue } from "../evaluate";

const hook = (settings: object) =>
  container((props) => (props.hooks = [{ command: "./warm-up.sh" }, { command: "./chown.sh", ...settings }]));

refuses("container-hook-disallow-privileged", {
  "a privileged one": () => hook({ privileged: true }),
  "one that may be privileged, unknown until deployed": () => hook({ privileged: unknownValue }),
  "root by name": () => hook({ user: "root" }),
  "root by number, with a group": () => hook({ user: "0:0" }),
  "a user unknown until deployed": () => hook({ user: unknownValue }),
});

accepts({
  "the container's own user": () => hook({}),
  "another user": () => hook({ user: "1000:0", privileged: false }),
  "hooks unknown as a whole": () => container((props) => (props.hooks = unknownValue)),
});
