/** A node that is stopped (SIGSTOP): it lets everybody connect and answers nobody. What clients and commands see of it. */
import { describe, expect, it } from 'vitest';
import { startCluster } from '../../chaos/testing.ts';
import type { TestCluster } from '../../chaos/testing.ts';
import { AdminClient, GroupAdmin, HEDGE_MS, parseAddress } from '../../src/client/index.ts';
import type { Address, KafkaClient } from '../../src/client/index.ts';
import { consume } from '../../src/cli/commands/consume.ts';
import { cannedContext } from '../cli/canned-context.ts';

const TOPIC = 'orders';

async function clusterWithRecords(seed: string): Promise<TestCluster> {
  const cluster = await startCluster({ nodes: 3, clock: 'virtual', seed });
  await cluster.createTopic(TOPIC, 3);
  const producer = cluster.producer();
  for (let value = 0; value < 30; value += 1)
    await cluster.until(
      producer.send({ topic: TOPIC, partition: value % 3, key: null, value: Buffer.from(`${value}`) }),
    );
  return cluster;
}

/** The nodes' addresses, `first` at the head. */
function addresses(cluster: TestCluster, first: number): readonly string[] {
  const all = cluster.simulation.bootstrap();
  return [...all.slice(first - 1), ...all.slice(0, first - 1)];
}

async function took(cluster: TestCluster, what: Promise<unknown>): Promise<number> {
  const began = cluster.now();
  await cluster.until(what);
  return cluster.now() - began;
}

describe('with one node stopped', () => {
  for (const paused of [1, 2, 3]) {
    it(`reads of the whole cluster end in a moment: node ${paused}`, async () => {
      const cluster = await clusterWithRecords(`silent ${paused}`);
      cluster.pause(paused);
      const bootstrap = addresses(cluster, paused)
        .map(parseAddress)
        .filter((address): address is Address => address !== null);
      const reads: readonly ((client: KafkaClient) => Promise<unknown>)[] = [
        (client) => client.refresh(null),
        (client) => new AdminClient(client).describeCluster(),
        (client) => new AdminClient(client).describeTopic(TOPIC),
        (client) => new AdminClient(client).describeConfigs({ kind: 'topic', name: TOPIC }),
      ];
      for (const read of reads) {
        const client = cluster.client({ bootstrap });
        expect(await took(cluster, read(client))).toBeLessThan(HEDGE_MS + 50);
        for (const again of reads) expect(await took(cluster, again(client))).toBeLessThan(50);
      }
    });
  }

  it('the producer, a consumer and a list of groups go on with whoever leads then', async () => {
    const cluster = await clusterWithRecords('silent leader');
    const paused = cluster.leader(TOPIC, 0) ?? 0;
    const { context, output } = cannedContext({
      format: 'table',
      views: {},
      ports: cluster.simulation.clientPorts('cli'),
      bootstrap: addresses(cluster, paused),
      timeoutMs: 15_000,
    });
    const groups = new GroupAdmin(cluster.client());
    const producer = cluster.producer();
    cluster.pause(paused);
    // The session's 2 s until somebody else leads, or the 3 s that a connection may take.
    expect(
      await took(cluster, producer.send({ topic: TOPIC, partition: 0, key: null, value: Buffer.from('30') })),
    ).toBeLessThan(4500);
    cluster.resume(paused);
    await cluster.pass(5000);
    cluster.pause(cluster.leader(TOPIC, 0) ?? 0);
    const lists = took(cluster, groups.list());
    expect(await lists).toBeLessThan(4500);
    cluster.resume(1);
    cluster.resume(2);
    cluster.resume(3);
    await cluster.pass(5000);
    cluster.pause(cluster.leader(TOPIC, 0) ?? 0);
    expect(await took(cluster, consume(context, TOPIC, {}))).toBeLessThan(4500);
    const values = output().trim().split('\n').map(Number);
    expect(values.sort((left, right) => left - right)).toEqual(Array.from({ length: 31 }, (_, index) => index));
  });
});
