/**
 * What the platter of one machine holds for certain of each log with flush=always: read from the durable bytes of its journal, as a
 * recovery would, and independent of what any process says.
 *
 * ```
 *  durable bytes of journal/*.journal ──follow: only what is new──▶ records in their order ──▶ per group: log end, hard state
 * ```
 * Everything that is to be durable goes through the journal first. Files are used again when a checkpoint has passed them, so it
 * is followed before and after each sync, and what it said stays true when the file is overwritten.
 */
import { METADATA_GROUP } from '../../raft/index.ts';
import type { GroupId, HardState } from '../../raft/index.ts';
import { compareGenerations, decodeRecord, JOURNAL_HEADER_BYTES, saltOfJournal } from '../../storage/journal/index.ts';
import type { Generation, JournalRecord } from '../../storage/journal/index.ts';
import { batchEndOffset, intactHeader, nextBatch } from '../../storage/batch/index.ts';
import { segmentBaseOf } from '../../storage/segment/segment-name.ts';
import type { SimDisk } from '../sim/index.ts';

/** A disk as this looks at it. */
export type PlatterDisk = Pick<SimDisk, 'durableFiles' | 'restores'>;

interface Cursor {
  /** The file itself, not its name: another one begins anew. */
  readonly image: object;
  position: number;
  generation: Generation | null;
}

interface DurableLog {
  /** Number of the log: a group that was deleted and made anew has another. Null: only its segments are known. */
  log: number | null;
  end: number;
  hardState: HardState | null;
  /** The newest term that was opened in it, or written in. */
  term: number;
}

/** Where a record names its file's generation. */
const GENERATION_AT = 8;
/** How a snapshot of metadata ends. */
const SNAPSHOT_MAGIC = 0x464c5353;

export class Platter {
  readonly #disk: PlatterDisk;
  readonly #journal: string;
  readonly #logsPath: string;
  readonly #cursors = new Map<string, Cursor>();
  readonly #logs = new Map<string, DurableLog>();
  #salt: number | null = null;
  #restores = 0;
  /** The newest record taken. */
  #last: { readonly life: number; readonly sequence: number } | null = null;
  /** Durable, but something before them is not. */
  #ahead: JournalRecord[] = [];

  /** @param directory the node's data directory */
  constructor(disk: PlatterDisk, directory: string) {
    this.#disk = disk;
    this.#journal = `${directory}/journal`;
    this.#logsPath = `${directory}/logs`;
  }

  /** One past the last offset of the group's log that is on the platter; 0 when nothing is known of it. */
  end(group: GroupId): number {
    return this.#logs.get(group)?.end ?? 0;
  }

  /** End of the newest snapshot of metadata that is on the platter; 0 when there is none. It stands for all below. */
  snapshotEnd(): number {
    let end = 0;
    for (const [name, image] of this.#disk.durableFiles(`${this.#logsPath}/@${METADATA_GROUP}`)) {
      const found = /^(\d{20})-\d{10}\.snapshot$/.exec(name);
      if (found !== null && isWhole(image.view())) end = Math.max(end, Number(found[1]));
    }
    return end;
  }

  /**
   * Whether the segments hold a batch of that term that ends there: what recovery has read of a journal that never was synced
   * it writes into them, and the journal begins anew. If so, what follows in the journal follows this.
   *
   * @param directory name of the log's directory
   */
  segmentsHold(group: GroupId, directory: string, end: number, term: number): boolean {
    for (const [name, image] of this.#disk.durableFiles(`${this.#logsPath}/${directory}`)) {
      const base = segmentBaseOf(name);
      if (base === null || base >= end || !holdsBatch(image.view(), end, term)) continue;
      const known = this.#logs.get(group);
      if (known === undefined) this.#logs.set(group, { log: null, end, hardState: null, term: 0 });
      else known.end = Math.max(known.end, end);
      return true;
    }
    return false;
  }

  /** The newest term that was opened in the group's log, or written in; 0 when nothing is known of it. */
  newestTerm(group: GroupId): number {
    return this.#logs.get(group)?.term ?? 0;
  }

  /** Term and vote on the platter; null when there never were any. */
  hardState(group: GroupId): HardState | null {
    return this.#logs.get(group)?.hardState ?? null;
  }

