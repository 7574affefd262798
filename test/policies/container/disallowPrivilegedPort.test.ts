import { accepts, refuses } from "../cases";
import { container, service } from "../compliantContainer";

const port = (external: number) => container((props) => (props.ports![0]!.external = external));

refuses("container-port-disallow-privileged", { "port 22": () => port(22), "port 1023": () => port(1023) });

accepts({
  "port 1024": () => port(1024),
  "port 443, allowed by default": () => port(443),
  "a random port": () => container((props) => delete props.ports![0]!.external),
});

describe("with a service that may publish on all interfaces", () => {
  const published = (publishedPort: number) =>
    service((_spec, props) => (props.endpointSpec = { ports: [{ targetPort: 80, publishedPort }] }));
  accepts(
    { "its port, allowed": () => published(853) },
    {
      "container-port-disallow-all-interfaces": { publicPorts: [853] },
      "container-port-disallow-privileged": { allowedPorts: [853] },
    },
  );
});
