/** Stories about compaction: every replica keeps the newest record of each key, whoever dies and whoever lags meanwhile. */
import { describe, expect, it } from 'vitest';
import type { Stage } from '../../chaos/workload/index.ts';
import { byteCount, offset } from '../../raft/index.ts';
import { Producer } from '../../src/client/index.ts';
import { readRecords } from '../../storage/batch/index.ts';
import { decompressStream } from '../../storage/compression/index.ts';
import { tell } from './story.ts';

const KEYS = 10;
const LIFE = {
  'cleanup.policy': 'compact',
  'min.cleanable.dirty.ratio': '0.1',
  'segment.ms': '3000',
} as const;

/** Begins with what all stories have: a compacted topic, a cleaner that looks often. */
async function begin({ cluster, admin }: Stage, topic: () => Promise<void>): Promise<void> {
  await topic();
  const changes = [{ key: 'log.cleaner.backoff.ms', value: '200' }];
  await cluster.wait(admin.alterConfigs({ kind: 'broker', node: null }, changes));
}

/** Writes values `from` … `to`, each to key `value mod KEYS`; resolves when all are acknowledged. */
async function write({ cluster }: Stage, producer: Producer, from: number, to: number): Promise<void> {
  for (let value = from; value < to; value += 1) {
    const key = Buffer.from(`key-${value % KEYS}`);
    await cluster.wait(producer.send({ topic: 't', partition: 0, key, value: Buffer.from(String(value)) }), 120_000);
  }
}

/** What one replica's log holds below its high watermark. */
async function stored(
  { cluster }: Stage,
  node: number,
): Promise<readonly { readonly key: string; readonly value: number }[]> {
  const partition = cluster.replica(node, 't', 0);
  if (partition === null) throw new Error(`node ${node} has no replica`);
  const { log } = partition.replica;
  const found: { key: string; value: number }[] = [];
  const end = partition.highWatermark;
  for (let at: number = log.logStart; at < end;) {
    const run = await cluster.wait(
      Promise.resolve(log.read(offset(at), { end, bytesMax: byteCount(1 << 20), atLeastOne: true })),
    );
    for (const batch of [Buffer.concat(run.buffers)]) {
      for (let from = 0; from < batch.length;) {
        const bytes = batch.readInt32BE(from + 8) + 12;
        const read = readRecords(batch.subarray(from, from + bytes), decompressStream, 1e6);
        if (read.kind === 'refused') throw new Error(read.detail);
        for (const { key, value } of read.records)
          found.push({ key: Buffer.from(key ?? []).toString(), value: Number(Buffer.from(value ?? [])) });
        from += bytes;
      }
    }
    at = run.positions.at(-1)?.end ?? end;
  }
  return found;
}

/** All replicas have the newest value of every key as the newest, and hardly more than that; on the disk, not in memory. */
async function expectCompacted(stage: Stage, written: number): Promise<void> {
  const { cluster } = stage;
  for (const node of cluster.numbers()) cluster.powerLoss(node, 'lose-all');
  cluster.startDead();
  await cluster.untilReady();
  const isWhole = (node: number): boolean => (cluster.replica(node, 't', 0)?.highWatermark ?? 0) >= written;
  await cluster.until(() => cluster.numbers().every(isWhole), 20_000, 'all replicas know what is committed');
  for (const node of stage.cluster.numbers()) {
    const records = await stored(stage, node);
    const newest = new Map(records.map(({ key, value }) => [key, value]));
    const expected = Array.from({ length: KEYS }, (_, at) => written - KEYS + at);
    expect(
      [...newest.values()].toSorted((a, b) => a - b),
      `node ${node}`,
    ).toEqual(expected);
    expect(records.length, `node ${node}`).toBeLessThan(4 * KEYS);
  }
}

describe('a compacted topic', () => {
  it('is compacted by leader and followers, also when nobody writes any more', async () => {
    await tell({ segmentBytes: 1000 }, async (stage) => {
      const { cluster } = stage;
      await begin(stage, () => stage.topic('t', { configs: LIFE }));
      const producer = new Producer(cluster.client('writer'));
      await write(stage, producer, 0, 200);
      await cluster.run(40_000);
      await expectCompacted(stage, 200);
    });
  });

  it('is the same for a follower that lagged behind what the others had compacted, and for one that lost power in between', async () => {
    for (const seed of [1, 2, 3]) {
      await tell({ segmentBytes: 1000, seed }, async (stage) => {
        const { cluster } = stage;
        await begin(stage, () => stage.topic('t', { configs: LIFE }));
        const producer = new Producer(cluster.client('writer'));
        await write(stage, producer, 0, 60);
        await cluster.run(16_000);
        const follower = cluster.numbers().find((node) => node !== cluster.leader('t', 0)) ?? 0;
        cluster.powerLoss(follower, 'lose-all');
        await write(stage, producer, 60, 140);
        await cluster.run(10_000);
        await cluster.wait(cluster.start(follower));
        await cluster.untilReady();
        const leader = cluster.leader('t', 0) ?? 0;
        cluster.kill(leader);
        await write(stage, producer, 140, 200);
        await cluster.wait(cluster.start(leader));
        await cluster.untilReady();
        await cluster.run(40_000);
        await expectCompacted(stage, 200);
      });
    }
  });
});
