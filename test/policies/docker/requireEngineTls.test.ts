import { accepts, refuses } from "../cases";
import { unknownValue, type TestedResource } from "../evaluate";

const provider = (props: object): TestedResource => ({
  type: "pulumi:providers:docker",
  props: { ...props },
});

refuses("docker-provider-require-tls", {
  "an engine on the network": () => provider({ host: "tcp://build.example.com:2375" }),
  "the same, with an empty path": () => provider({ host: " TCP://build.example.com:2375", certPath: "" }),
});

accepts({
  "this machine's engine": () => provider({}),
  "an engine's socket": () => provider({ host: "unix:///var/run/docker.sock" }),
  "an engine by SSH": () => provider({ host: "ssh://deploy@build.example.com" }),
  "an engine with certificates": () => provider({ host: "tcp://build:2376", certPath: "/etc/docker/tls" }),
  "an engine whose CA is given": () => provider({ host: "tcp://build:2376", caMaterial: unknownValue }),
  "an engine unknown until deployed": () => provider({ host: unknownValue }),
});
