/**
 * The coordinators' port to their log, over a hosted partition of an internal topic in one term of its leadership.
 */
import { byteCount, offset as toOffset } from '../../raft/index.ts';
import type { Offset, Term } from '../../raft/index.ts';
import { buildBatch, readControlBatch, readRecords, refuseCompressed } from '../../storage/batch/index.ts';
import type { BatchHeader, NewBatch } from '../../storage/batch/index.ts';
import type {
  AppendRefusal,
  AppendResult,
  BatchTransaction,
  KeyValueRecord,
  LogMarker,
  PartitionLog,
  RecordRun,
  Settlement,
} from '../coordinator-log/index.ts';
import type { Partition, ProduceOutcome } from '../partition/index.ts';

const READ_BYTES = byteCount(1 << 20);

function refusalOf(outcome: ProduceOutcome): AppendRefusal {
  if (outcome.kind === 'not-leader') return 'not-leader';
  if (outcome.kind === 'not-enough-replicas' || outcome.kind === 'producer-fenced') return outcome.kind;
  return outcome.kind === 'too-large' || outcome.kind === 'larger-than-segment' ? 'too-large' : 'unwritable';
}

/** Offsets of a transaction have no sequence: the coordinator writes them itself. */
function transactional({ producerId, producerEpoch }: BatchTransaction): Pick<NewBatch, 'transactional' | 'producer'> {
  return { transactional: true, producer: { id: producerId, epoch: producerEpoch, baseSequence: -1 } };
}

function transactionOf({ producerId, producerEpoch }: BatchHeader): BatchTransaction {
  return { producerId, producerEpoch };
}

/** The marker that a control batch is; null when it says something else. */
function markerOf(batch: Uint8Array, header: BatchHeader): LogMarker | null {
  const type = readControlBatch(batch)?.[0]?.type;
  if (type !== 'commit' && type !== 'abort') return null;
  return { ...transactionOf(header), committed: type === 'commit' };
}

export function coordinatorLog(partition: Partition, term: Term, termStart: Offset): PartitionLog {
  const leads = (): boolean => partition.leading?.term === term;

  const append = (
    records: readonly KeyValueRecord[],
    timestamp: number,
    settled: (settlement: Settlement) => void,
    transaction: BatchTransaction | null,
  ): AppendResult => {
    if (!leads() || !partition.producers.ready) return { kind: 'refused', reason: 'not-leader' };
    const batch = buildBatch({
      records: records.map(({ key, value }) => ({ key, value, timestamp })),
      ...(transaction === null ? {} : transactional(transaction)),
    });
    const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
    const answer: { refused: AppendRefusal | null; returned: boolean } = { refused: null, returned: false };
    partition.produce(bytes, 'all', { internal: true }, (outcome) => {
      if (answer.returned) settled(outcome.kind === 'acknowledged' ? 'committed' : 'lost');
      else answer.refused = refusalOf(outcome);
    });
    answer.returned = true;
    return answer.refused === null
      ? { kind: 'appended', end: partition.logEnd }
      : { kind: 'refused', reason: answer.refused };
  };

  async function* readCommitted(from: Offset, to: Offset): AsyncIterable<RecordRun> {
    let at = from;
    while (at < to) {
      const run = await partition.replica.log.read(at, { end: to, bytesMax: READ_BYTES, atLeastOne: true });
      const bytes = run.buffers.length === 1 ? (run.buffers[0] ?? Buffer.alloc(0)) : Buffer.concat(run.buffers);
      let position = 0;
      for (const { bytes: size } of run.positions) {
        const batch = bytes.subarray(position, position + size);
        const read = readRecords(batch, refuseCompressed, size);
        position += size;
        if (read.kind === 'refused') throw new Error(`${partition.id.topic}-${partition.id.index}: ${read.detail}`);
        const { header } = read;
        const records = header.control
          ? []
          : read.records.flatMap(({ key, value }) => (key === null ? [] : [{ key, value }]));
        yield {
          records,
          base: toOffset(header.baseOffset),
          bytes: size,
          transaction: header.transactional && !header.control ? transactionOf(header) : null,
          marker: header.control ? markerOf(batch, header) : null,
        };
      }
      at = run.positions.at(-1)?.end ?? to;
    }
  }

  return {
    partition: partition.id.index,
    term,
    termStart,
    logStart: () => partition.logStart,
    logEnd: () => partition.logEnd,
    append,
    isOpen: (transaction) => partition.producers.state.isOpen(transaction),
    producerMark: (producerId) => partition.producers.state.get(producerId),
    whenCommitted: (end, settled) => {
      if (!leads()) return settled('lost');
      partition.whenCommitted(end, (result) => settled(result === 'reached' && leads() ? 'committed' : 'lost'));
    },
    readCommitted,
    advanceLogStart: (to) => {
      if (leads() && to > partition.logStart)
        partition.replica.input({ kind: 'advance-log-start', to: toOffset(Math.min(to, partition.highWatermark)) });
    },
  };
}
