/**
 * The segment files of one log, and the four things that are done to them: append, truncate, reset, trim.
 *
 * ```
 *  [base₀ … end₀) closed   [base₁ … end₁) closed   [base₂ … end₂) active ◀── append     roll: by bytes, by int32 of relative offsets
 * ```
 * A segment is named by the end of the one before it, even if its first batch begins later: so a scan after a power loss
 * knows that no file is missing in between.
 * Physical only: it knows nothing of durability order. Its caller does one thing at a time (`sync` apart, which may
 * run beside appends) and starts a cut only when the journal holds it. What failed with a full disk can be repeated:
 * an append goes on behind what was written whole, over the same bytes.
 */
import { assert, offset } from '../../raft/index.ts';
import type { Offset } from '../../raft/index.ts';
import { DiskError } from '../disk.ts';
import type { Pending } from '../disk.ts';
import { asBuffer, readInt64 } from '../int64.ts';
import type { StoredBatch } from '../replica-log.ts';
import { DamageError } from './damage.ts';
import type { OpenFile } from './file-cache.ts';
import { loadIndex, removeIfThere, removeIndex, saveIndex } from './segment-index.ts';
import type { IndexPorts } from './segment-index.ts';
import { walkFromOffset } from './segment-seek.ts';
import { emptySummary, RELATIVE_MAX, Segment } from './segment.ts';
import type { SegmentSummary } from './segment.ts';

/** The settings that shape segments; read anew at each use. */
export interface SegmentShape {
  readonly segmentBytesMax: number;
  readonly indexIntervalBytes: number;
  /** Batches may be taken out. */
  readonly compact: boolean;
}

/** Bytes of one write of batches to a segment; more are written in steps, so that a thread is not held for long. */
const WRITE_BYTES_MAX = 8 * 1024 * 1024;
const WRITE_BUFFERS_MAX = 512;

/** One per log. */
export class SegmentSet {
  readonly ports: IndexPorts;
  readonly directory: string;
  /** A file was made, removed or renamed since the directory was synced. */
  directoryDirty = false;
  /** Batches were taken out, here or by who sent them: one may begin above the end of the one before it. Never false again. */
  hasGaps: boolean;
  #shape: SegmentShape;
  readonly #segments: Segment[];
  /** The last sync. */
  #syncing: Promise<void> = Promise.resolve();
  /** End of the log while it has no segment. */
  #emptyEnd: Offset;

  /** `end` is where the log ends when there are no segments. */
  constructor(
    ports: IndexPorts,
    directory: string,
    shape: SegmentShape,
    summaries: readonly SegmentSummary[],
    end: Offset,
  ) {
    this.ports = ports;
    this.directory = directory;
    this.#shape = shape;
    this.hasGaps = shape.compact;
    this.#emptyEnd = end;
    this.#segments = summaries.map((summary) => new Segment(directory, summary));
  }

  get shape(): SegmentShape {
    return this.#shape;
  }

  set shape(shape: SegmentShape) {
    this.#shape = shape;
    this.hasGaps ||= shape.compact;
  }

  /** Ascending. */
  get segments(): readonly Segment[] {
    return this.#segments;
  }

  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /** One past the last record in the files. */
  get end(): Offset {
    return this.#segments.at(-1)?.end ?? this.#emptyEnd;
  }

  get dirty(): boolean {
    return this.directoryDirty || this.#segments.some((segment) => segment.dirty);
  }

  summaries(): readonly SegmentSummary[] {
    return this.#segments.map((segment) => segment.summary());
  }

