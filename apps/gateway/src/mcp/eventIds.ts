/** An id that is longer couldn't come back in a header. */
const LONGEST = 600;

/**
 * Replaces the ids in an event stream (WHATWG HTML, section 9.2) by sealed ones, chunk by chunk. All else passes byte
 * for byte and at once, but for a line's beginning that may yet become an id.
 */
export class EventIds {
  #atLineStart = true;
  #held = "";
  #seen = false;

  /** @param seal what an agent may send as Last-Event-ID in place of the id */
  constructor(private readonly seal: (id: string) => string) {}

  /** Whether an event had an id, so that the stream can be resumed after it. */
  get seen(): boolean {
    return this.#seen;
  }

  replaceIn(chunk: Buffer): Buffer {
    const text = this.#held + chunk.toString("latin1");
    // What goes on with a line that has begun is no id.
    const begin = this.#atLineStart ? 0 : text.search(/[\r\n]/);
    if (begin < 0) return chunk;
    const lines = text.slice(begin);
    const end = Math.max(lines.lastIndexOf("\n"), lines.lastIndexOf("\r")) + 1;
    const last = lines.slice(end);
    const hold = mayBecomeId(last);
    this.#held = hold ? last : "";
    this.#atLineStart = hold || last === "";
    return Buffer.from(text.slice(0, begin) + this.#replaced(hold ? lines.slice(0, end) : lines), "latin1");
  }

  #replaced(lines: string): string {
    return lines.replace(
      /(^|[\r\n])id:([\x20-\x7e\x80-\xff]+)(?=[\r\n])/g,
      (line, start: string, value: string) => {
        const id = value.replace(/^ /, "");
        if (id === "" || id.length > LONGEST) return line;
        this.#seen = true;
        return `${start}id: ${this.seal(id)}`;
      },
    );
  }
}

function mayBecomeId(line: string): boolean {
  return line !== "" && line.length < LONGEST + 8 && ("id:".startsWith(line) || line.startsWith("id:"));
}
