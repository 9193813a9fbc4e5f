/**
 * What the storage room costs by itself, on the real disk: rounds of many partitions, a stream of small records, reads.
 *
 *   npx esbuild bench/storage.ts --bundle --platform=node --format=esm --external:@node-rs/crc32 --external:classic-level \
 *     --outfile=dist/bench-storage.mjs && node dist/bench-storage.mjs [directory] [rounds]
 *
 * Prints one line per load. Figures are of this machine and moment; nothing is asserted.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byteCount, groupId, nodeId, offset, seededRandom, term } from '../raft/index.ts';
import { NodeClock } from '../src/runtime/index.ts';
import { buildBatch } from '../storage/batch/index.ts';
import { PLAIN_LIFE, openStore } from '../storage/index.ts';
import type { FlushPolicy, LogChange, LogSettings, ReplicaLog, Store, StoredBatch } from '../storage/index.ts';
import { LevelKeyValueOpener } from '../storage/level-key-value.ts';
import { NodeDisk } from '../storage/node-disk.ts';

const rounds = Number(process.argv[3] ?? 2000);
const directory = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'flotilla-bench-'));

const settings: LogSettings = {
  flush: 'always',
  segmentBytesMax: 1 << 30,
  retentionMs: null,
  retentionBytes: null,
  indexIntervalBytes: 4096,
  compact: false,
  delete: true,
  deleteRetentionMs: 0,
  life: PLAIN_LIFE,
};

async function open(path: string): Promise<Store> {
  const store = await openStore({
    directory: path,
    node: nodeId(1),
    clusterId: null,
    random: seededRandom('bench'),
    bootId: 'bench',
    disk: new NodeDisk(),
    keyValues: new LevelKeyValueOpener(),
    clock: new NodeClock(),
    limits: {
      journalFileBytes: 32 << 20,
      checkpointBytes: 128 << 20,
      openFilesMax: 1000,
      tailBytesMax: 128 << 20,
      tailBytesPerLogMax: 8 << 20,
      freeBytesMin: 0,
      flushIntervalMs: 500,
      segmentLagMs: 100,
    },
    fatal: (reason) => {
      throw new Error(reason);
    },
  });
  if ('kind' in store) throw new Error(JSON.stringify(store));
  return store;
}

function batchOf(base: number, records: number, bytesEach: number): StoredBatch {
  const value = Buffer.alloc(bytesEach, base & 0xff);
  const bytes = buildBatch({
    records: Array.from({ length: records }, () => ({ key: null, value, timestamp: 1_700_000_000_000 })),
    baseOffset: base,
    term: 1,
  });
  const position = {
    base: offset(base),
    end: offset(base + records),
    term: term(1),
    bytes: byteCount(bytes.length),
    control: null,
  };
  return { position, bytes };
}

function appending(batch: StoredBatch): LogChange {
  return { hardState: null, truncateTo: null, reset: null, openTerm: null, append: [batch], logStart: null };
}

function persisted(log: ReplicaLog, batch: StoredBatch): Promise<void> {
  return new Promise((resolve) => log.persist(appending(batch), resolve));
}

function report(name: string, times: readonly number[], bytes: number, cpu: NodeJS.CpuUsage, wallMs: number): void {
  const sorted = [...times].sort((left, right) => left - right);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(3);
  const megabytes = bytes / 1e6;
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  const rate = (megabytes / (wallMs / 1000)).toFixed(0);
  process.stdout.write(
    `${name.padEnd(46)} p50 ${at(0.5)} ms  p99 ${at(0.99)} ms  ${rate} MB/s  ${((cpuSeconds / megabytes) * 1000).toFixed(1)} CPU s/GB\n`,
  );
}

/** One round of `partitions` logs with 1 KiB each, one round after the other. */
async function manyPartitions(store: Store, flush: FlushPolicy, partitions: number): Promise<void> {
  const logs: ReplicaLog[] = [];
  for (let index = 0; index < partitions; index += 1) {
    const group = groupId(`many-${flush}-${partitions}:${index}`);
    logs.push(await store.openLog(group, `many-${flush}-${partitions}-${index}`, { ...settings, flush }));
  }
  const times: number[] = [];
  let bytes = 0;
  const count = Math.max(50, Math.floor(rounds / partitions) * 4);
  const cpu = process.cpuUsage();
  const begin = performance.now();
  for (let round = 0; round < count; round += 1) {
    const batches = logs.map(() => batchOf(round, 1, 1024));
    const at = performance.now();
    await Promise.all(logs.map((log, index) => persisted(log, batches[index] ?? batchOf(round, 1, 1024))));
    times.push(performance.now() - at);
    bytes += batches.reduce((sum, batch) => sum + batch.bytes.length, 0);
  }
  report(
    `round of ${partitions} × 1 KiB, flush=${flush}`,
    times,
    bytes,
    process.cpuUsage(cpu),
    performance.now() - begin,
  );
}

/** A stream of 16-KiB batches of 1-KiB records, five in flight. */
async function stream(store: Store, flush: FlushPolicy): Promise<ReplicaLog> {
  const log = await store.openLog(groupId(`stream-${flush}:0`), `stream-${flush}-0`, { ...settings, flush });
  const batches = Array.from({ length: rounds * 4 }, (_, index) => batchOf(index * 16, 16, 1024));
  const times: number[] = [];
  let next = 0;
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const lane = async (): Promise<void> => {
    for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) {
      const at = performance.now();
      await persisted(log, batch);
      times.push(performance.now() - at);
    }
  };
  await Promise.all([lane(), lane(), lane(), lane(), lane()]);
  const bytes = batches.reduce((sum, batch) => sum + batch.bytes.length, 0);
  report(
    `1-KiB stream, 16 KiB batches, flush=${flush}`,
    times,
    bytes,
    process.cpuUsage(cpu),
    performance.now() - begin,
  );
  return log;
}

async function readBack(log: ReplicaLog): Promise<void> {
  const times: number[] = [];
  let bytes = 0;
  const cpu = process.cpuUsage();
  const begin = performance.now();
  for (let at = offset(0); at < log.logEnd;) {
    const start = performance.now();
    const run = await log.read(at, { end: log.logEnd, bytesMax: byteCount(1 << 20), atLeastOne: true });
    times.push(performance.now() - start);
    bytes += run.bytes;
    at = run.positions.at(-1)?.end ?? log.logEnd;
    run.release();
  }
  report('catch-up read, CRC of every batch checked', times, bytes, process.cpuUsage(cpu), performance.now() - begin);
}

const opening = performance.now();
const store = await open(directory);
process.stdout.write(`open an empty directory: ${(performance.now() - opening).toFixed(1)} ms\n`);
for (const flush of ['always', 'os'] as const) {
  await manyPartitions(store, flush, 1);
  await manyPartitions(store, flush, 200);
  await readBack(await stream(store, flush));
}
const closing = performance.now();
await store.close();
process.stdout.write(`close: ${(performance.now() - closing).toFixed(1)} ms\n`);
const again = performance.now();
const reopened = await open(directory);
process.stdout.write(`open with ${reopened.groups.length} logs, clean: ${(performance.now() - again).toFixed(1)} ms\n`);
await reopened.close();
if (process.argv[2] === undefined) rmSync(directory, { recursive: true, force: true });
