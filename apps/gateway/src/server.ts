import { setImmediate as afterPoll } from "node:timers/promises";
import closeWithGrace from "close-with-grace";
import { buildApp } from "./app";
import { ConfigError, loadConfig, type Config } from "./config";

/** How long open requests may take to finish after SIGTERM, in milliseconds. */
const DRAIN = 10_000;

function configOrExit(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

async function run(): Promise<void> {
  const config = configOrExit();
  const app = await buildApp(config);

  closeWithGrace({ delay: DRAIN, logger: app.log }, async ({ err, signal }) => {
    if (err) app.log.fatal({ err }, "stopping after an unexpected error");
    else app.log.info({ signal }, "stopping");
    // A connection that nobody has accepted yet is reset when the listener closes. Right after a poll all are, and
    // from then on new ones are refused, which makes the edge try another gateway.
    await afterPoll();
    app.server.close();
    await app.close();
  });

  try {
    await app.listen(config.listen);
  } catch (error) {
    app.log.fatal({ err: error }, `can't listen on ${config.listen.host}:${config.listen.port}`);
    process.exit(1);
  }
}

void run();
