import { createDeployer } from "../provider/vault/deployer";
import { main } from "./command";
import { CommandError } from "./commandError";
import { connectionOptions, withVault } from "./vault/connection";
import { keeperOptions, keepersOf } from "./vault/keyKeeper";

void main({
  name: "vault-deployer",
  summary:
    "gives deployments a new credential for Vault, and brings its policy up to date; run by make vault-root.",
  options: { ...connectionOptions, ...keeperOptions },
  run: (context) =>
    withVault(context, async ({ client }) => {
      const { VAULT_TOKEN: token } = process.env;
      if (!token) {
        throw new CommandError(
          "VAULT_TOKEN is not set, and only root may do this",
          'run it so: make vault-root ARGS="-- make vault-deployer ARGS=…"',
        );
      }
      const keepers = keepersOf(context);
      const deployer = await createDeployer(client, token);
      for (const keeper of keepers) await keeper.keepDeployer(deployer);
      console.log(`The deployer's credential is in ${keepers.map(({ place }) => place).join(" and ")}.`);
    }),
});
