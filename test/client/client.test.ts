/** The client on the simulated network: calls, and what it says when they fail. */
import { describe, expect, it } from 'vitest';
import { World } from '../../chaos/sim/index.ts';
import { AdminClient, ClientError, HEDGE_MS, KafkaClient, parseAddress } from '../../src/client/index.ts';
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

  it('one silent node costs one short wait: another is asked, and the silent one last for a while', async () => {
    const { world, client, machines } = await fakeCluster({ seed: 'hedged', nodes: 3, partitions: 1 });
    const took = async (): Promise<number> => {
      const began = world.now();
      await world.complete(client.refresh(null));
      return world.now() - began;
    };
    machines[0]?.pause();
    // Nothing is known yet: the bootstrap list is asked in its order.
    const first = await took();
    expect(first).toBeGreaterThanOrEqual(HEDGE_MS);
    expect(first).toBeLessThan(HEDGE_MS + 20);
    for (let time = 0; time < 20; time += 1) expect(await took()).toBeLessThan(20);
    machines[1]?.pause();
    machines[2]?.pause();
    const all: unknown = await world.complete(client.refresh(null).catch((error: unknown) => error));
    expect(all).toMatchObject({ kind: expect.stringMatching(/timeout|unreachable/) });
    for (const machine of machines) machine.resume();
    expect(await took()).toBeLessThan(20);
  });

  it('several who ask for the same metadata at once cost one question, and who asks later gets one of his own', async () => {
    const { world, client, machines, refreshes } = await fakeCluster({ seed: 'shared', nodes: 1, partitions: 3 });
    const ask = (avoid: number | null): Promise<unknown> => client.refresh(['orders'], { avoid });
    await world.complete(Promise.all([ask(null), ask(null), ask(1), ask(null)]));
    expect(refreshes).toHaveLength(2);
    await world.complete(ask(null));
    expect(refreshes).toHaveLength(3);
    machines[0]?.pause();
    const early = ask(null);
    await world.runFor(50);
    const late = ask(null);
    machines[0]?.resume();
    await world.complete(Promise.all([early, late]));
    expect(refreshes).toHaveLength(5);
  });

  it('a node that answers after all is asked like the others again', async () => {
    const { world, client, machines, refreshes } = await fakeCluster({ seed: 'late', nodes: 2, partitions: 1 });
    machines[0]?.pause();
    await world.complete(client.refresh(null));
    await world.complete(client.refresh(null));
    expect(refreshes).toEqual([2, 2]);
    machines[0]?.resume();
    await world.complete(client.sleep(100));
    for (let time = 0; time < 20; time += 1) await world.complete(client.refresh(null));
    expect(refreshes.filter((node) => node === 1).length).toBeGreaterThan(5);
  });

  it('what changes something is never sent to a second node', async () => {
    const { world, client, machines, creates } = await fakeCluster({
      seed: 'once',
      nodes: 3,
      partitions: 1,
      requestTimeoutMs: 2000,
    });
    const admin = new AdminClient(client);
    const create = (name: string): Promise<unknown> =>
      admin.createTopic({ name, partitions: 1, replicationFactor: 1, configs: {} }).catch((error: unknown) => error);
    // Not connected yet: whoever lets us connect gets it.
    machines[0]?.pause();
    const began = world.now();
    expect(await world.complete(create('a'))).toMatchObject({ partitions: 2 });
    expect(world.now() - began).toBeLessThan(HEDGE_MS + 20);
    expect(creates).toEqual([2]);
    // Connected, and then silent: nobody knows whether it was done, and nobody else is asked.
    machines[1]?.pause();
    expect(await world.complete(create('b'))).toMatchObject({ kind: 'timeout' });
    expect(creates).toEqual([2]);
    machines[1]?.resume();
    await world.complete(client.sleep(100));
    // Whether it still reads what lay in its kernel or sees the end of the connection first: nobody else has it.
    expect(new Set(creates)).toEqual(new Set([2]));
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
