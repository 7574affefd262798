import { accepts, refuses } from "../cases";
import { container, service } from "../compliantContainer";
import { unknownValue } from "../evaluate";

const mount = (propagation: string) => ({
  type: "bind",
  source: "/srv/app",
  target: "/x",
  bindOptions: { propagation },
});
const mounted = (propagation: string) => container((props) => props.mounts.push(mount(propagation)));

refuses("container-mount-disallow-shared-propagation", {
  shared: () => mounted("shared"),
  rshared: () => mounted("rshared"),
  "one unknown until deployed": () => mounted(unknownValue),
  "shared in a service": () => service((spec) => spec.mounts.push(mount("shared"))),
});

accepts({ rprivate: () => mounted("rprivate"), rslave: () => mounted("rslave") });
