/**
 * A partition's log in memory, which outlives the terms of its leaders.
 *
 * Appends are committed at the end of the turn, or when told to (`held`). A new term settles nothing of an older one,
 * and keeps all or none of what was not committed.
 */
import { byteCount, offset, term as termOf } from '../../raft/index.ts';
import type { Clock } from '../../storage/index.ts';
import type {
  AppendRefusal,
  BatchTransaction,
  KeyValueRecord,
  LogMarker,
  PartitionLog,
  RecordRun,
  Settlement,
} from '../../src/coordinator-log/index.ts';

interface Batch extends RecordRun {
  readonly end: number;
}

const BATCH_OVERHEAD = 61;
const RECORD_OVERHEAD = 8;

/** A log may start within a batch. */
function recordsFrom(batch: Batch, from: number): readonly KeyValueRecord[] {
  return batch.records.slice(Math.max(0, from - batch.base));
}

export class MemoryLog {
  readonly partition: number;
  readonly #clock: Clock;
  batches: Batch[] = [];
  logStart = 0;
  highWatermark = 0;
  /** Bytes ever appended. */
  bytesAppended = 0;
  term = 0;
  /** Commits wait for `commit`. */
  held = false;
  refuse: AppendRefusal | null = null;
  /** Reading waits for `openReads` while true. */
  readsHeld = false;
  /** The next read ends with this error. */
  damage: Error | null = null;
  #waiting: { readonly end: number; readonly settled: (settlement: Settlement) => void }[] = [];
  #readers: (() => void)[] = [];
  readonly #marks = new Map<number, number>();
  readonly #open = new Map<number, number>();

  constructor(clock: Clock, partition = 0) {
    this.#clock = clock;
    this.partition = partition;
  }

  get logEnd(): number {
    return this.batches.at(-1)?.end ?? this.logStart;
  }

  get bytes(): number {
    return this.batches.reduce((sum, batch) => sum + batch.bytes, 0);
  }

  /** Data records from the log start on. */
  records(): readonly KeyValueRecord[] {
    return this.batches.flatMap((batch) => recordsFrom(batch, this.logStart));
  }

  /** Everything that is appended is committed now. */
  commit(upTo = this.logEnd): void {
    this.highWatermark = Math.max(this.highWatermark, upTo);
    const due = this.#waiting.filter(({ end }) => end <= this.highWatermark);
    this.#waiting = this.#waiting.filter(({ end }) => end > this.highWatermark);
    for (const { settled } of due) settled('committed');
  }

  /** The term ends as a log may notice it: whoever waits is told, if it still listens. */
  loseTerm(): void {
    const waiting = this.#waiting.splice(0);
    for (const { settled } of waiting) settled('lost');
  }

  openReads(): void {
    this.readsHeld = false;
    for (const go of this.#readers.splice(0)) go();
  }

  /** A new leader. Callbacks of the old term stay with it; `keep`: what was not committed survives. */
  lead(keep: boolean): PartitionLog {
    this.term += 1;
    this.#waiting = [];
    if (!keep) this.batches = this.batches.filter((batch) => batch.end <= this.highWatermark);
    const mine = this.term;
    const termStart = this.logEnd;
    return {
      partition: this.partition,
      term: termOf(mine),
      termStart: offset(termStart),
      logStart: () => offset(this.logStart),
      logEnd: () => offset(this.logEnd),
      append: (records, _timestamp, settled, transaction) => {
        if (this.term !== mine) return { kind: 'refused', reason: 'not-leader' };
        if (this.refuse !== null) return { kind: 'refused', reason: this.refuse };
        return { kind: 'appended', end: offset(this.#append(records, settled, transaction)) };
      },
      isOpen: ({ producerId, producerEpoch }) => this.#open.get(producerId) === producerEpoch,
      producerMark: (producerId) => this.#marks.get(producerId) ?? 0,
      whenCommitted: (end, settled) => {
        if (this.term !== mine) settled('lost');
        else if (this.highWatermark >= end) settled('committed');
        else this.#waiting.push({ end, settled });
      },
      readCommitted: (from, to) => this.#read(from, to),
      advanceLogStart: (to) => {
        if (this.term !== mine || to > this.highWatermark || to < this.logStart) throw new Error(`log start to ${to}`);
        this.logStart = to;
        this.batches = this.batches.filter((batch) => batch.end > to);
      },
    };
  }

  /** A marker, as the leader writes it when a transaction ends. */
  appendMarker(marker: LogMarker): void {
    this.#marks.set(marker.producerId, (this.#marks.get(marker.producerId) ?? 0) + 1);
    this.#open.delete(marker.producerId);
    const base = this.logEnd;
    this.batches.push({ records: [], bytes: 78, base: offset(base), end: base + 1, transaction: null, marker });
    if (!this.held) this.commit();
  }

  #append(
    records: readonly KeyValueRecord[],
    settled: (settlement: Settlement) => void,
    transaction: BatchTransaction | null,
  ): number {
    if (transaction !== null) this.#open.set(transaction.producerId, transaction.producerEpoch);
    const base = this.logEnd;
    const end = base + records.length;
    const bytes = records.reduce(
      (sum, { key, value }) => sum + key.length + (value?.length ?? 0) + RECORD_OVERHEAD,
      BATCH_OVERHEAD,
    );
    this.batches.push({ records, bytes: byteCount(bytes), base: offset(base), end, transaction, marker: null });
    this.bytesAppended += bytes;
    this.#waiting.push({ end, settled });
    if (!this.held) this.#clock.defer(() => !this.held && this.commit(end));
    return end;
  }

  async *#read(from: number, to: number): AsyncGenerator<RecordRun> {
    for (const batch of [...this.batches]) {
      if (batch.end <= from || batch.base >= to) continue;
      if (this.readsHeld) await new Promise<void>((resolve) => this.#readers.push(resolve));
      if (this.damage !== null) throw this.damage;
      yield { ...batch, records: recordsFrom(batch, from) };
    }
  }
}
