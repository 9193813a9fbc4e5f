/** The client on the simulated network: calls, and what it says when they fail. */
import { describe, expect, it } from 'vitest';
import { World } from '../../chaos/sim/index.ts';
import { AdminClient, ClientError, KafkaClient, parseAddress } from '../../src/client/index.ts';
import { fakeCluster } from './fake-broker.ts';

describe('the client', () => {
  it('learns brokers and leaders from whoever answers', async () => {
    const { world, client } = await fakeCluster({ seed: 'metadata', nodes: 2, partitions: 3 });
    const metadata = await world.complete(client.refresh(null));
    expect([...metadata.brokers]).toEqual([
      [1, { host: 'broker1', port: 9092 }],
      [2, { host: 'broker2', port: 9092 }],
    ]);
    expect(metadata.topics.get('orders')?.partitions.map(({ leader }) => leader)).toEqual([1, 2, 1]);
    expect(client.leaderOf('orders', 1)).toMatchObject({ leader: 2, term: 1 });
  });

  it('goes on with the next address when one refuses', async () => {
    const { world, client, machines } = await fakeCluster({ seed: 'next', nodes: 2, partitions: 1 });
    machines[0]?.kill();
    expect((await world.complete(client.refresh(null))).brokers.size).toBe(2);
  });

  it('names every address that it tried when none answers', async () => {
    const world = new World({ seed: 'nobody' });
    world.machine('a');
    world.machine('b');
    const bootstrap = [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
    ];
    const client = new KafkaClient(world.machine('client').ports(), { bootstrap, clientId: 'test' });
    const failure: unknown = await world.complete(client.refresh(null).catch((error: unknown) => error));
    expect(failure).toBeInstanceOf(ClientError);
    expect(failure).toMatchObject({ kind: 'unreachable', addresses: ['a:1', 'b:2'] });
  });

  it('a broker that never answers is a timeout, and its link is given up', async () => {
    const { world, client, machines } = await fakeCluster({
      seed: 'silent',
      nodes: 1,
      partitions: 1,
      requestTimeoutMs: 500,
    });
    await world.complete(client.refresh(null));
    machines[0]?.pause();
    const failure: unknown = await world.complete(client.refresh(null).catch((error: unknown) => error));
    expect(failure).toMatchObject({ kind: 'timeout', addresses: ['broker1:9092'] });
    machines[0]?.resume();
    expect((await world.complete(client.refresh(null))).brokers.size).toBe(1);
  });

  it('a refusal carries the name of its Kafka error', async () => {
    const { world, client } = await fakeCluster({ seed: 'refusal', nodes: 1, partitions: 1 });
    const admin = new AdminClient(client);
    const topic = { name: 'orders', partitions: 2, replicationFactor: 1, configs: {} };
    const failure: unknown = await world.complete(admin.createTopic(topic).catch((error: unknown) => error));
    expect(failure).toMatchObject({ kind: 'refused', code: 'TOPIC_ALREADY_EXISTS' });
    expect(await world.complete(admin.createTopic({ ...topic, name: 'new' }))).toMatchObject({ partitions: 2 });
  });

  it('close rejects what waits', async () => {
    const { world, client, machines } = await fakeCluster({ seed: 'close', nodes: 1, partitions: 1 });
    await world.complete(client.refresh(null));
    machines[0]?.pause();
    const waiting = client.refresh(null).catch((error: unknown) => error);
    world.after(10, () => client.close());
    expect(await world.complete(waiting)).toMatchObject({ kind: 'closed' });
  });
});

describe('parseAddress', () => {
  it('reads host:port, [v6]:port, and nothing else', () => {
    expect(parseAddress('localhost:9092')).toEqual({ host: 'localhost', port: 9092 });
    expect(parseAddress('[::1]:9092')).toEqual({ host: '::1', port: 9092 });
    for (const text of ['', 'host', 'host:', 'host:0', 'host:70000', '::1:9092', 'a b:1'])
      expect(parseAddress(text), text).toBeNull();
  });
});
