import closeWithGrace from "close-with-grace";
import { buildApp } from "./app";
import { ConfigError, loadConfig, type Config } from "./config";

/** How long what is left may take at the end, in milliseconds. */
const LAST_WRITES = 5000;

function configOrExit(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

/** Traces only where the standard variables name a collector: it costs what isn't wanted otherwise. */
function startTracing(): (() => Promise<void>) | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT } = process.env;
  const { OTEL_SDK_DISABLED, OTEL_TRACES_EXPORTER } = process.env;
  const wanted = OTEL_EXPORTER_OTLP_ENDPOINT || OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  if (!wanted || OTEL_SDK_DISABLED === "true" || OTEL_TRACES_EXPORTER === "none") return undefined;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loads much, and import() would need a path as compiled
  const tracing = require("./telemetry/tracing") as typeof import("./telemetry/tracing");
  return tracing.startTracing();
}

async function run(): Promise<void> {
  const config = configOrExit();
  const stopTracing = startTracing();
  const app = await buildApp(config);

  const delay = config.drain.notice + config.drain.grace + LAST_WRITES;
  closeWithGrace({ delay, logger: app.log }, async ({ err, signal }) => {
    if (err) app.log.fatal({ err }, "stopping after an unexpected error");
    else app.log.info({ signal }, "stopping");
    await app.close();
    await stopTracing?.();
  });

  try {
    await app.listen(config.listen);
  } catch (error) {
    app.log.fatal({ err: error }, `can't listen on ${config.listen.host}:${config.listen.port}`);
    process.exit(1);
  }
}

void run();
