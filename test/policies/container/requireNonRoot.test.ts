import { accepts, refuses } from "../cases";
import { container, fileCarrier, service } from "../compliantContainer";
import { unknownValue } from "../evaluate";

const user = (value: unknown) => container((props) => (props.user = value));

refuses("container-process-require-non-root", {
  "no user": () => container((props) => delete props.user),
  "an empty user": () => user(""),
  "0": () => user("0"),
  "the number 0": () => user(0),
  "00": () => user("00"),
  "0:0": () => user("0:0"),
  root: () => user("root"),
  "Root:staff": () => user("Root:staff"),
  "a group alone": () => user(":1000"),
  "a user unknown until deployed": () => user(unknownValue),
  "root in a container that never starts": () => fileCarrier((props) => (props.user = "0")),
  "a service without a user": () => service((spec) => delete spec.user),
});

accepts({
  "a number": () => user("1000"),
  "a name": () => user("nginx"),
  "a user in the group root": () => user("1000:0"),
  "a service's user": () => service(),
});
