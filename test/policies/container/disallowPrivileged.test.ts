import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";
import { unknownValue } from "../evaluate";

refuses("container-process-disallow-privileged", {
  "a privileged container": () => container((props) => (props.privileged = true)),
  "a privileged container, written as text": () => container((props) => (props.privileged = "true")),
  "a flag unknown until deployed": () => container((props) => (props.privileged = unknownValue)),
});

accepts({
  "a container that isn't": () => container(),
  "a container that doesn't say": () => container((props) => delete props.privileged),
});
