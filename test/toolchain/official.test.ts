import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

import { officialReachable } from "../../toolchain/official";

async function withServer(answer: RequestListener, check: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    await check(`http://127.0.0.1:${(server.address() as AddressInfo).port}/install.sh`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("a host that answers can be downloaded from", () =>
  withServer(
    (_, response) => response.end(),
    async (url) => expect(await officialReachable(url)).toBe(true),
  ));

test("a proxy's refusal is no answer", () =>
  withServer(
    (_, response) => response.writeHead(403).end(),
    async (url) => expect(await officialReachable(url)).toBe(false),
  ));

test("a host that keeps silent is given up after the time-out", () =>
  withServer(
    () => undefined,
    async (url) => {
      const start = Date.now();
      expect(await officialReachable(url, 200)).toBe(false);
      expect(Date.now() - start).toBeLessThan(2_000);
    },
  ));

test("a host that refuses the connection is unreachable", async () => {
  expect(await officialReachable("http://127.0.0.1:1/install.sh")).toBe(false);
});