  /** Takes in what has become durable since the last time. */
  follow(): void {
    if (this.#disk.restores !== this.#restores) {
      this.#restores = this.#disk.restores;
      this.#forget();
    }
    const found = this.#ahead;
    for (const [name, image] of this.#disk.durableFiles(this.#journal)) this.#read(name, image, found);
    if (found.length === 0) return;
    if (found.length > 1)
      found.sort(
        (left, right) => compareGenerations(left.generation, right.generation) || left.sequence - right.sequence,
      );
    this.#ahead = found.filter((record) => !this.#take(record));
  }

  #read(name: string, image: { view(): Buffer }, found: JournalRecord[]): void {
    const bytes = image.view();
    const cursor = this.#cursorOf(name, image, bytes);
    if (cursor === null || this.#salt === null) return;
    while (cursor.position < bytes.length) {
      const record = decodeRecord(bytes, cursor.position, this.#salt);
      if (record === null) return;
      cursor.generation ??= record.generation;
      if (compareGenerations(cursor.generation, record.generation) !== 0) return;
      cursor.position += record.length;
      // The batch itself is not needed, and its bytes are the file's.
      found.push({ ...record, bytes: null });
    }
  }

  /** Null: it is no journal file, or none that is finished. */
  #cursorOf(name: string, image: object, bytes: Buffer): Cursor | null {
    const known = this.#cursors.get(name);
    if (known?.image === image && !isOverwritten(known, bytes)) return known;
    const salt = saltOfJournal(bytes);
    if (salt === null) return null;
    if (salt !== this.#salt) {
      // Another directory: whatever was here is gone.
      this.#salt = salt;
      this.#forget();
    }
    const cursor: Cursor = { image, position: JOURNAL_HEADER_BYTES, generation: null };
    this.#cursors.set(name, cursor);
    return cursor;
  }

  #forget(): void {
    this.#last = null;
    this.#ahead.length = 0;
    this.#logs.clear();
    this.#cursors.clear();
  }

  /** False: not yet, the record before it is missing. */
  #take({ generation: { life }, sequence, ...record }: JournalRecord): boolean {
    const last = this.#last;
    if (last !== null && (life < last.life || (life === last.life && sequence <= last.sequence))) return true;
    if (last !== null && life === last.life && sequence !== last.sequence + 1) return false;
    this.#last = { life, sequence };
    this.#apply(record);
    return true;
  }

  #apply({ group, log, operation, end }: Omit<JournalRecord, 'generation' | 'sequence'>): void {
    let known = this.#logs.get(group);
    if (known === undefined || (known.log !== null && known.log !== log)) {
      known = { log, end: 0, hardState: null, term: 0 };
      this.#logs.set(group, known);
    }
    known.log = log;
    if (operation.kind === 'open-term') known.term = operation.start.term;
    else if (operation.kind === 'append') {
      known.term = operation.position.term;
      // Behind a gap it says nothing of what should be in it.
      const isGap = end > known.end && (group !== METADATA_GROUP || end > this.snapshotEnd());
      if (!isGap) known.end = operation.position.end;
    } else if (operation.kind === 'truncate') known.end = Math.min(known.end, operation.to);
    else if (operation.kind === 'reset') known.end = operation.to.end;
    else if (operation.kind === 'hard-state') known.hardState = operation.hardState;
  }
}

function holdsBatch(bytes: Buffer, end: number, term: number): boolean {
  for (let at = 0; at < bytes.length;) {
    const next = nextBatch(bytes, at);
    if (next.kind !== 'batch') return false;
    const batch = bytes.subarray(at, at + next.size);
    const header = intactHeader(batch);
    if (typeof header === 'string') return false;
    if (batchEndOffset(batch) === end && header.term === term) return true;
    at += next.size;
  }
  return false;
}

/** The last thing that is written of a snapshot is there. */
function isWhole(bytes: Buffer): boolean {
  return bytes.length > 4 && bytes.readUInt32BE(bytes.length - 4) === SNAPSHOT_MAGIC;
}

/** The file's first record is of another generation than the one that was followed. */
function isOverwritten({ generation }: Cursor, bytes: Buffer): boolean {
  const at = JOURNAL_HEADER_BYTES + GENERATION_AT;
  if (generation === null || bytes.length < at + 8) return false;
  return bytes.readUInt32BE(at) !== generation.life || bytes.readUInt32BE(at + 4) !== generation.file;
}
