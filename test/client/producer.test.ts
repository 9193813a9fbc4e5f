/** The producer against fake brokers under virtual time: order, retries, no duplicates, and honest failures. */
import { describe, expect, it } from 'vitest';
import { Producer } from '../../src/client/index.ts';
import type { Delivery } from '../../src/client/index.ts';
import { fakeCluster } from './fake-broker.ts';
import type { FakeCluster } from './fake-broker.ts';

function sendAll(producer: Producer, count: number, partition = 0): Promise<readonly (Delivery | unknown)[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      producer
        .send({ topic: 'orders', partition, key: null, value: Buffer.from(`v${index}`) })
        .catch((error: unknown) => error),
    ),
  );
}

function expected(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `v${index}`);
}

async function rig(seed: string, options: Partial<Parameters<typeof fakeCluster>[0]> = {}): Promise<FakeCluster> {
  return fakeCluster({ seed, nodes: 2, partitions: 2, ...options });
}

describe('the producer', () => {
  it('records of one turn leave in one batch and come back with their offsets', async () => {
    const cluster = await rig('batch');
    const producer = new Producer(cluster.client);
    const results = await cluster.world.complete(sendAll(producer, 5));
    expect(results).toEqual([0, 1, 2, 3, 4].map((offset) => ({ topic: 'orders', partition: 0, offset })));
    expect(cluster.produces).toEqual([{ node: 1, sequence: 0, records: 5 }]);
    expect(producer.unsettled).toBe(0);
  });

  it('a batch is closed at its size', async () => {
    const cluster = await rig('size');
    const producer = new Producer(cluster.client, { batchBytesMax: 200 });
    await cluster.world.complete(sendAll(producer, 60));
    expect(cluster.values(0)).toEqual(expected(60));
    expect(cluster.produces.every(({ records }) => records <= 6)).toBe(true);
  });

  it('at most five batches of a partition are on the way', async () => {
    const cluster = await rig('window', { requestTimeoutMs: 5000 });
    const producer = new Producer(cluster.client, { batchBytesMax: 200 });
    await cluster.world.complete(sendAll(producer, 1));
    cluster.onProduce = () => 'lost';
    void sendAll(producer, 60);
    await cluster.world.runFor(1000);
    expect(cluster.produces.length - 1).toBe(5);
  });

  it('an answer that is lost costs no duplicate: the same numbers are sent again', async () => {
    const cluster = await rig('lost answer');
    cluster.onProduce = (_node, count) => (count === 2 ? 'lost' : null);
    const producer = new Producer(cluster.client, { batchBytesMax: 200 });
    const results = await cluster.world.complete(sendAll(producer, 40));
    expect(cluster.values(0)).toEqual(expected(40));
    expect(results.map((result) => (result as Delivery).offset)).toEqual(
      Array.from({ length: 40 }, (_, index) => index),
    );
  });

  it('a batch refused for a while is sent again before those behind it', async () => {
    const cluster = await rig('refused');
    cluster.onProduce = (_node, count) => (count === 2 || count === 3 ? 7 : null);
    const producer = new Producer(cluster.client, { batchBytesMax: 200 });
    await cluster.world.complete(sendAll(producer, 60));
    expect(cluster.values(0)).toEqual(expected(60));
  });

  it('follows the leadership to another node when the old one dies', async () => {
    const cluster = await rig('move');
    const producer = new Producer(cluster.client, { batchBytesMax: 200 });
    const [partition] = cluster.partitions;
    if (partition === undefined) throw new Error('no partition');
    cluster.onProduce = (node, count) => {
      if (node === 1 && count === 3) cluster.world.after(0, () => cluster.kill(1));
      return null;
    };
    cluster.world.after(50, () => {
      partition.leader = 2;
      partition.term = 2;
    });
    await cluster.world.complete(sendAll(producer, 60));
    expect(cluster.values(0)).toEqual(expected(60));
    expect(cluster.produces.some(({ node }) => node === 2)).toBe(true);
  });

  it('a record that is refused for good fails with its error, and later ones go on under a new identity', async () => {
    const cluster = await rig('too large');
    cluster.onProduce = (_node, count) => (count === 1 ? 10 : null);
    const producer = new Producer(cluster.client);
    const [first] = await cluster.world.complete(sendAll(producer, 1));
    expect(first).toMatchObject({ kind: 'refused', code: 'MESSAGE_TOO_LARGE' });
    expect(await cluster.world.complete(sendAll(producer, 3))).toMatchObject([
      { offset: 0 },
      { offset: 1 },
      { offset: 2 },
    ]);
    expect(cluster.produces.at(-1)).toMatchObject({ sequence: 0, records: 3 });
  });

  it('what failed with a record before it is told once, whatever the broker answers later', async () => {
    const cluster = await rig('told once');
    cluster.onProduce = (_node, count) => (count === 1 ? 10 : null);
    const producer = new Producer(cluster.client, { batchBytesMax: 100 });
    const told: string[] = [];
    const push = (value: string): void =>
      producer.push({ topic: 'orders', partition: 0, key: null, value: Buffer.from(value) }, (result) =>
        told.push(`${value} ${result instanceof Error ? 'failed' : 'acknowledged'}`),
      );
    for (const value of ['first', 'second', 'third']) push(value);
    await cluster.world.runFor(3000);
    expect(told).toEqual(['first failed', 'second failed', 'third failed']);
    expect(producer.unsettled).toBe(0);
    expect(cluster.produces).toHaveLength(3);
  });

  it('what is not acknowledged in time fails with a timeout that names the last error', async () => {
    const cluster = await rig('in vain');
    cluster.onProduce = () => 19;
    const producer = new Producer(cluster.client, { deliveryTimeoutMs: 2000 });
    const results = await cluster.world.complete(sendAll(producer, 2));
    expect(results).toMatchObject([{ kind: 'timeout' }, { kind: 'timeout' }]);
    expect(String((results[0] as Error).message)).toContain('NOT_ENOUGH_REPLICAS');
    expect(cluster.values(0)).toEqual([]);
  });

  it('keys go where Java puts them; without keys one partition is filled at a time', async () => {
    const cluster = await rig('partitioner');
    const producer = new Producer(cluster.client);
    const keyed = await cluster.world.complete(producer.send({ topic: 'orders', key: Buffer.from('k'), value: null }));
    const again = await cluster.world.complete(producer.send({ topic: 'orders', key: Buffer.from('k'), value: null }));
    expect(again.partition).toBe(keyed.partition);
    const keyless = Promise.all([1, 2, 3].map(() => producer.send({ topic: 'orders', key: null, value: null })));
    expect(new Set((await cluster.world.complete(keyless)).map(({ partition }) => partition)).size).toBe(1);
  });

  it('acks=0 resolves without an offset', async () => {
    const cluster = await rig('acks 0');
    const producer = new Producer(cluster.client, { acks: 0 });
    expect(await cluster.world.complete(sendAll(producer, 1))).toEqual([
      { topic: 'orders', partition: 0, offset: null },
    ]);
    await cluster.world.runFor(100);
    expect(cluster.values(0)).toEqual(['v0']);
  });

  it('an unknown topic and an unknown partition are refused', async () => {
    const cluster = await rig('unknown', { callTimeoutMs: 500 });
    const producer = new Producer(cluster.client, { deliveryTimeoutMs: 500 });
    const topic = producer.send({ topic: 'nope', key: null, value: null }).catch((error: unknown) => error);
    expect(await cluster.world.complete(topic)).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' });
    expect(await cluster.world.complete(sendAll(producer, 1, 9))).toMatchObject([
      { code: 'UNKNOWN_TOPIC_OR_PARTITION' },
    ]);
  });
});
