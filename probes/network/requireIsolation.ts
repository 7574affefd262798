import { error, fail, pass, probe } from "../probe";
import { containerOf, type Service, type Target } from "../target";
import { reachable, type Endpoint } from "./reach";

/** Who must not reach whom, and whom it must, which shows that the attempt itself works. */
const separations = [
  { from: "gateway", tool: "node", not: ["vault"], but: "postgres" },
  { from: "edge", tool: "curl", not: ["vault", "postgres", "broker"], but: "gateway" },
  { from: "broker", tool: "node", not: ["postgres", "zitadel"], but: "vault" },
  { from: "zitadel", tool: "edge's curl", not: ["vault", "broker"], but: "postgres" },
] as const;

const ports: Record<Service, number> = {
  vault: 8200,
  postgres: 5432,
  broker: 8090,
  zitadel: 8080,
  gateway: 8080,
  edge: 8443,
};

/**
 * Proves network-segment-require-isolation by trying, from inside: every address and name of the other
 * container, and its admin port through the Docker machine's own addresses.
 */
export const requireIsolation = probe("network-segment-require-isolation", async (target) => {
  const results = await Promise.all(
    separations.map(async ({ from, tool, not, but }) => {
      const forbidden = not.flatMap((service) => endpointsOf(target, service, from));
      const control = shared(target, from, but);
      const edgeImage = containerOf(target, "edge").inspection.Config.Image;
      const attempter = {
        container: containerOf(target, from).name,
        tool: tool === "edge's curl" ? { curlOf: edgeImage } : tool,
      };
      const open = await reachable(target.docker, attempter, [...forbidden, ...control]);
      return {
        from,
        but,
        forbidden,
        open: forbidden.filter((it) => open.includes(it)),
        works: control.some((it) => open.includes(it)),
      };
    }),
  );
  const wrong = results.filter(({ open }) => open.length > 0);
  if (wrong.length > 0)
    return fail(wrong.map(({ from, open }) => `${from} reaches ${open.join(", ")}`).join("; "));
  const blind = results.find(({ works }) => !works);
  if (blind) return error(`${blind.from} doesn't even reach ${blind.but}, so the attempts prove nothing`);
  const tried = results.reduce((sum, { forbidden }) => sum + forbidden.length, 0);
  return pass(
    `${tried} attempts: gateway and Zitadel reach no Vault address, edge no Vault or PostgreSQL address`,
  );
});

function endpointsOf(target: Target, service: Service, from: Service): Endpoint[] {
  const { name, inspection } = containerOf(target, service);
  const port = ports[service];
  const own = Object.values(inspection.NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
  const machine = Object.values(containerOf(target, from).inspection.NetworkSettings.Networks).map(
    ({ Gateway }) => Gateway,
  );
  const published = Object.values(inspection.NetworkSettings.Ports).flatMap((bindings) => bindings ?? []);
  const endpoints: Endpoint[] = [
    ...[service, name, ...own].map((host): Endpoint => `${host}:${port}`),
    ...machine.flatMap((host) => published.map(({ HostPort }): Endpoint => `${host}:${Number(HostPort)}`)),
  ];
  return [...new Set(endpoints.filter((endpoint) => !endpoint.startsWith(":")))];
}

/** The other container's addresses on the networks that both are attached to. */
function shared(target: Target, from: Service, to: Service): Endpoint[] {
  const mine = containerOf(target, from).inspection.NetworkSettings.Networks;
  const theirs = containerOf(target, to).inspection.NetworkSettings.Networks;
  return Object.entries(theirs)
    .filter(([network]) => network in mine)
    .map(([, { IPAddress }]): Endpoint => `${IPAddress}:${ports[to]}`);
}
