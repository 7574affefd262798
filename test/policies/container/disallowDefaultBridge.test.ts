import { accepts, refuses } from "../cases";
import { container, fileCarrier } from "../compliantContainer";
import { unknownValue } from "../evaluate";

refuses("container-network-disallow-default-bridge", {
  "no network named": () => container((props) => (props.networksAdvanced = [])),
  "the mode bridge": () =>
    container((props) => Object.assign(props, { networksAdvanced: [], networkMode: "bridge" })),
  "the bridge among others": () => container((props) => props.networksAdvanced.push({ name: "bridge" })),
});

accepts({
  "a network of the stack": () => container(),
  "a network unknown until deployed": () =>
    container((props) => (props.networksAdvanced = [{ name: unknownValue }])),
  "networks unknown as a whole": () => container((props) => (props.networksAdvanced = unknownValue)),
  "no network at all": () => fileCarrier(),
  "another container's network": () =>
    container((props) => Object.assign(props, { networksAdvanced: [], networkMode: "container:abc" })),
});
