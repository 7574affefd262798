import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Repository } from "../../images/registry";

const digest = `sha256:${"1".repeat(64)}`;
const password = "correct horse";

/** A registry that wants a token, which it gives to one user; what it was asked, and with which authorization. */
async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    name: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const tokenRegistry = () =>
  listen((request, response) => {
    const { host, authorization } = request.headers;
    if (request.url?.startsWith("/token")) {
      const basic = `Basic ${Buffer.from(`ada:${password}`).toString("base64")}`;
      response.writeHead(authorization === basic ? 200 : 403).end(JSON.stringify({ token: "granted" }));
    } else if (authorization === "Bearer granted") {
      response.writeHead(200, { "docker-content-digest": digest }).end();
    } else {
      const challenge = `Bearer realm="http://${host}/token",service="s",scope="repository:acme/app:pull"`;
      response.writeHead(401, { "www-authenticate": challenge }).end();
    }
  });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docker-config-"));
  process.env["DOCKER_CONFIG"] = folder;
});
afterEach(() => {
  delete process.env["DOCKER_CONFIG"];
  rmSync(folder, { recursive: true });
});
const dockerConfig = (content: object) => writeFileSync(join(folder, "config.json"), JSON.stringify(content));

it("answers a registry's challenge with what docker login left in its configuration", async () => {
  await using registry = await tokenRegistry();
  const auth = Buffer.from(`ada:${password}`).toString("base64");
  dockerConfig({ auths: { [registry.name]: { auth } } });
  expect(await new Repository(`${registry.name}/acme/app`).digestOf("1.0")).toBe(digest);
});

it("asks the credential helper that Docker's configuration names", async () => {
  await using registry = await tokenRegistry();
  const helper = join(folder, "docker-credential-test");
  writeFileSync(
    helper,
    `#!/bin/sh\nread -r asked\n[ "$asked" = "${registry.name}" ] && printf '{"Username":"ada","Secret":"${password}"}'\n`,
  );
  chmodSync(helper, 0o755);
  const before = process.env["PATH"];
  process.env["PATH"] = `${folder}:${before}`;
  try {
    dockerConfig({ credHelpers: { [registry.name]: "test" } });
    expect(await new Repository(`${registry.name}/acme/app`).digestOf("1.0")).toBe(digest);
  } finally {
    process.env["PATH"] = before;
  }
});

it("says how to log in where the registry takes no anonymous or wrong user, and nothing of the password", async () => {
  await using registry = await tokenRegistry();
  const repository = new Repository(`${registry.name}/acme/app`);
  const refusal = `${registry.name} gives no access to acme/app (403); log in: docker login ${registry.name}`;
  await expect(repository.digestOf("1.0")).rejects.toThrow(refusal);
  dockerConfig({ auths: { [registry.name]: { auth: Buffer.from("ada:wrong").toString("base64") } } });
  await expect(repository.digestOf("1.0")).rejects.toThrow(refusal);
});

it("names a registry that is down", async () => {
  const { name, [Symbol.asyncDispose]: stop } = await tokenRegistry();
  await stop();
  await expect(new Repository(`${name}/acme/app`).digestOf("1.0")).rejects.toThrow(
    `the registry ${name} doesn't answer (ECONNREFUSED)`,
  );
});

it("finds no digest where there is no such tag", async () => {
  await using registry = await listen((_, response) => response.writeHead(404).end());
  expect(await new Repository(`${registry.name}/acme/app`).digestOf("1.0")).toBeUndefined();
});

it("refuses content that isn't what the digest stands for", async () => {
  await using registry = await listen((_, response) => response.writeHead(200).end("{}"));
  await expect(new Repository(`${registry.name}/acme/app`).manifest(digest)).rejects.toThrow(
    `when it is asked for ${digest}`,
  );
});

it("takes a Docker configuration that is broken for an error, without quoting it", async () => {
  await using registry = await tokenRegistry();
  writeFileSync(join(folder, "config.json"), `{"auths": "${password}`);
  await expect(new Repository(`${registry.name}/acme/app`).digestOf("1.0")).rejects.toThrow(
    /config\.json is not Docker's configuration; correct it, or log in again: docker login$/,
  );
});
