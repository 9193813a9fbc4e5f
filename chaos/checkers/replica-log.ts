/**
 * The whole log of one replica, as its node's storage reads it: batches with a checksum each. For comparing replicas.
 */
import { crc32c } from '../../storage/index.ts';
import { byteCount } from '../../raft/index.ts';
import type { Replica } from '../../src/replica/index.ts';

export interface LoggedBatch {
  readonly base: number;
  readonly end: number;
  readonly term: number;
  /** CRC32C of all bytes. */
  readonly sum: number;
}

export interface WholeLog {
  readonly start: number;
  readonly end: number;
  readonly highWatermark: number;
  readonly batches: readonly LoggedBatch[];
}

const CHUNK = byteCount(1 << 20);

/** Reads from log start to log end; the world must run meanwhile. */
export async function readWholeLog(replica: Replica): Promise<WholeLog> {
  const { log } = replica;
  const { logStart: start, logEnd: end } = log;
  const batches: LoggedBatch[] = [];
  for (let at = start; at < end;) {
    const run = await log.read(at, { end, bytesMax: CHUNK, atLeastOne: true });
    const bytes = Buffer.concat(run.buffers);
    let position = 0;
    for (const batch of run.positions) {
      const sum = crc32c(bytes.subarray(position, position + batch.bytes));
      batches.push({ base: batch.base, end: batch.end, term: batch.term, sum });
      position += batch.bytes;
      at = batch.end;
    }
    run.release();
  }
  return { start, end, highWatermark: replica.highWatermark, batches };
}
