import { hash } from "node:crypto";

/** One row of the audit log, as far as the chain goes. */
export interface ChainEntry {
  readonly id: number;
  readonly lane: number;
  readonly seq: number;
  readonly hash: Buffer;
  /** What was hashed: the 32 bytes of the previous hash, and then the canonical form. */
  readonly hashed: Buffer;
}

export type Damage = "changed" | "replaced" | "missing" | "swapped" | "duplicate" | "cut" | "rewritten";

export interface Finding {
  readonly damage: Damage;
  readonly lane: number;
  readonly seq: number;
  /** What is wrong with which row. */
  readonly text: string;
}

/** The last entry of a lane. */
export interface LaneHead {
  readonly lane: number;
  readonly seq: number;
  /** Hex. */
  readonly hash: string;
}

interface Lane {
  seq: number;
  hash: Buffer;
  /** Whether the last entry's own hash was right. */
  sound: boolean;
}

/** Entries that were not there when a later one came. Those that come after it all the same are out of place. */
interface Gap {
  readonly lane: number;
  missing: { from: number; to: number }[];
  readonly before: ChainEntry;
  readonly finding: Mutable<Finding>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const genesis = Buffer.alloc(32);
/** More damage is counted, not described. */
const described = 100;

/**
 * Walks the audit log's chain in the order of the rows, and finds what is wrong with it (article, finding 5;
 * `apps/gateway/migrations/0003_audit_log.sql` says what the chain is). Rows must come in the order of `id`.
 */
export class AuditChain {
  count = 0;
  damaged = 0;
  private readonly lanes = new Map<number, Lane>();
  private readonly found: Mutable<Finding>[] = [];
  private readonly altered: { entry: ChainEntry; finding: Mutable<Finding> }[] = [];
  private readonly gaps: Gap[] = [];
  private readonly anchored: Map<number, LaneHead>;

  /** @param anchored the heads of an anchor, which the chain must still contain */
  constructor(anchored: readonly LaneHead[] = []) {
    this.anchored = new Map(anchored.map((head) => [head.lane, head]));
  }

  take(entry: ChainEntry): void {
    this.count++;
    const lane = this.lane(entry.lane);
    const sound = isHashOf(entry.hash, entry.hashed);
    if (!sound) {
      const finding = this.report(
        "changed",
        entry,
        `its content doesn't match its hash; it now says ${says(entry)}`,
      );
      if (this.altered.length < described) this.altered.push({ entry, finding });
    }
    if (this.anchored.get(entry.lane)?.seq === entry.seq) this.compareWithAnchor(entry);
    if (entry.seq <= lane.seq) return this.late(entry);
    if (entry.seq > lane.seq + 1) this.gap(lane, entry);
    else if (sound && lane.sound && !entry.hashed.subarray(0, 32).equals(lane.hash))
      this.unlinked(lane, entry);
    lane.seq = entry.seq;
    lane.hash = entry.hash;
    lane.sound = sound;
  }

  /** Ends the walk. The first finding is that of the first bad row. */
  finish(): readonly Finding[] {
    for (const { lane, seq } of this.anchored.values()) {
      const last = this.lanes.get(lane)?.seq ?? 0;
      if (last < seq) {
        const from = last + 1;
        const cut = from === seq ? `entry ${seq}` : `entries ${from} to ${seq}`;
        this.report(
          "cut",
          { lane, seq: from },
          `the lane ends at entry ${last}, and the anchor has ${seq}: ${cut} cut off`,
        );
      }
    }
    this.describeGaps();
    this.recogniseSwaps();
    return this.found;
  }

  /** The last entry of each lane, by lane. */
  heads(): LaneHead[] {
    return [...this.lanes]
      .map(([lane, { seq, hash }]) => ({ lane, seq, hash: hash.toString("hex") }))
      .sort((a, b) => a.lane - b.lane);
  }

  private lane(number: number): Lane {
    let lane = this.lanes.get(number);
    if (lane === undefined) this.lanes.set(number, (lane = { seq: 0, hash: genesis, sound: true }));
    return lane;
  }

