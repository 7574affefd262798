import { accepts, refuses } from "../cases";
import { container, service } from "../compliantContainer";
import { evaluate, unknownValue } from "../evaluate";

const port = (change: object) => container((props) => Object.assign(props.ports![0]!, change));

refuses("container-port-disallow-all-interfaces", {
  "no address": () => container((props) => delete props.ports![0]!.ip),
  "an empty address": () => port({ ip: "" }),
  "0.0.0.0": () => port({ ip: "0.0.0.0" }),
  "::": () => port({ ip: "::" }),
  "an address unknown until deployed": () => port({ ip: unknownValue }),
  "ports unknown as a whole": () => container((props) => (props.ports = unknownValue)),
  "a second port": () => container((props) => props.ports!.push({ internal: 80 })),
  "all of the image's ports": () => container((props) => (props.publishAllPorts = true)),
  "a service's port, which can't be on one address": () =>
    service((_spec, props) => (props.endpointSpec = { ports: [{ targetPort: 80, publishedPort: 8080 }] })),
});

test.each([
  [{ ip: "0.0.0.0" }, "publishes port 8443 on all interfaces"],
  [{ ip: " 0.0.0.0 " }, "publishes port 8443 on all interfaces"],
  [{ ip: "0.0.0.0", external: undefined }, "publishes a random port on all interfaces"],
  [{ ip: unknownValue }, "publishes port 8443 on an address unknown until deployed"],
])("of %j says that it %s", async (change, said) => {
  expect((await evaluate(port(change))).messages.join()).toContain(said);
});

accepts({
  "one address": () => container(),
  "an IPv6 address": () => port({ ip: "::1" }),
  "no port": () => container((props) => delete props.ports),
  "a service without ports": () => service(),
});

describe("with public ports configured", () => {
  const configuration = { "container-port-disallow-all-interfaces": { publicPorts: [443] } };
  accepts({ "one of them on all interfaces": () => port({ ip: "0.0.0.0", external: 443 }) }, configuration);
});
