import { accepts, refuses } from "../cases";
import { container, fileCarrier, service } from "../compliantContainer";
import { unknownValue } from "../evaluate";

const modes = ["networkMode", "pidMode", "ipcMode", "usernsMode", "cgroupnsMode"];

refuses("container-namespace-disallow-host", {
  ...Object.fromEntries(
    modes.map((mode) => [`${mode} host`, () => container((props) => (props[mode] = "host"))]),
  ),
  ...Object.fromEntries(
    modes.map((mode) => [
      `${mode} unknown until deployed`,
      () => container((props) => (props[mode] = unknownValue)),
    ]),
  ),
  "a container that never starts, in the host's PIDs": () => fileCarrier((props) => (props.pidMode = "host")),
  "a container attached to the host's network": () =>
    container((props) => props.networksAdvanced.push({ name: "host" })),
  "a service attached to the host's network by name": () =>
    service((_spec, props) => props.taskSpec.networksAdvanceds.push({ name: "host" })),
  "a service attached to the host's network by its id": () =>
    service((_spec, props) => props.taskSpec.networksAdvanceds.push({ id: "host" })),
});

accepts({
  ...Object.fromEntries(
    modes.map((mode) => [`${mode} private`, () => container((props) => (props[mode] = "private"))]),
  ),
  "a network unknown until deployed, which the program makes": () =>
    container((props) => (props.networksAdvanced = [{ name: unknownValue }])),
  "a service's network unknown until deployed": () =>
    service((_spec, props) => (props.taskSpec.networksAdvanceds = [{ id: unknownValue }])),
});
