import { createHash, type Hash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { ReadableStream } from "node:stream/web";
import { createZstdCompress, createZstdDecompress } from "node:zlib";

import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";

import { CommandError } from "../commandError";
import { eachEntry, TarWriter, type TarEntry } from "./tar";

type Bytes = AsyncIterable<Uint8Array>;

/**
 * Writes a tar stream, compressed (zstd) and encrypted (age), to a new file of mode 0600, then reads the file back
 * from disk and compares. `age --decrypt --identity KEY FILE | tar --extract --zstd` opens it as well.
 *
 * Reading back takes a key: besides the recipient's, which isn't here, the file is encrypted to one that is made for
 * this run and forgotten after it.
 *
 * @param fill adds the entries
 * @throws CommandError when the file isn't what was written
 */
export async function writeArchive(
  file: string,
  recipient: string,
  fill: (tar: TarWriter) => Promise<void>,
): Promise<void> {
  const own = await generateX25519Identity();
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  encrypter.addRecipient(await identityToRecipient(own));

  const tar = new TarWriter();
  const written = createHash("sha256");
  await Promise.all([
    fill(tar).then(
      () => tar.end(),
      (error: Error) => {
        tar.fail(error);
        throw error;
      },
    ),
    pipeline(
      tar.stream,
      (bytes: Bytes) => hashing(written, bytes),
      createZstdCompress(),
      async function* (bytes: Bytes) {
        yield* await encrypter.encrypt(web(bytes));
      },
      createWriteStream(file, { mode: 0o600, flags: "wx", flush: true }),
    ),
  ]);

  const read = createHash("sha256");
  await readBytes(file, own, async (bytes) => {
    for await (const chunk of bytes) read.update(chunk);
  });
  if (!read.digest().equals(written.digest())) {
    throw new CommandError(`${file} is not what was written to it`, "look at that disk; name another place");
  }
}

/**
 * Reads what {@link writeArchive} wrote, entry by entry. What was changed or cut off throws before the end.
 *
 * @param identity `AGE-SECRET-KEY-1…`
 */
export async function readArchive(
  file: string,
  identity: string,
  take: (entry: TarEntry) => Promise<void>,
): Promise<void> {
  await readBytes(file, identity, (bytes) => eachEntry(bytes, take));
}

async function readBytes(
  file: string,
  identity: string,
  take: (bytes: Bytes) => Promise<void>,
): Promise<void> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  await pipeline(
    createReadStream(file),
    async function* (bytes: Bytes) {
      yield* await decrypter.decrypt(web(bytes));
    },
    createZstdDecompress(),
    take,
  );
}

function web(bytes: Bytes): globalThis.ReadableStream<Uint8Array> {
  return ReadableStream.from(bytes) as globalThis.ReadableStream<Uint8Array>;
}

async function* hashing(hash: Hash, bytes: Bytes): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}
