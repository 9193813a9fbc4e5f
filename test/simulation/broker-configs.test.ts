/** Stories about configs of brokers that change while they run: what is on them and says nothing itself follows. */
import { expect, it } from 'vitest';
import type { Stage } from '../../chaos/workload/index.ts';
import { nodeId, present } from '../../raft/index.ts';
import { Producer } from '../../src/client/index.ts';
import type { ResourceName } from '../../src/client/index.ts';
import { tell } from './story.ts';

const PARTITIONS = 3;

function starts({ cluster }: Stage, topic: string): readonly number[] {
  return Array.from({ length: PARTITIONS }, (_, index) => {
    const leader = present(cluster.leader(topic, index), 'a leader');
    return present(cluster.replica(leader, topic, index), 'its replica').logStart;
  });
}

async function fill({ cluster }: Stage): Promise<void> {
  const producer = new Producer(cluster.client('writer'));
  for (let value = 0; value < 40; value += 1)
    for (const topic of ['t', 'own'])
      for (let partition = 0; partition < PARTITIONS; partition += 1)
        await cluster.wait(producer.send({ topic, partition, key: null, value: Buffer.alloc(200) }));
}

it('log.retention.bytes of one broker counts where it leads, that of all where they do, and a topic’s own before both', async () => {
  await tell({ segmentBytes: 1000 }, async (stage) => {
    const { cluster, admin } = stage;
    await stage.topic('t', { partitions: PARTITIONS });
    await stage.topic('own', { partitions: PARTITIONS, configs: { 'retention.bytes': '1000000' } });
    await fill(stage);
    const set = async (scope: ResourceName, value: string): Promise<void> => {
      await cluster.wait(admin.alterConfigs(scope, [{ key: 'log.retention.bytes', value }]));
      await cluster.run(5_000);
    };
    const leaders = Array.from({ length: PARTITIONS }, (_, index) => cluster.leader('t', index));
    const one = present(leaders[0] ?? null, 'a leader');
    await set({ kind: 'broker', node: nodeId(one) }, '2000');
    expect(starts(stage, 't').map((start) => start > 0)).toEqual(leaders.map((leader) => leader === one));
    expect(leaders.some((leader) => leader !== one)).toBe(true);
    await set({ kind: 'broker', node: null }, '3000');
    expect(starts(stage, 't').every((start) => start > 0)).toBe(true);
    expect(starts(stage, 'own')).toEqual([0, 0, 0]);
  });
});
