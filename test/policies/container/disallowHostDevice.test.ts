import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";
import { unknownValue } from "../evaluate";

refuses("container-device-disallow-host", {
  "a device": () => container((props) => (props.devices = [{ hostPath: "/dev/sda" }])),
  "devices unknown until deployed": () => container((props) => (props.devices = unknownValue)),
});

accepts({ "no devices": () => container((props) => (props.devices = [])) });