  private gap(lane: Lane, before: ChainEntry): void {
    const from = lane.seq + 1;
    const finding = this.report("missing", { lane: before.lane, seq: from }, "");
    if (this.gaps.length < described)
      this.gaps.push({ lane: before.lane, missing: [{ from, to: before.seq - 1 }], before, finding });
  }

  private unlinked(lane: Lane, entry: ChainEntry): void {
    const text = `it is not the entry that row ${entry.id} was chained to: it was replaced, and its hash made anew`;
    if (lane.seq === 0) this.report("changed", entry, "it is a lane's first entry, and names one before it");
    else this.report("replaced", { lane: entry.lane, seq: lane.seq }, text);
  }

  /** An entry after one of a higher number. */
  private late(entry: ChainEntry): void {
    const { lane, seq } = entry;
    const within = ({ from, to }: { from: number; to: number }) => from <= seq && seq <= to;
    const gap = this.gaps.find((it) => it.lane === lane && it.missing.some(within));
    if (gap === undefined) {
      this.report("duplicate", entry, "the lane has this number twice");
      return;
    }
    gap.missing = gap.missing.flatMap((range) =>
      within(range)
        ? [
            { from: range.from, to: seq - 1 },
            { from: seq + 1, to: range.to },
          ].filter(({ from, to }) => from <= to)
        : [range],
    );
  }

  private describeGaps(): void {
    for (const { missing, before, finding } of this.gaps) {
      const ranges = missing.map(({ from, to }) => (from === to ? `${from}` : `${from} to ${to}`)).join(", ");
      if (missing.length === 0) {
        finding.damage = "swapped";
        finding.text = `${name(before)}: swapped: it stands before entry ${finding.seq}, which comes later`;
        finding.seq = before.seq;
      } else {
        finding.seq = missing[0]!.from;
        finding.text = `lane ${finding.lane}, entry ${ranges}: missing before row ${before.id}`;
      }
    }
  }

  private compareWithAnchor(entry: ChainEntry): void {
    if (entry.hash.toString("hex") !== this.anchored.get(entry.lane)?.hash)
      this.report(
        "rewritten",
        entry,
        "its hash is not the anchor's: it, or an entry before it, was written anew",
      );
  }

  /** Two altered rows that are right with each other's content, or number, were swapped. */
  private recogniseSwaps(): void {
    for (const [index, a] of this.altered.entries()) {
      for (const b of this.altered.slice(index + 1)) {
        const contents = matches(a.entry, a.entry, b.entry) && matches(b.entry, b.entry, a.entry);
        const numbers = matches(a.entry, b.entry, a.entry) && matches(b.entry, a.entry, b.entry);
        if (!contents && !numbers) continue;
        for (const [mine, theirs] of [
          [a, b],
          [b, a],
        ] as const) {
          mine.finding.damage = "swapped";
          mine.finding.text = `${name(mine.entry)}: swapped with ${name(theirs.entry)}`;
        }
      }
    }
  }

  private report(damage: Damage, at: Place, text: string): Mutable<Finding> {
    const finding = { damage, lane: at.lane, seq: at.seq, text: `${name(at)}: ${damage}: ${text}` };
    if (this.damaged++ < described) this.found.push(finding);
    return finding;
  }
}

/** Compared as strings of Latin-1 ("binary"): allocating a Buffer for each digest would cost three times the hashing. */
function isHashOf(digest: Buffer, content: Buffer): boolean {
  return hash("sha256", content, "binary") === digest.toString("latin1");
}

type Place = Pick<ChainEntry, "lane" | "seq"> & Partial<ChainEntry>;

function name({ lane, seq, id }: Place): string {
  return `lane ${lane}, entry ${seq}${id === undefined ? "" : ` (row ${id})`}`;
}

/** The canonical form starts with the lane and the number. */
function matches(chained: ChainEntry, place: ChainEntry, content: ChainEntry): boolean {
  const own = `(${content.lane},${content.seq},`;
  const rest = content.hashed.subarray(32 + own.length);
  const hashed = Buffer.concat([
    chained.hashed.subarray(0, 32),
    Buffer.from(`(${place.lane},${place.seq},`),
    rest,
  ]);
  return isHashOf(chained.hash, hashed);
}

function says({ hashed }: ChainEntry): string {
  return JSON.stringify(hashed.subarray(32, 32 + 300).toString("utf8"));
}
