import { request } from "node:https";

const [command, ...args] = process.argv.slice(2);

if (command === "ready") {
  const port = Number(process.env["ZITADEL_PORT"] ?? 8080);
  request({ port, path: "/debug/ready", rejectUnauthorized: false, timeout: 3000 }, ({ statusCode }) =>
    process.exit(statusCode === 200 ? 0 : 1),
  )
    .on("error", () => process.exit(1))
    .end();
} else if (command === "start-from-init") {
  console.log(
    "zitadel-standin: STANDS IN FOR ZITADEL, for tests and offline development only, never for production",
  );
  try {
    // Imported here: the health check, which runs every few seconds, needs none of it.
    const [{ serve }, { readSettings }] = await Promise.all([import("./server.ts"), import("./settings.ts")]);
    const settings = readSettings(args, process.env);
    const server = await serve(settings);
    console.log(`zitadel-standin: listens on ${settings.Port} for ${settings.origin}`);
    process.once("SIGTERM", () => void server.close());
  } catch (error) {
    console.error(`zitadel-standin: ${(error as Error).message}`);
    process.exitCode = 1;
  }
} else {
  console.error("zitadel-standin: the command is start-from-init or ready");
  process.exitCode = 1;
}
