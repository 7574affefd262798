import { createServer } from "node:net";

import { dockerCli, type Docker } from "../../../probes/docker";
import { reachable, type Endpoint } from "../../../probes/network/reach";
import { stackImage } from "../../support/stackImage";
import { closeServers, listen } from "../tlsServer";

jest.setTimeout(60_000);
afterEach(closeServers);

/** `docker exec` as a container of this machine's network: with the tools of the image, which the machine may lack. */
const exec =
  (image: "node" | "nginx"): Docker =>
  ([, , tool = "", ...args]) =>
    dockerCli(["run", "--rm", "--network=host", `--entrypoint=${tool}`, stackImage(image), ...args]);

it.each([
  ["node", "node"],
  ["curl", "nginx"],
] as const)("tells open from closed with %s, as the image of %s has it", async (tool, image) => {
  const open: Endpoint = `127.0.0.1:${await listen(createServer((socket) => socket.destroy()))}`;
  const gone = createServer();
  const closed: Endpoint = `127.0.0.1:${await listen(gone)}`;
  await new Promise((resolve) => gone.close(resolve));
  const unknown: Endpoint = "no-such-host.invalid:80";
  expect(await reachable(exec(image), { container: "any", tool }, [closed, open, unknown])).toEqual([open]);
});
