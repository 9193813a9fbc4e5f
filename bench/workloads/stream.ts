/**
 * Streams with acks=all into one partition of RF 3, five batches of about 1 MB in flight, then the catch-up read.
 *
 * Cold: right after start, on memory that the host may have taken back. Warm: a few gigabytes were written and removed
 * just before. The same for every server that is compared.
 */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nextBatch, readBatchHeader } from '../../storage/batch/index.ts';
import { batchOf, fetchFrom, leaderOf, makeTopic, produceTo, startBenchCluster } from '../bench-cluster.ts';
import type { BenchCluster } from '../bench-cluster.ts';
import type { Figures } from '../figure.ts';
import { residentBytes, Stretch } from '../node-processes.ts';
import type { Workload } from './workload.ts';

const IN_FLIGHT = 5;
const BATCH_BYTES = 1_000_000;
const WARMING_BYTES = 3 * 1024 ** 3;

/** Writes and removes a few gigabytes, so that the guest has its memory from the host. */
export function warmMemory(): void {
  const path = join(tmpdir(), `flotilla-bench-${process.pid}`);
  const chunk = Buffer.alloc(8 << 20, 1);
  const file = openSync(path, 'w');
  try {
    for (let written = 0; written < WARMING_BYTES; written += chunk.length) writeSync(file, chunk);
    fdatasyncSync(file);
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

async function stream(
  bench: BenchCluster,
  figures: Figures,
  topic: string,
  valueBytes: number,
  totalBytes: number,
  label: string,
): Promise<void> {
  const client = bench.client();
  await makeTopic(client, topic, 1);
  const node = leaderOf(client, topic, 0);
  const records = Math.max(1, Math.floor(BATCH_BYTES / (valueBytes + 10)));
  const batch = [{ partition: 0, records: batchOf(records, valueBytes) }];
  const batches = Math.ceil(totalBytes / (records * valueBytes));
  for (let warm = 0; warm < 20; warm += 1) await produceTo(client, node, topic, batch);
  const times: number[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < batches) {
      next += 1;
      const sent = performance.now();
      await produceTo(client, node, topic, batch);
      times.push(performance.now() - sent);
    }
  };
  const stretch = new Stretch(bench.pids());
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  const { seconds, nodesCpu, ownCpu, otherCores } = stretch.end();
  const bytes = batches * records * valueBytes;
  figures.add(`${label} records`, (batches * records) / seconds, '/s');
  figures.add(`${label}`, bytes / seconds / 1e6, 'MB/s');
  figures.latencies(`${label} batch ack`, times);
  figures.add(`${label} server CPU`, nodesCpu / (bytes / 1e9), 's/GB');
  figures.add(`${label} client CPU`, ownCpu / (bytes / 1e9), 's/GB');
  figures.add(`${label} other work on the machine`, otherCores * 100, '% of a core');
  for (const { id, pid } of bench.cluster.line.nodes)
    figures.add(`${label} RSS of node ${id}`, residentBytes(pid) / 2 ** 20, 'MiB');
}

/** Reads a topic from its beginning: answers of about a megabyte, one fetch on the way. */
async function catchUp(
  bench: BenchCluster,
  figures: Figures,
  topic: string,
  valueBytes: number,
  label: string,
): Promise<void> {
  const client = bench.client();
  await client.refresh([topic]);
  const node = leaderOf(client, topic, 0);
  const limits = { maxWaitMs: 100, partitionBytes: 1 << 20, bytes: 50 << 20 };
  const stretch = new Stretch(bench.pids());
  let offset = 0;
  let records = 0;
  for (;;) {
    const answer = await fetchFrom(client, node, topic, 0, offset, limits);
    for (let at = 0; ;) {
      const batch = nextBatch(answer.records, at);
      if (batch.kind !== 'batch') break;
      const header = readBatchHeader(answer.records, at);
      records += header.recordCount;
      offset = header.baseOffset + header.lastOffsetDelta + 1;
      at += batch.size;
    }
    if (offset >= answer.highWatermark) break;
  }
  const { seconds, nodesCpu, otherCores } = stretch.end();
  figures.add(`${label} records`, records / seconds, '/s');
  figures.add(`${label}`, (records * valueBytes) / seconds / 1e6, 'MB/s');
  figures.add(`${label} server CPU`, nodesCpu / ((records * valueBytes) / 1e9), 's/GB');
  figures.add(`${label} other work on the machine`, otherCores * 100, '% of a core');
}

function streamWorkload(name: string, valueBytes: number, about: string): Workload {
  return {
    name,
    about,
    run: async (flush, figures, { quick }) => {
      const total = (quick ? 300 : 1500) * 1e6 * (valueBytes < 1000 ? 0.4 : 1);
      const bench = await startBenchCluster(flush);
      try {
        await stream(bench, figures, 'cold', valueBytes, total, 'cold');
        warmMemory();
        await stream(bench, figures, 'warm', valueBytes, total, 'warm');
        await catchUp(bench, figures, 'warm', valueBytes, 'catch-up');
      } finally {
        await bench.close();
      }
    },
  };
}

export const stream1024 = streamWorkload(
  'stream-1k',
  1024,
  '1-KiB records, acks=all, RF 3, one partition; then read back',
);
export const stream100 = streamWorkload(
  'stream-100',
  100,
  '100-B records, acks=all, RF 3, one partition; then read back',
);
