import type { ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";

import { authenticate } from "./api/authenticate.ts";
import { management } from "./api/management.ts";
import { policies } from "./api/policies.ts";
import { users } from "./api/users.ts";
import { Instance } from "./instance.ts";
import { loginPages } from "./login.ts";
import { jwtProfile } from "./oidc/jwtProfile.ts";
import { openIdProvider } from "./oidc/provider.ts";
import type { Settings } from "./settings.ts";
import { Store } from "./store.ts";

/** Opens the instance and serves it; resolves when it listens. */
export async function serve(settings: Settings): Promise<{ close(): Promise<void> }> {
  const store = new Store(settings);
  await store.prepare();
  const instance = await Instance.open(settings, store);
  const provider = openIdProvider(settings, instance, store);
  const login = loginPages(provider, instance, store);
  const oidc = provider.callback();
  const token = jwtProfile(settings, instance, oidc);
  const api = connectNodeAdapter({
    interceptors: [authenticate(settings)],
    routes: (router: ConnectRouter) => {
      users(router, instance);
      policies(router, instance);
      management(router, instance);
    },
  });

  const { host, hostname } = new URL(settings.origin);
  const server = createServer(
    {
      cert: readFileSync(settings.TLS.CertPath),
      key: readFileSync(settings.TLS.KeyPath),
      minVersion: "TLSv1.2",
    },
    (request, response) => {
      const path = (request.url ?? "/").split("?")[0]!;
      if (path === "/debug/healthz" || path === "/debug/ready") return void response.end("ok");
      // The real server finds its instance by the host, whatever its port.
      const asked = request.headers["x-zitadel-instance-host"] ?? request.headers.host ?? "";
      if (String(asked).replace(/:\d+$/, "") !== hostname) {
        response.writeHead(404, { "content-type": "application/json" });
        return void response.end(
          JSON.stringify({ code: 5, message: "unable to set instance: Errors.Instance.NotFound" }),
        );
      }
      request.headers.host = host;
      if (path.startsWith("/zitadel.")) return api(request, response);
      const failed = (what: string, answer: string) => (error: Error) => {
        console.error(`${what}: ${error.message}`);
        if (!response.headersSent) response.writeHead(400, { "content-type": "text/plain" });
        response.end(`${answer}\n`);
      };
      if (path.startsWith("/ui/login/")) {
        login(request, response).catch(
          failed("login", "This login has ended. Start again from the application."),
        );
        return;
      }
      if (path === "/oauth/v2/token" && request.headers["content-type"]?.includes("form-urlencoded")) {
        token(request, response).catch(failed("token", "This request can't be read."));
        return;
      }
      void oidc(request, response);
    },
  );
  await listen(server, settings.Port);
  return {
    close: async () => {
      server.close();
      server.closeAllConnections();
      await store.close();
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, () => resolve());
  });
}
