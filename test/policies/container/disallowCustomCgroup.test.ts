import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";
import { unknownValue } from "../evaluate";

refuses("container-cgroup-disallow-custom-parent", {
  "a parent of its own": () => container((props) => (props.cgroupParent = "/system.slice")),
  "a parent unknown until deployed": () => container((props) => (props.cgroupParent = unknownValue)),
});

accepts({ "the engine's": () => container((props) => (props.cgroupParent = "")) });
