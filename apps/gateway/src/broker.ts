import { setTimeout as sleep } from "node:timers/promises";
import closeWithGrace from "close-with-grace";
import { buildBroker } from "./broker/app";
import { BrokerConfigError, loadBrokerConfig, type BrokerConfig } from "./broker/config";

/** How long open requests may take to finish after SIGTERM, in milliseconds. */
const DRAIN = 10_000;

function configOrExit(): BrokerConfig {
  try {
    return loadBrokerConfig(process.env);
  } catch (error) {
    if (!(error instanceof BrokerConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

async function main(): Promise<void> {
  const config = configOrExit();
  const { app, login } = buildBroker(config, (error) => {
    app.log.fatal({ reason: error.message }, "stopping: Vault refused the broker's login");
    process.exitCode = 1;
    void app.close().finally(() => process.exit(1));
  });
  closeWithGrace({ delay: DRAIN, logger: app.log }, async ({ err, signal }) => {
    if (err) app.log.fatal({ err }, "stopping after an unexpected error");
    else app.log.info({ signal }, "stopping");
    await app.close();
  });
  // Tokens issued up to the second of the start are refused; from the next one on, all that are new are good.
  await sleep(1000 - (Date.now() % 1000));
  await app.listen(config.listen);
  await login.start();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
