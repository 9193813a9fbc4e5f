/** The consumer against fake brokers under virtual time: places, order, moves, cuts. */
import { describe, expect, it } from 'vitest';
import { Consumer, Producer } from '../../src/client/index.ts';
import type { ConsumerEvent, ConsumerOptions } from '../../src/client/index.ts';
import { fakeCluster } from './fake-broker.ts';
import type { FakeCluster } from './fake-broker.ts';

async function filled(seed: string, count: number): Promise<FakeCluster> {
  const cluster = await fakeCluster({ seed, nodes: 2, partitions: 2 });
  const producer = new Producer(cluster.client, { batchBytesMax: 200 });
  const sent = Array.from({ length: count }, (_, index) =>
    producer.send({ topic: 'orders', partition: 0, key: null, value: Buffer.from(`v${index}`) }),
  );
  await cluster.world.complete(Promise.all(sent));
  return cluster;
}

async function read(cluster: FakeCluster, options: ConsumerOptions, until: number): Promise<readonly string[]> {
  const consumer = new Consumer(cluster.client, { maxWaitMs: 100, ...options });
  const work = async (): Promise<readonly string[]> => {
    const values: string[] = [];
    for (let polls = 0; values.length < until && polls < 200; polls += 1) {
      for (const { records } of await consumer.poll())
        values.push(...records.map(({ offset, value }) => `${offset}:${Buffer.from(value ?? []).toString()}`));
    }
    return values;
  };
  return cluster.world.complete(work());
}

function expected(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, index) => `${from + index}:v${from + index}`);
}

const orders = { topic: 'orders', partition: 0 } as const;

describe('the consumer', () => {
  it('reads everything in order from the beginning', async () => {
    const cluster = await filled('beginning', 50);
    expect(await read(cluster, { assignments: [{ ...orders, from: 'earliest' }] }, 50)).toEqual(expected(0, 50));
  });

  it('from an offset in the middle of a batch it hands out nothing before it', async () => {
    const cluster = await filled('middle', 20);
    expect(await read(cluster, { assignments: [{ ...orders, from: { offset: 3 } }] }, 17)).toEqual(expected(3, 20));
  });

  it('from the end it waits for what comes', async () => {
    const cluster = await filled('end', 5);
    const producer = new Producer(cluster.client);
    cluster.world.after(300, () => void producer.send({ ...orders, key: null, value: Buffer.from('v5') }));
    expect(await read(cluster, { assignments: [{ ...orders, from: 'latest' }] }, 1)).toEqual(['5:v5']);
  });

  it('an empty poll ends after the wait', async () => {
    const cluster = await filled('empty', 0);
    const consumer = new Consumer(cluster.client, { maxWaitMs: 100, assignments: [{ ...orders, from: 'earliest' }] });
    const before = cluster.world.now();
    expect(await cluster.world.complete(consumer.poll())).toEqual([]);
    expect(cluster.world.now() - before).toBeLessThan(500);
    expect(consumer.caughtUp).toBe(true);
  });

  it('an offset below the log start is moved there, and said', async () => {
    const cluster = await filled('trimmed', 30);
    const [partition] = cluster.partitions;
    if (partition === undefined) throw new Error('no partition');
    partition.logStart = 10;
    const events: ConsumerEvent[] = [];
    const values = await read(
      cluster,
      { assignments: [{ ...orders, from: { offset: 2 } }], onEvent: (event) => events.push(event) },
      20,
    );
    expect(values).toEqual(expected(10, 30));
    expect(events).toEqual([{ kind: 'out-of-range', ...orders, from: 2, to: 10 }]);
  });

  it('follows the leader', async () => {
    const cluster = await filled('moved', 30);
    const [partition] = cluster.partitions;
    if (partition === undefined) throw new Error('no partition');
    await cluster.world.complete(cluster.client.refresh(null));
    partition.leader = 2;
    partition.term = 2;
    cluster.kill(1);
    expect(await read(cluster, { assignments: [{ ...orders, from: 'earliest' }] }, 30)).toEqual(expected(0, 30));
  });

  it('a topic without any answer fails with its error after the time of a call', async () => {
    const cluster = await fakeCluster({ seed: 'refused', nodes: 1, partitions: 1, callTimeoutMs: 500 });
    cluster.onFetch = () => 29;
    const consumer = new Consumer(cluster.client, { maxWaitMs: 100, assignments: [{ ...orders, from: 'earliest' }] });
    const failure: unknown = await cluster.world.complete(consumer.poll().catch((error: unknown) => error));
    expect(failure).toMatchObject({ kind: 'refused', code: 'TOPIC_AUTHORIZATION_FAILED' });
  });
});
