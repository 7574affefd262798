/** The objects whose keys decide something: the message, its params, and their _meta. */
const decisive = ["", "params", "_meta"];

/**
 * A key that is there twice, or in two spellings that differ by case, in one of the objects that decide what a message
 * is about; undefined when there is none. Parsers disagree about which one counts (some compare without case), so the
 * upstream could be asked for another tool than the one that was authorised.
 * @param json valid JSON, an object
 */
export function ambiguousKey(json: string): string | undefined {
  /** Keys of the objects that are open and decisive, outermost first. */
  const open: Set<string>[] = [];
  let depth = 0;
  /** Whether the next string is a key, and the last key that was read. */
  let atKey = false;
  let key = "";
  /** Whether what is open at each depth is an object. */
  const objects: boolean[] = [];

  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case 0x7b: // {
        if (open.length === depth && key === decisive[depth]) open.push(new Set());
        objects[++depth] = true;
        atKey = true;
        break;
      case 0x5b: // [
        objects[++depth] = false;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
        if (open.length > depth) open.pop();
        atKey = false;
        break;
      case 0x2c: // ,
        atKey = objects[depth] === true;
        break;
      case 0x22: {
        // "
        const end = endOfString(json, at);
        const keys = atKey && open.length === depth ? open[depth - 1] : undefined;
        if (keys !== undefined) {
          key = json.slice(at + 1, end);
          if (key.includes("\\")) key = JSON.parse(json.slice(at, end + 1)) as string;
          const folded = key.toUpperCase().toLowerCase();
          if (keys.has(folded)) return key;
          keys.add(folded);
        }
        atKey = false;
        at = end;
      }
    }
  }
  return undefined;
}

/** @param start of its opening quotation mark @returns the index of the closing one */
function endOfString(json: string, start: number): number {
  for (let end = start; ;) {
    end = json.indexOf('"', end + 1);
    let backslashes = 0;
    while (json.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}
