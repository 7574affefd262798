import { accepts, refuses } from "../cases";
import { container, fileCarrier, service } from "../compliantContainer";
import { unknownValue } from "../evaluate";

const options = (value: unknown) => container((props) => (props.securityOpts = value));

refuses("container-process-require-no-new-privileges", {
  "no security options": () => container((props) => delete props.securityOpts),
  "other ones only": () => options(["label=type:svirt_t"]),
  "it turned off": () => options(["no-new-privileges:false"]),
  "options unknown until deployed": () => options(unknownValue),
  "none in a container that never starts": () => fileCarrier((props) => delete props.securityOpts),
});

accepts({
  "it written with a colon": () => options(["no-new-privileges:true"]),
  "it written with an equals sign": () => options(["no-new-privileges=true"]),
  "it without a value": () => options(["no-new-privileges"]),
  "a service, which has no input for it": () => service(),
});