  /** Writes all `batches`, in order, at the end. Repeated after a failure it leaves out what was written. */
  append(batches: readonly StoredBatch[]): Pending {
    const active = this.#segments.at(-1);
    const isRepeated = (batches[0]?.position.base ?? 0) < this.end;
    if (active === undefined || isRepeated || this.#run(active, batches) < batches.length)
      return this.#appendSlowly(batches);
    const open = this.ports.files.tryUse(active.path);
    if (open === null) return this.#appendSlowly(batches);
    return this.#write(active, open, batches);
  }

  /** Closes the active segment: what follows goes into a new one. Nothing, when it is empty. */
  async close(): Promise<void> {
    const active = this.#segments.at(-1);
    if (active !== undefined && active.bytes > 0) await this.#begin(active.end);
  }

  /**
   * Cuts the log to `to`, an end of a batch. Rejects with {@link DamageError} when `to` cannot be found.
   * `physical` false: the files stay as they are, only what is known of them goes (recovery looks at the rest itself).
   */
  async truncate(to: Offset, physical = true): Promise<void> {
    for (let last = this.#segments.at(-1); last !== undefined && last.base >= to; last = this.#segments.at(-1)) {
      await this.#remove(last);
    }
    const segment = this.#segments.at(-1);
    if (segment === undefined) this.#emptyEnd = to;
    if (segment === undefined || segment.end <= to) return;
    const cut = await this.#findCut(segment, to);
    // May leave an empty file: a segment is named by an end that its first batch need not begin at.
    if (physical) await this.#cutFile(segment, cut.bytes);
    segment.cuts += 1;
    segment.bytes = cut.bytes;
    segment.lastBatch = cut.lastBatch;
    segment.largest = cut.largest;
    segment.end = to;
    segment.offsets.truncate(cut.bytes);
    segment.times.truncate(to - segment.base);
    this.directoryDirty = true;
    await removeIndex(this.ports.disk, segment);
  }

  /** Removes all segments; the log now ends at `end`. */
  async reset(end: Offset): Promise<void> {
    for (let last = this.#segments.at(-1); last !== undefined; last = this.#segments.at(-1)) await this.#remove(last);
    this.#emptyEnd = end;
  }

  /** Removes the segments that lie wholly below `to`. */
  async trim(to: Offset): Promise<void> {
    for (let first = this.#segments[0]; first !== undefined && first.end <= to; first = this.#segments[0]) {
      await this.#remove(first);
      this.#emptyEnd = first.end;
    }
  }

  /**
   * Makes everything written and cut so far durable, file names included. May run beside appends and cuts: what is not done when
   * it begins is dirty again when it is. One after the other: what another one is just syncing is not durable yet. One that
   * fails is the last: the kernel may have dropped what it could not write, and would call the rest durable.
   */
  sync(): Promise<void> {
    this.#syncing = this.#syncing.then(() => this.#syncAll());
    return this.#syncing;
  }

  /** Saves the indexes of closed segments (and of the active one, when `all`). A full disk is no failure: they can be rebuilt. */
  async saveIndexes(all: boolean): Promise<void> {
    const segments = all ? [...this.#segments] : this.#segments.slice(0, -1);
    for (const segment of segments) {
      if (segment.indexSaved || segment.bytes === 0) continue;
      // Untouched since it was opened: its files are as good as they were.
      if (segment.indexedFrom === segment.bytes) continue;
      await unlessRemoved(segment, () => this.#saveIndex(segment));
    }
  }

  /** Takes a segment that recovery found behind the others. Its name may never have been synced by who made it. */
  adopt(segment: Segment): void {
    assert(segment.base >= this.end || this.#segments.length === 0, () => `${segment.path} lies below the end`);
    this.directoryDirty = true;
    this.#segments.push(segment);
  }

  /** Takes back {@link adopt}: nothing in it was good. */
  disown(segment: Segment): void {
    assert(this.#segments.at(-1) === segment, () => `${segment.path} is not the last segment`);
    this.#segments.pop();
  }

  /** The whole directory is to be removed. */
  abandon(): void {
    for (const segment of this.#segments) segment.removed = true;
  }

  /** Puts `segment` in place of `group`, which are neighbours (compaction). */
  replace(group: readonly Segment[], segment: Segment): void {
    const at = this.#segments.findIndex((other) => other === group[0]);
    assert(at >= 0 && group[0]?.base === segment.base, () => `no segment at ${segment.base} to replace`);
    const replaced = this.#segments.splice(at, group.length, segment);
    assert(
      replaced.every((other, index) => other === group[index]),
      () => `what ${segment.path} replaces are no neighbours`,
    );
  }

  /** How many of `batches`, from the first, go into `active` before it must be rolled. */
  #run(active: Segment, batches: readonly StoredBatch[]): number {
    let bytes = active.bytes;
    let count = 0;
    for (const { position } of batches) {
      const full = bytes > 0 && bytes + position.bytes > this.shape.segmentBytesMax;
      if (full || position.end - 1 - active.base > RELATIVE_MAX) break;
      if (count >= WRITE_BUFFERS_MAX || bytes - active.bytes > WRITE_BYTES_MAX) break;
      bytes += position.bytes;
      count += 1;
    }
    return count;
  }

  async #appendSlowly(batches: readonly StoredBatch[]): Promise<void> {
    let left = batches;
    const written = this.end;
    while (left[0] !== undefined && left[0].position.end <= written) left = left.slice(1);
    for (let first = left[0]; first !== undefined; first = left[0]) {
      let active = this.#segments.at(-1);
      let count = active === undefined ? 0 : this.#run(active, left);
      if (active === undefined || count === 0) {
        active = await this.#roll(first);
        count = Math.max(1, this.#run(active, left));
      }
      const open = await this.ports.files.use(active.path, 'write');
      await this.#write(active, open, left.slice(0, count));
      left = left.slice(count);
    }
  }

  async #roll(first: StoredBatch): Promise<Segment> {
    const isNear = first.position.end - 1 - this.end <= RELATIVE_MAX;
    // Below the end where the log begins inside a batch: the file is named by the whole of it, as that of the leader is.
    return this.#begin(isNear ? (Math.min(this.end, first.position.base) as Offset) : first.position.base);
  }

  async #begin(base: Offset): Promise<Segment> {
    const segment = new Segment(this.directory, emptySummary(base));
    const open = await this.ports.files.use(segment.path, 'exclusive');
    open.release();
    this.directoryDirty = true;
    this.#segments.push(segment);
    return segment;
  }

  #write(segment: Segment, open: OpenFile, batches: readonly StoredBatch[]): Pending {
    const done = (): void => {
      open.dirty = true;
      segment.dirty = true;
      for (const batch of batches) {
        const { base, end, bytes } = batch.position;
        this.hasGaps ||= base > segment.end;
        segment.note(
          { base, end, bytes, maxTimestamp: readInt64(asBuffer(batch.bytes), 35) },
          this.shape.indexIntervalBytes,
        );
      }
    };
    let pending: Pending;
    try {
      pending = open.file.write(
        batches.map((batch) => batch.bytes),
        segment.bytes,
      );
    } catch (error) {
      open.release();
      throw error;
    }
    if (pending !== undefined) return pending.then(done).finally(() => open.release());
    done();
    open.release();
    return undefined;
  }

  async #cutFile(segment: Segment, bytes: number): Promise<void> {
    const open = await this.ports.files.use(segment.path, 'write');
    try {
      await open.file.truncate(bytes);
      open.dirty = true;
      segment.dirty = true;
    } finally {
      open.release();
    }
  }

  async #findCut(segment: Segment, to: Offset): Promise<Omit<SegmentSummary, 'base' | 'end'>> {
    const found = { bytes: 0, lastBatch: 0, largest: null as SegmentSummary['largest'] };
    const { indexIntervalBytes } = this.shape;
    await walkFromOffset(this.ports, segment, to - 1, segment.bytes, indexIntervalBytes, ({ header, position }) => {
      if (header.end > to) {
        if (header.base < to) throw new DamageError(segment.path, position, `a batch reaches across the cut at ${to}`);
        return false;
      }
      found.lastBatch = position;
      found.bytes = position + header.bytes;
      // What follows may be torn: recovery cuts files whose rest was written again when the node died.
      return header.end < to;
    });
    const known = segment.times.lastBelow(to - segment.base);
    if (known !== null) found.largest = { timestamp: known.timestamp, offset: offset(segment.base + known.relative) };
    const from = known === null ? segment.base : segment.base + known.relative;
    await walkFromOffset(this.ports, segment, from, found.bytes, indexIntervalBytes, ({ header }) => {
      if (found.largest === null || header.maxTimestamp > found.largest.timestamp) {
        found.largest = { timestamp: header.maxTimestamp, offset: offset(header.end - 1) };
      }
      return true;
    });
    return found;
  }

  async #syncAll(): Promise<void> {
    for (const segment of [...this.#segments])
      if (segment.dirty) await unlessRemoved(segment, () => this.#sync(segment));
    if (!this.directoryDirty) return;
    this.directoryDirty = false;
    await this.ports.disk.syncDirectory(this.directory);
  }

  async #sync(segment: Segment): Promise<void> {
    const open = await this.ports.files.use(segment.path, 'write');
    try {
      segment.dirty = false;
      open.dirty = false;
      await open.file.datasync();
    } finally {
      open.release();
    }
  }

  async #saveIndex(segment: Segment): Promise<void> {
    const { disk } = this.ports;
    const { cuts } = segment;
    try {
      await loadIndex(this.ports, segment, this.shape.indexIntervalBytes);
      if (!segment.removed) await saveIndex(disk, segment);
    } catch (error) {
      if (!(error instanceof DiskError && error.kind === 'full')) throw error;
      segment.indexSaved = false;
    }
    // What was removed with the cut may have been written behind its back.
    if (segment.removed || segment.cuts !== cuts) await removeIndex(disk, segment);
  }

  async #remove(segment: Segment): Promise<void> {
    segment.removed = true;
    this.ports.files.forget(segment.path);
    await removeIfThere(this.ports.disk, segment.path);
    await removeIndex(this.ports.disk, segment);
    this.directoryDirty = true;
    const at = this.#segments.indexOf(segment);
    assert(at >= 0, () => `${segment.path} was removed twice`);
    this.#segments.splice(at, 1);
  }
}

/** Does `action` with the file of `segment`; that it fails says nothing when the segment is removed meanwhile. */
export async function unlessRemoved(segment: Segment, action: () => Promise<void>): Promise<void> {
  if (segment.removed) return;
  try {
    await action();
  } catch (error) {
    const isFault = error instanceof DiskError || error instanceof DamageError;
    if (!(segment.removed && isFault)) throw error;
  }
}
