import type { BrokerFiles } from "./brokerFixture";
import { BrokerProcess } from "./brokerProcess";
import type { ConnectorVault, VaultServer } from "./connectorVault";

/** A broker's process that is ready, and the real Vault that it reads from; both go with it. */
export interface VaultBroker<Server extends VaultServer> extends AsyncDisposable {
  vault: ConnectorVault<Server>;
  files: BrokerFiles;
  broker: BrokerProcess;
}

export async function startVaultBroker<Server extends VaultServer>(
  starting: Promise<ConnectorVault<Server>>,
): Promise<VaultBroker<Server>> {
  const vault = await starting;
  const files = await vault.brokerFiles();
  const broker = await BrokerProcess.start(files);
  const dispose = async () => {
    await broker[Symbol.asyncDispose]();
    await vault[Symbol.asyncDispose]();
    files.remove();
  };
  try {
    await broker.untilReady();
    return { vault, files, broker, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
