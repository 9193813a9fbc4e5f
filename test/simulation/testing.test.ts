/** The entry point for users' own tests: every fault as a call. */
import { describe, expect, it } from 'vitest';
import { startCluster } from '../../chaos/testing.ts';
import type { TestCluster } from '../../chaos/testing.ts';

async function write(cluster: TestCluster, count: number): Promise<number> {
  const producer = cluster.producer();
  const since = cluster.now();
  const sent = Array.from({ length: count }, (_, index) =>
    producer.send({ topic: 't', partition: 0, key: null, value: Buffer.from(`${index}`) }),
  );
  await cluster.until(Promise.all(sent));
  return cluster.now() - since;
}

async function story(seed: number): Promise<string> {
  const cluster = await startCluster({ nodes: 3, clock: 'virtual', seed, settings: { 'log.level': 'info' } });
  await cluster.createTopic('t');
  await write(cluster, 3);
  cluster.kill(cluster.leader('t', 0) ?? 0);
  expect(await write(cluster, 3)).toBeLessThan(2000);
  const dead = [1, 2, 3].find((node) => cluster.simulation.node(node) === null) ?? 0;
  await cluster.start(dead);
  cluster.isolate(dead);
  cluster.delay(1, 2, 20);
  await write(cluster, 3);
  cluster.heal();
  cluster.pause(dead);
  await cluster.pass(500);
  cluster.resume(dead);
  cluster.slowDisk(1, 10);
  cluster.failFsync(2);
  await cluster.until(() => cluster.simulation.node(2) === null);
  cluster.slowDisk(1, 1);
  await cluster.start(2);
  cluster.powerLoss(3);
  await write(cluster, 3);
  await cluster.start(3);
  await cluster.until(() => cluster.isr('t', 0).length === 3);
  const consumer = cluster.consumer({ assignments: [{ topic: 't', partition: 0, from: 'earliest' }] });
  const found: number[] = [];
  while (found.length < 12)
    for (const { records } of (await cluster.until(consumer.poll())) ?? [])
      found.push(...records.map(({ offset }) => offset));
  expect(found).toEqual(Array.from({ length: 12 }, (_, index) => index));
  cluster.close();
  return cluster.hash();
}

describe('startCluster', () => {
  it('gives a cluster under virtual time with faults as calls, and one seed is one run', async () => {
    const hash = await story(7);
    expect(await story(7)).toBe(hash);
    expect(await story(8)).not.toBe(hash);
  });
});
