import { accepts, refuses } from "../cases";
import { container, fileCarrier, service } from "../compliantContainer";
import { unknownValue } from "../evaluate";

refuses("container-filesystem-require-read-only", {
  "a writable root file system": () => container((props) => (props.readOnly = false)),
  "a root file system it says nothing of": () => container((props) => delete props.readOnly),
  "a flag unknown until deployed": () => container((props) => (props.readOnly = unknownValue)),
  "a service that says nothing of it": () => service((spec) => delete spec.readOnly),
});

accepts({
  "a read-only root file system": () => container(),
  "a container that never starts, since Docker can't upload into a read-only one": () => fileCarrier(),
});
