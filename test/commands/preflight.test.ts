import { createServer, type AddressInfo, type Server } from "node:net";

import { isPortInUse, portHolder } from "../../commands/portHolder";
import { checkDisk } from "../../commands/preflight";

describe("the disk", () => {
  const gibibyte = 1024 ** 3;

  it("is fine with 1 GiB, also where a path doesn't exist", () => {
    expect(() => checkDisk(["/", "/no/such/path"], () => gibibyte)).not.toThrow();
  });

  it("is too full below, with the path, what is left, and the fix", () => {
    expect(() => checkDisk(["/"], () => gibibyte - 1)).toThrow(
      "only 1023 MiB are free on the disk of /. Fix: free at least 1 GiB there",
    );
  });

  it("is asked of the system", () => {
    expect(() => checkDisk(["/"])).not.toThrow();
  });
});

describe("a port", () => {
  let server: Server;
  let port: number;
  beforeEach(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it("that is held is in use, and its holder is named", async () => {
    expect(await isPortInUse("127.0.0.1", port)).toBe(true);
    expect(portHolder(port)).toMatch(new RegExp(`^.+ \\(pid ${process.pid}\\)$`));
  });

  it("that is free isn't in use, and stays free", async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await isPortInUse("127.0.0.1", port)).toBe(false);
    expect(await isPortInUse("127.0.0.1", port)).toBe(false);
    expect(portHolder(port)).toBeUndefined();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  });

  it("of another machine's address is an error, not free", async () => {
    await expect(isPortInUse("192.0.2.1", port)).rejects.toThrow("EADDRNOTAVAIL");
  });
});
