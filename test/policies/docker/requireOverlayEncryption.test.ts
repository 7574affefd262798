import { accepts, refuses } from "../cases";
import { unknownValue, type TestedResource } from "../evaluate";

const network = (props: object): TestedResource => ({
  type: "docker:index/network:Network",
  props: { name: "data", ...props },
});

refuses("docker-network-require-overlay-encryption", {
  "an overlay without options": () => network({ driver: "overlay" }),
  "an overlay with encryption off": () => network({ driver: "overlay", options: { encrypted: "false" } }),
  "an overlay with encryption unknown until deployed": () =>
    network({ driver: "overlay", options: { encrypted: unknownValue } }),
  "an overlay with options unknown until deployed": () =>
    network({ driver: "overlay", options: unknownValue }),
});

accepts({
  "an encrypted overlay": () => network({ driver: "overlay", options: { encrypted: "true" } }),
  "an overlay with the bare option, which turns it on": () =>
    network({ driver: "overlay", options: { encrypted: "" } }),
  "a bridge": () => network({ driver: "bridge" }),
  "the default driver": () => network({}),
});
