import { existsSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

import { generateX25519Identity, identityToRecipient } from "age-encryption";

import { writeArchive } from "./backup/archive";
import { recordCeremony } from "./backup/ceremonies";
import { packManifest } from "./backup/manifest";
import { packState } from "./backup/stateFiles";
import { packVolume, stackData, whilePaused } from "./backup/volumes";
import { main } from "./command";
import { CommandError } from "./commandError";
import { readDevConfig } from "./devConfig";
import { requireDocker } from "./docker";

void main({
  name: "backup",
  summary:
    "writes PostgreSQL's and Vault's data and the deployment's own files, as they are at one moment, to one file " +
    "encrypted with age, and reads it back; the stack stands still while it is written",
  options: {
    "to FILE": "the backup to write (0600)",
    "recipient KEY": "age1…: who can restore it",
    "new-key FILE": "instead: makes a key for that, which has to be kept elsewhere",
    "stack NAME": "a stack that was deployed from another machine: its data only",
  },
  run: async ({ state, options }) => {
    const { to } = options;
    if (to === undefined)
      throw new CommandError("--to is missing", "say where: make backup ARGS='--to FILE …'");
    for (const file of [to, options["new-key"]])
      if (file !== undefined && existsSync(file))
        throw new CommandError(`${file} exists already`, "name another file");
    await requireDocker();
    const stack = options["stack"] ?? readDevConfig(state).name;
    const { volumes, writers } = await stackData(stack);
    const recipient = await recipientFrom(options);

    const time = new Date();
    const part = `${to}.part`;
    rmSync(part, { force: true }); // of a run that was cut short
    let still = 0;
    try {
      await writeArchive(part, recipient, async (tar) => {
        packManifest(tar, {
          format: 1,
          time: time.toISOString(),
          stack,
          volumes: volumes.map(({ name }) => name),
        });
        const started = performance.now();
        await whilePaused(writers, async () => {
          if (options["stack"] === undefined) packState(tar, state, "state");
          for (const volume of volumes) await packVolume(tar, volume, `volumes/${volume.name}`);
        });
        still = (performance.now() - started) / 1000;
      });
      renameSync(part, to);
      if (options["stack"] === undefined) recordCeremony(state, "backed up", { recipient });
    } catch (error) {
      rmSync(part, { force: true });
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      throw new CommandError(
        `there is no room for ${to}`,
        "free some, or name another disk; nothing was kept",
      );
    }
    console.log(
      `${to}: ${(statSync(to).size / 1e6).toFixed(1)} MB, read back and right; the stack stood still for ${still.toFixed(1)} s`,
    );
    console.log(
      `It holds ${volumes.map(({ name }) => name).join(", ")}${options["stack"] === undefined ? ", the secrets and Vault's key" : ""}, for ${recipient}`,
    );
  },
});

async function recipientFrom(options: Readonly<Record<string, string | undefined>>): Promise<string> {
  const { recipient } = options;
  const file = options["new-key"];
  if ((recipient === undefined) === (file === undefined))
    throw new CommandError(
      "who can restore it has to be said once",
      "give --recipient age1…, or --new-key FILE to make a key",
    );
  if (file === undefined) {
    if (/^age1[a-z0-9]+$/.test(recipient!)) return recipient!;
    throw new CommandError("--recipient is not the public key of age", "give one that starts with age1");
  }
  const identity = await generateX25519Identity();
  const made = await identityToRecipient(identity);
  writeFileSync(file, `# public key: ${made}\n${identity}\n`, { mode: 0o600, flag: "wx" });
  console.log(`${file} holds the key that opens the backup: move it off this machine`);
  return made;
}
