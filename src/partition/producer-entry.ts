/**
 * What a batch of the log says of its producer: one entry of the history that `producer-state.ts` is made from.
 *
 * ```
 *  data batch, producer id ≥ 0, a sequence or a transaction ─▶ data
 *  control batch commit | abort                             ─▶ marker       anything else ─▶ null
 * ```
 * An emptied marker (compaction took its record, the batch stayed) says no more than the epoch of its producer.
 */
import {
  batchEndOffset,
  markerCoordinatorEpoch,
  readBatchHeader,
  readControlBatch,
} from '../../storage/batch/index.ts';
import type { BatchHeader } from '../../storage/batch/index.ts';
import { sequenceAfter } from './producer-state.ts';
import type { MarkerEntry, ProducerBatch, ProducerEntry, SequencedBatch } from './producer.ts';

/** The producer of a client's batch; null: it has none. */
export function sequencedOf(header: BatchHeader): SequencedBatch | null {
  if (header.producerId < 0 || (header.baseSequence < 0 && !header.transactional)) return null;
  const { producerId, producerEpoch, baseSequence, transactional } = header;
  return {
    producerId,
    producerEpoch,
    firstSequence: baseSequence,
    lastSequence: baseSequence < 0 ? -1 : sequenceAfter(baseSequence, header.lastOffsetDelta),
    timestamp: header.maxTimestamp,
    transactional,
  };
}

/** Null: the batch says nothing of producers. `batch` is of a log: it has offsets. */
export function producerEntryOf(batch: Uint8Array): ProducerEntry | null {
  const header = readBatchHeader(batch);
  if (header.producerId < 0) return null;
  if (header.control) return markerOf(batch, header);
  const sequenced = sequencedOf(header);
  if (sequenced === null) return null;
  const its: ProducerBatch = { ...sequenced, base: header.baseOffset, end: batchEndOffset(batch) };
  return { kind: 'data', batch: its };
}

function markerOf(batch: Uint8Array, header: BatchHeader): MarkerEntry | null {
  const { producerId, producerEpoch, baseOffset, maxTimestamp } = header;
  const common = {
    kind: 'marker',
    producerId,
    producerEpoch,
    markerOffset: baseOffset,
    timestamp: maxTimestamp,
  } as const;
  if (header.recordCount === 0) return { ...common, committed: null, coordinatorTerm: null };
  const control = readControlBatch(batch)?.[0];
  if (control === undefined || (control.type !== 'commit' && control.type !== 'abort')) return null;
  return {
    ...common,
    committed: control.type === 'commit',
    coordinatorTerm: markerCoordinatorEpoch(control.body),
  };
}
