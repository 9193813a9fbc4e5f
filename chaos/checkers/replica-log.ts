/**
 * The whole log of one replica, as its node's storage reads it: batches with a checksum each. For comparing replicas.
 */
import { crc32c } from '../../storage/index.ts';
import { markerCoordinatorEpoch, readBatchHeader, readControlBatch, readRecords } from '../../storage/batch/index.ts';
import type { BatchHeader, LogRecord } from '../../storage/batch/index.ts';
import { decompressStream } from '../../storage/compression/index.ts';
import { byteCount } from '../../raft/index.ts';
import type { BatchPosition } from '../../raft/index.ts';
import type { Replica } from '../../src/replica/index.ts';

/** Who wrote a batch, by its header. `epoch` is the wire's word for the life of a producer; it is no term. */
export interface BatchProducer {
  readonly id: number;
  readonly epoch: number;
  /** Of its first record; null: a control batch, which has none. */
  readonly sequence: number | null;
  /** Of a transaction, data or marker. */
  readonly transactional: boolean;
  /** Null: no marker. */
  readonly marker: { readonly committed: boolean; readonly coordinatorTerm: number | null } | null;
}

export interface LoggedBatch {
  readonly base: number;
  readonly end: number;
  readonly term: number;
  /** CRC32C of all bytes. */
  readonly sum: number;
  /** The one that the batch itself names. */
  readonly crc: number;
  /** Null: written without one. */
  readonly producer: BatchProducer | null;
}

export interface WholeLog {
  readonly start: number;
  readonly end: number;
  readonly highWatermark: number;
  readonly batches: readonly LoggedBatch[];
}

const CHUNK = byteCount(1 << 20);
const RECORD_BYTES = 1 << 24;

function producerOf(header: BatchHeader, batch: Uint8Array): BatchProducer | null {
  const { producerId: id, producerEpoch: epoch, baseSequence, control, transactional } = header;
  if (id < 0) return null;
  const record = control ? readControlBatch(batch)?.[0] : undefined;
  const isMarker = record?.type === 'commit' || record?.type === 'abort';
  const marker = isMarker
    ? { committed: record.type === 'commit', coordinatorTerm: markerCoordinatorEpoch(record.body) }
    : null;
  return { id, epoch, sequence: control || baseSequence < 0 ? null : baseSequence, transactional, marker };
}

/** Reads from log start to log end; the world must run meanwhile. */
export async function readWholeLog(replica: Replica): Promise<WholeLog> {
  const { logStart: start, logEnd: end } = replica.log;
  const batches: LoggedBatch[] = [];
  await eachBatch(replica, ({ base, end: next, term }, its) => {
    const header = readBatchHeader(its);
    batches.push({ base, end: next, term, sum: crc32c(its), crc: header.crc, producer: producerOf(header, its) });
  });
  return { start, end, highWatermark: replica.highWatermark, batches };
}

/** Of its batches outside transactions, what {@link readWholeLog} does not tell: the records, by offset. */
export async function readLoggedRecords(replica: Replica): Promise<ReadonlyMap<number, LogRecord>> {
  const records = new Map<number, LogRecord>();
  await eachBatch(replica, (_position, its) => {
    const { control, transactional } = readBatchHeader(its);
    const read = control || transactional ? null : readRecords(its, decompressStream, RECORD_BYTES);
    if (read?.kind === 'records') for (const record of read.records) records.set(record.offset, record);
  });
  return records;
}

async function eachBatch({ log }: Replica, visit: (position: BatchPosition, batch: Buffer) => void): Promise<void> {
  const { logStart: start, logEnd: end } = log;
  for (let at = start; at < end;) {
    const run = await log.read(at, { end, bytesMax: CHUNK, atLeastOne: true });
    const bytes = Buffer.concat(run.buffers);
    let position = 0;
    for (const batch of run.positions) {
      visit(batch, bytes.subarray(position, position + batch.bytes));
      position += batch.bytes;
      at = batch.end;
    }
    run.release();
    // What stood last was compacted away: nothing follows.
    if (run.positions.length === 0) break;
  }
}
