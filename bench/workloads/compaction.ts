/**
 * A log, a tenth of its keys live, is compacted while one record at a time is written to a topic of RF 3 with acks=all: how fast the
 * log is read, what it takes of memory, and what the writer feels of it. With one replica, and with three, which are all on this
 * machine and compact at the same time: the worst that can be.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AdminClient } from '../../src/client/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { buildBatch } from '../../storage/batch/index.ts';
import { until } from '../../test/e2e/deadline.ts';
import { batchOf, leaderOf, makeTopic, produceTo, startBenchCluster } from '../bench-cluster.ts';
import type { BenchCluster } from '../bench-cluster.ts';
import { percentile } from '../figure.ts';
import { residentBytes } from '../node-processes.ts';
import type { Workload } from './workload.ts';

const RECORD_BYTES = 1000;
const BATCH_RECORDS = 900;
const IN_FLIGHT = 4;
const SEGMENT_BYTES = 128 * 1024 * 1024;
const TOPIC = 'compacted';

/** Batch `number` of keys that each stand ten times in the whole. */
function keyedBatch(number: number, keys: number): Uint8Array {
  const timestamp = Date.now();
  const value = Buffer.alloc(RECORD_BYTES - 30, 'flotilla ');
  const records = Array.from({ length: BATCH_RECORDS }, (_, index) => {
    // A stride that visits all keys in another order than theirs.
    const key = ((number * BATCH_RECORDS + index) * 7919) % keys;
    return { key: Buffer.from(`key-${key}`), value, timestamp };
  });
  return buildBatch({ records });
}

async function fill(client: KafkaClient, bytes: number): Promise<void> {
  const node = leaderOf(client, TOPIC, 0);
  const batches = Math.ceil(bytes / (RECORD_BYTES * BATCH_RECORDS));
  const keys = Math.floor((batches * BATCH_RECORDS) / 10);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < batches) {
      next += 1;
      await produceTo(client, node, TOPIC, [{ partition: 0, records: keyedBatch(next, keys) }]);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}

/** Bytes of the topic's segments, by node, and whether a file is being cleaned there. */
function logBytes(bench: BenchCluster): readonly number[] {
  return bench.cluster.line.nodes.map(({ dataDir }) => {
    const logs = join(dataDir, 'logs');
    const directories = readdirSync(logs).filter((name) => name.startsWith(`${TOPIC}-`));
    return directories.reduce((sum, name) => sum + sizeOf(join(logs, name)), 0);
  });
}

function sizeOf(directory: string): number {
  let sum = 0;
  for (const name of readdirSync(directory)) {
    if (!name.endsWith('.log')) continue;
    // Files are renamed meanwhile.
    sum += statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return sum;
}

interface Pass {
  readonly read: number;
  readonly ms: number;
}

/** What the nodes have told of their passes over the topic. */
function passes(bench: BenchCluster): readonly Pass[] {
  return bench.cluster.line.nodes.flatMap(({ id, dataDir }) =>
    // Where `up` lets a node write its lines.
    readFileSync(join(dirname(dataDir), 'logs', `node-${id}.log`), 'utf8')
      .split('\n')
      .filter((line) => line.includes('a log was compacted') && line.includes(TOPIC))
      .map((line) => ({ read: numberIn(line, 'read'), ms: numberIn(line, 'ms') })),
  );
}

function numberIn(line: string, name: string): number {
  return Number(new RegExp(`\\b${name}"?[=:] ?(\\d+)`).exec(line)?.[1] ?? Number.NaN);
}

interface Written {
  readonly sent: number;
  readonly took: number;
}

/** One record after the other until `isOver`; at least `least`. */
async function write(client: KafkaClient, least: number, isOver: () => boolean): Promise<readonly Written[]> {
  const node = leaderOf(client, 'beside', 0);
  const batch = [{ partition: 0, records: batchOf(1, 200) }];
  const times: Written[] = [];
  while (times.length < least || !isOver()) {
    const sent = performance.now();
    await produceTo(client, node, 'beside', batch);
    times.push({ sent, took: performance.now() - sent });
  }
  return times;
}

const run: (replicas: number) => Workload['run'] =
  (replicas) =>
  async (flush, figures, { quick }) => {
    const bench = await startBenchCluster(flush);
    try {
      const client = bench.client();
      const admin = new AdminClient(client);
      const set = (key: string, value: string): { readonly key: string; readonly value: string } => ({ key, value });
      await client.retry(() =>
        admin.createTopic({ name: TOPIC, partitions: 1, replicationFactor: replicas, configs: {} }),
      );
      await until('the topic is led', 10_000, async () => {
        await client.refresh([TOPIC]);
        return client.leaderOf(TOPIC, 0) !== null;
      });
      await makeTopic(client, 'beside', 1);
      const topic = { kind: 'topic', name: TOPIC } as const;
      await admin.alterConfigs(topic, [
        set('cleanup.policy', 'compact'),
        set('min.cleanable.dirty.ratio', '1'),
        set('segment.bytes', String(SEGMENT_BYTES)),
      ]);
      await fill(client, quick ? 3e8 : 1e9);
      const before = Math.max(...logBytes(bench));
      const quiet = await write(client, quick ? 2000 : 5000, () => true);
      let peak = 0;
      let last = 0;
      let sizes = logBytes(bench);
      const watch = setInterval(() => {
        const now = logBytes(bench);
        for (const { pid } of bench.cluster.line.nodes) peak = Math.max(peak, residentBytes(pid));
        if (now.some((bytes, node) => bytes < (sizes[node] ?? 0))) {
          last = performance.now();
        }
        sizes = now;
      }, 20);
      const resident = Math.max(...bench.cluster.line.nodes.map(({ pid }) => residentBytes(pid)));
      await admin.alterConfigs(topic, [set('min.cleanable.dirty.ratio', '0.1')]);
      const isOver = (): boolean => last > 0 && performance.now() - last > 3000;
      const beside = await write(client, 0, () => isOver());
      clearInterval(watch);
      const longest = Math.max(...passes(bench).map(({ ms }) => ms));
      const during = beside.filter(({ sent }) => sent > last - longest && sent < last).map(({ took }) => took);
      const alone = quiet.map(({ took }) => took);
      figures.latencies('ack before', alone);
      figures.latencies('ack beside', during);
      figures.add('p99 beside / before', percentile(during, 0.99) / percentile(alone, 0.99), '×');
      figures.add('log before', before / 1e6, 'MB');
      figures.add('log after', Math.max(...sizes) / 1e6, 'MB');
      for (const { read, ms } of passes(bench)) figures.add('read', read / 1000 / ms, 'MB/s', `${ms} ms`);
      figures.add('resident before', resident / 1e6, 'MB');
      figures.add('resident at most', peak / 1e6, 'MB');
    } finally {
      await bench.close();
    }
  };

const ABOUT = 'compaction of 1 GB with a tenth of its keys live, beside one record in flight, RF 3';
export const compaction: Workload = { name: 'compaction', about: ABOUT, run: run(1) };
export const compactionOfAll: Workload = {
  name: 'compaction-3',
  about: `the same, three replicas at once`,
  run: run(3),
};
