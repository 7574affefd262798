import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

import { auditAnchor, readAnchor, signAnchor, type AuditAnchor } from "./auditAnchor";
import { AuditChain } from "./auditChain";
import { auditDatabase, auditorAddress, couldNotTell } from "./auditor";
import { eachAuditRow } from "./auditRows";
import { main } from "./command";
import { CommandError } from "./commandError";
import { connect } from "../provider/postgres/connect";

void main({
  name: "audit-verify",
  summary:
    "checks the audit log's hash chain and names what is wrong; exit code 0 sound, 1 damaged, 2 could not tell. " +
    auditDatabase,
  options: {
    anchor: "a signed anchor that the log must still contain; needs --public-key",
    "public-key": "PEM file of the Ed25519 key that signed it",
    export: "writes a signed anchor of the log as it is now, to keep elsewhere; needs --key",
    key: "PEM file of an Ed25519 private key: openssl genpkey -algorithm ed25519",
  },
  run: async ({ state, options }) => {
    const anchor = givenAnchor(options);
    const key = signingKey(options);
    const address = await auditorAddress(state);

    const client = await connect(address, 0).catch(couldNotTell);
    const chain = new AuditChain(anchor?.lanes);
    const started = performance.now();
    try {
      await eachAuditRow(client, (entry) => chain.take(entry)).catch(couldNotTell);
    } finally {
      await client.end().catch(() => undefined);
    }
    const seconds = (performance.now() - started) / 1000;

    const findings = chain.finish();
    const heads = chain.heads();
    const now = auditAnchor(new Date(), chain.count, heads);
    const rate = Math.round(chain.count / seconds).toLocaleString("en");
    console.log(
      `${chain.count} entries in ${heads.length} lanes read in ${seconds.toFixed(1)} s (${rate} a second)`,
    );
    console.log(`head ${now.head}`);
    if (anchor) console.log(`compared with the anchor of ${anchor.time}, ${anchor.count} entries`);
    if (findings.length > 0) {
      for (const { text } of findings) console.log(text);
      const more = chain.damaged - findings.length;
      if (more > 0) console.log(`… and ${more} more`);
      console.log(
        `The audit log is damaged; the first bad row is lane ${findings[0]!.lane}, entry ${findings[0]!.seq}`,
      );
      return 1;
    }
    console.log(`The audit log is sound${anchor ? ", and holds the anchor" : ""}`);
    if (key) writeFileSync(options["export"]!, signAnchor(now, key));
    return 0;
  },
});

type Options = Readonly<Record<string, string | undefined>>;

function givenAnchor(options: Options): AuditAnchor | undefined {
  const file = options["anchor"];
  if (file === undefined) return undefined;
  if (options["public-key"] === undefined)
    throw new CommandError("an anchor is only worth its signature", "give --public-key FILE too", 2);
  const publicKey = readKey(options["public-key"], createPublicKey);
  try {
    return readAnchor(readFileSync(file, "utf8"), publicKey);
  } catch (error) {
    throw new CommandError(
      `${file}: ${(error as Error).message}`,
      "take the anchor from where it was kept safe",
      2,
    );
  }
}

function signingKey(options: Options): KeyObject | undefined {
  if (options["export"] === undefined) return undefined;
  if (options["key"] === undefined)
    throw new CommandError(
      "an anchor has to be signed",
      "give --key FILE too; make one: openssl genpkey -algorithm ed25519 -out FILE",
      2,
    );
  return readKey(options["key"], createPrivateKey);
}

function readKey(file: string, parse: (pem: string) => KeyObject): KeyObject {
  try {
    const key = parse(readFileSync(file, "utf8"));
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // said below, without what OpenSSL quotes
  }
  throw new CommandError(
    `${file} can't be read, or is not the PEM of an Ed25519 key of that kind`,
    "give another",
    2,
  );
}
