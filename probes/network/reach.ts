import { dockerOrThrow, type Docker } from "../docker";
import { besides } from "../target";

/** `host:port` of something to reach. */
export type Endpoint = `${string}:${number}`;

const seconds = 2;

/**
 * On an internal network Docker's DNS takes 10 seconds over a name that it doesn't know, and Node doesn't exit before
 * a look-up has ended: so the resolver is told to ask once and wait a second.
 */
const nodeScript = `
process.env.RES_OPTIONS = "timeout:1 attempts:1";
const net = require("node:net");
const endpoints = process.argv.slice(1);
let untold = endpoints.length;
for (const endpoint of endpoints) {
  const at = endpoint.lastIndexOf(":");
  const socket = net.connect({ host: endpoint.slice(0, at), port: Number(endpoint.slice(at + 1)) });
  let told = false;
  const tell = (answer) => {
    if (told) return;
    told = true;
    console.log(answer + " " + endpoint);
    socket.destroy();
    if (--untold === 0) process.exit();
  };
  socket.once("connect", () => tell("open")).once("error", () => tell("closed"));
  setTimeout(() => tell("closed"), ${seconds * 1000});
}`;

/** Who tries, and with what: what its image has, or curl of another image in its network namespace. */
export interface Attempter {
  readonly container: string;
  readonly tool: "node" | "curl" | { readonly curlOf: string };
}

/**
 * Tries, from inside a container, to open a TCP connection to each endpoint, all at once, for 2 seconds.
 *
 * @returns the endpoints that answered
 * @throws when the tool didn't say anything about an endpoint
 */
export async function reachable(
  docker: Docker,
  { container, tool }: Attempter,
  endpoints: readonly Endpoint[],
): Promise<Endpoint[]> {
  const curl = (args: string[]) =>
    typeof tool === "object"
      ? besides(container, "network", tool.curlOf, ["curl", ...args])
      : ["exec", container, "curl", ...args];
  const answers =
    tool === "node" ? await withNode(docker, container, endpoints) : await withCurl(docker, curl, endpoints);
  const silent = endpoints.filter((endpoint) => !answers.has(endpoint));
  if (silent.length > 0) throw new Error(`nothing was told in ${container} about ${silent.join(", ")}`);
  return endpoints.filter((endpoint) => answers.get(endpoint) === true);
}

async function withNode(docker: Docker, container: string, endpoints: readonly Endpoint[]) {
  const out = await dockerOrThrow(docker, ["exec", container, "node", "-e", nodeScript, ...endpoints]);
  return new Map(
    out.split("\n").flatMap((line) => {
      const [answer, endpoint] = line.split(" ");
      return endpoint ? [[endpoint, answer === "open"] as const] : [];
    }),
  );
}

/** A connection was made where curl measured the time it took; what is said over it doesn't matter. */
async function withCurl(
  docker: Docker,
  command: (args: string[]) => string[],
  endpoints: readonly Endpoint[],
) {
  const args = [
    "--silent",
    "--parallel",
    "--connect-timeout",
    String(seconds),
    "--max-time",
    String(seconds + 1),
  ];
  const write = ["--write-out", "%{time_connect} %{url_effective}\\n"];
  const urls = endpoints.flatMap((endpoint) => ["--output", "/dev/null", `http://${endpoint}/`]);
  const { stdout } = await docker(command([...args, ...write, ...urls]));
  return new Map(
    stdout.split("\n").flatMap((line) => {
      const [time, url] = line.split(" ");
      const endpoint = /^http:\/\/(.*)\/$/.exec(url ?? "")?.[1];
      return endpoint ? [[endpoint, Number(time) > 0] as const] : [];
    }),
  );
}
