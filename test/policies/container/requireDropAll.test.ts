import { accepts, refuses } from "../cases";
import { container, fileCarrier, service, type ContainerProps } from "../compliantContainer";
import { unknownValue } from "../evaluate";

const capabilities = (value: ContainerProps["capabilities"]) =>
  container((props) => (props.capabilities = value));

refuses("container-capability-require-drop-all", {
  "no capabilities named": () => container((props) => delete props.capabilities),
  "some dropped": () => capabilities({ drops: ["NET_RAW"] }),
  "one added back": () => capabilities({ drops: ["ALL"], adds: ["NET_BIND_SERVICE"] }),
  "all added back": () => capabilities({ drops: ["ALL"], adds: ["ALL"] }),
  "dropped ones unknown until deployed": () => capabilities({ drops: unknownValue }),
  "added ones unknown until deployed": () => capabilities({ drops: ["ALL"], adds: unknownValue }),
  "an added one unknown until deployed": () => capabilities({ drops: ["ALL"], adds: [unknownValue] }),
  "capabilities unknown as a whole": () => capabilities(unknownValue),
  "some dropped in a container that never starts": () =>
    fileCarrier((props) => (props.capabilities!.drops = ["NET_RAW"])),
  "a service without dropped ones": () => service((spec) => delete spec.capDrops),
  "a service with an added one": () => service((spec) => (spec.capAdds = ["SYS_ADMIN"])),
});

accepts({
  "all dropped": () => container(),
  "all dropped, under its other name": () => capabilities({ drops: ["cap_all"] }),
});

describe("with a capability allowed by configuration", () => {
  accepts(
    { "it added back": () => capabilities({ drops: ["ALL"], adds: ["CAP_NET_BIND_SERVICE"] }) },
    { "container-capability-require-drop-all": { allowedCapabilities: ["NET_BIND_SERVICE"] } },
  );
});
