import { accepts, refuses } from "../cases";
import { container, fileCarrier, service } from "../compliantContainer";
import { unknownValue } from "../evaluate";

refuses("container-health-require-healthcheck", {
  "no healthcheck": () => container((props) => delete props.healthcheck),
  "one that is turned off": () => container((props) => (props.healthcheck!.tests = ["NONE"])),
  "one without a command": () => container((props) => (props.healthcheck!.tests = [])),
  "one unknown until deployed": () => container((props) => (props.healthcheck = unknownValue)),
  "a service without one": () => service((spec) => delete spec.healthcheck),
});

accepts({
  "a command": () => container(),
  "a command with a word unknown until deployed": () =>
    container((props) => (props.healthcheck!.tests = ["CMD-SHELL", unknownValue])),
  "a container that never starts": () => fileCarrier(),
});
