/**
 * What compaction must know of transactions: which batches were aborted, which markers have nothing left to say, and which batch
 * keeps the memory of its producer.
 *
 * ```
 *  first pass, batch by batch:  data ─▶ its producer has data      marker ─▶ had its producer data since the last one? no: idle
 *  second pass:                 aborted ─▶ its records go          idle ─▶ a delete horizon, and when that has passed, it goes
 * ```
 * A marker is idle only when a pass has met none of its transaction's batches, also none that this very pass drops: so it outlives its
 * data by one pass, and nobody ever reads data whose marker is gone. The pass begins at the log's first segment.
 */
import type { BatchHeader } from '../batch/index.ts';
import type { AbortedRange } from '../replica-log.ts';

/** The last that was met of one producer. */
interface Last {
  readonly producerEpoch: number;
  /** Base offset of the batch whose sequence is the newest of this epoch; null: a marker has begun the epoch. */
  readonly data: number | null;
  readonly marker: number | null;
}

/** One per pass over a log: fed with all its batches in order, then asked. */
export class CleanedTransactions {
  /** Ascending, by producer. */
  readonly #aborted = new Map<number, AbortedRange[]>();
  readonly #withData = new Set<number>();
  /** Base offsets of markers. */
  readonly #idle = new Set<number>();
  readonly #last = new Map<number, Last>();

  /** @param aborted all of the log that end below what is cleaned; ascending by marker */
  constructor(aborted: readonly AbortedRange[]) {
    for (const range of aborted) {
      const same = this.#aborted.get(range.producerId);
      if (same === undefined) this.#aborted.set(range.producerId, [range]);
      else same.push(range);
    }
  }

  /** The first pass meets a batch. */
  see(header: BatchHeader): void {
    const { producerId, producerEpoch, baseOffset } = header;
    if (producerId < 0) return;
    const known = this.#last.get(producerId);
    const before = known?.producerEpoch === producerEpoch ? known : { data: null, marker: null };
    const last = header.control ? { ...before, marker: baseOffset } : { ...before, data: baseOffset };
    this.#last.set(producerId, { ...last, producerEpoch });
    if (!header.transactional) return;
    if (!header.control) this.#withData.add(producerId);
    else if (!this.#withData.delete(producerId)) this.#idle.add(baseOffset);
  }

  /** Whether the batch holds records of an aborted transaction. */
  isAborted({ transactional, control, producerId, baseOffset }: BatchHeader): boolean {
    if (!transactional || control) return false;
    const ranges = this.#aborted.get(producerId) ?? [];
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ranges[middle]?.markerOffset ?? 0) < baseOffset) low = middle + 1;
      else high = middle;
    }
    const range = ranges[low];
    return range !== undefined && range.firstOffset <= baseOffset;
  }

  /** Whether the first pass met this marker and nothing of its transaction. */
  isIdle({ baseOffset }: BatchHeader): boolean {
    return this.#idle.has(baseOffset);
  }

  /** Whether the newest sequence, or without any the epoch, of a producer is known by this batch: it stays, if need be empty. */
  isLastOfProducer({ producerId, baseOffset }: BatchHeader): boolean {
    const last = producerId < 0 ? undefined : this.#last.get(producerId);
    return last !== undefined && (last.data ?? last.marker) === baseOffset;
  }
}
