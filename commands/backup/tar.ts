import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { extract, pack, type Header } from "tar-stream";

export interface TarEntry {
  readonly header: Header;
  readonly content: Readable;
}

/** A tar stream in the making. (tar-stream's own streams are streamx's, which Node's types don't know.) */
export class TarWriter {
  private readonly tar = pack();
  readonly stream = Readable.from(this.tar, { objectMode: false });

  file(name: string, mode: number, content: Buffer | string): void {
    this.tar.entry({ name, mode }, content);
  }

  /** Adds an entry of another stream under another first part of its name, owner and mode as they are. */
  async forward({ header, content }: TarEntry, from: string, to: string): Promise<void> {
    const { name, mode, mtime, size, type, linkname, uid, gid } = header;
    const moved = { name: `${to}${name.slice(from.length)}`, mode, mtime, size, type, linkname, uid, gid };
    if (type === "file") await pipeline(content, this.tar.entry(moved) as unknown as NodeJS.WritableStream);
    else this.tar.entry(moved);
  }

  end(): void {
    this.tar.finalize();
  }

  fail(error: Error): void {
    this.tar.destroy(error);
  }
}

/** Takes a tar stream apart; what of an entry isn't read is left out. */
export async function eachEntry(
  bytes: AsyncIterable<Uint8Array>,
  take: (entry: TarEntry) => Promise<void>,
): Promise<void> {
  const entries = extract();
  const taken = (async () => {
    for await (const entry of entries) {
      const content = Readable.from(entry as AsyncIterable<Uint8Array>, { objectMode: false });
      await take({ header: entry.header, content });
      if (!content.readableEnded) entry.resume();
    }
  })().catch((error: Error) => {
    entries.destroy(error);
    throw error;
  });
  await Promise.all([taken, pipeline(bytes, entries as unknown as NodeJS.WritableStream)]);
}
