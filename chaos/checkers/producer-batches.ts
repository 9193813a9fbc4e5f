/**
 * Exactly once, in the log itself: what idempotent producers wrote, by the headers of the batches.
 *
 *   E1  each (producer id, producer epoch, sequence) stands at most once, and none is left out between two that stand
 *   E2  behind a batch of one producer epoch stands none of an older one
 *
 * Whether what was acknowledged stands there, at the offset that the answer to a repeat named, is told by the records' values
 * (`kept-records.ts`). A log whose beginning is gone (retention, an unclean election) may begin with any sequence.
 */
import { violated } from '../workload/history.ts';
import type { LoggedBatch } from './replica-log.ts';

/** Sequences go from here to 0. */
const SEQUENCE_LIMIT = 2 ** 31;

/**
 * @param where the replica, for messages
 * @param compacted batches may be gone: no more sequences than offsets are missing between two that stand
 */
export function judgeProducers(where: string, batches: readonly LoggedBatch[], compacted = false): void {
  const missing = compacted ? missingBefore(batches) : null;
  const last = new Map<number, { readonly epoch: number; readonly next: number | null; readonly base: number }>();
  for (const { base, end, producer } of batches) {
    if (producer === null) continue;
    const { id, epoch, sequence } = producer;
    const before = last.get(id);
    if (before !== undefined && epoch < before.epoch)
      violated(
        'E2',
        `${where}: producer ${id} wrote at ${base} in epoch ${epoch}, and in epoch ${before.epoch} at ${before.base}`,
      );
    const expected = before?.epoch === epoch ? before.next : null;
    const lacks =
      missing === null || before === undefined ? 0 : (missing.get(base) ?? 0) - (missing.get(before.base) ?? 0);
    const isNext = (first: number, from: number): boolean => (first - from + SEQUENCE_LIMIT) % SEQUENCE_LIMIT <= lacks;
    if (sequence !== null && expected !== null && !isNext(sequence, expected))
      violated(
        'E1',
        `${where}: producer ${id} epoch ${epoch} wrote sequence ${sequence} at ${base}, behind ${before?.base} it must be ${expected}`,
      );
    const next = sequence === null ? expected : (sequence + (end - base)) % SEQUENCE_LIMIT;
    last.set(id, { epoch, next, base });
  }
}

/** By base offset: how many offsets before it are of no batch that is there. */
function missingBefore(batches: readonly LoggedBatch[]): ReadonlyMap<number, number> {
  const missing = new Map<number, number>();
  let [sum, end] = [0, batches[0]?.base ?? 0];
  for (const batch of batches) {
    sum += batch.base - end;
    end = batch.end;
    missing.set(batch.base, sum);
  }
  return missing;
}
