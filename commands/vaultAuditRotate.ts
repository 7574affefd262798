import { main } from "./command";
import { CommandError } from "./commandError";
import { auditSize, dropOldAudits, rotateAudit } from "./vault/auditFile";

const mebibyte = 1024 * 1024;

void main({
  name: "vault-audit-rotate",
  summary: "moves Vault's audit file aside and has Vault open a new one; for a daily job.",
  options: {
    "container NAME": "Vault's container",
    "larger-than MIB": "leave a smaller file as it is (default: 100; 0 rotates whatever is there)",
    "keep NUMBER": "files that were moved aside to keep, the newest (default: 10)",
  },
  run: async ({ options }) => {
    const { container } = options;
    if (container === undefined) {
      throw new CommandError("--container is missing", 'name it: ARGS="--container NAME"');
    }
    const limit = whole(options, "larger-than", 100) * mebibyte;
    const keep = whole(options, "keep", 10);
    const size = await auditSize(container);
    if (size <= limit) {
      console.log(
        `the audit file has ${inMebibytes(size)}, no more than ${inMebibytes(limit)}: left as it is`,
      );
      return;
    }
    console.log(
      `${inMebibytes(size)} moved to ${await rotateAudit(container)}, and Vault writes to a new file`,
    );
    for (const removed of await dropOldAudits(container, keep)) console.log(`removed ${removed}`);
  },
});

function whole(
  options: Readonly<Record<string, string | undefined>>,
  name: string,
  otherwise: number,
): number {
  const text = options[name];
  if (text === undefined) return otherwise;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new CommandError(`--${name} is ${text}`, "give a whole number");
}

const inMebibytes = (bytes: number) => `${(bytes / mebibyte).toFixed(1)} MiB`;
