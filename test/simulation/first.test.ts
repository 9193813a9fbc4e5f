import { test, expect } from 'vitest';
import { millis } from '../../raft/index.ts';
import { SimCluster } from '../../chaos/cluster/index.ts';
import { NumberedWriter, committedNumbers } from '../../chaos/workload/numbered-writer.ts';

async function story(seed: number): Promise<string> {
  const cluster = new SimCluster({ seed, nodes: 3 });
  const { world } = cluster;
  try {
    await cluster.startAll();
    const first = cluster.node(1); if (first === null) throw new Error('no node');
    const made = await world.complete(first.node.commands().submit({ kind: 'create-topics', topics: [{ name: 't', partitions: 1, replicationFactor: 3, assignments: null, configs: [], internal: false }], validateOnly: false }, millis(5000)));
    expect(made.kind).toBe('answer');
    const writer = new NumberedWriter(cluster, 't', 0); writer.start();
    await world.runFor(500);
    const leader = cluster.leader('t', 0) ?? 0;
    const before = writer.acknowledged.length;
    cluster.kill(leader);
    await world.runFor(3000);
    const gap = writer.longestGap;
    await world.complete(cluster.start(leader));
    await world.runFor(3000);
    for (const n of cluster.numbers()) cluster.powerLoss(n);
    for (const n of cluster.numbers()) void cluster.start(n).catch((e: unknown) => world.fail(e));
    await cluster.untilReady();
    await world.runFor(3000);
    writer.stop();
    await world.runFor(1000);
    console.log(seed, 'before', before, 'gap', gap, 'acked', writer.acknowledged.length, 'now', world.now());
    for (const { node } of cluster.nodes()) {
      const topic = node.image().topicsByName.get('t'); const partition = topic && node.hosting.partition(topic.id, 0);
      if (!partition) throw new Error('not hosted');
      const found = await world.complete(committedNumbers(partition));
      const at = new Map(found.map((f) => [f.offset, f.number]));
      const missing = writer.acknowledged.filter((a) => at.get(a.offset) !== a.number);
      console.log('node', node.options.config.node, 'found', found.length, 'missing', missing.length, 'hw', partition.highWatermark, partition.replica.core.assignment?.isr);
      expect(missing.length).toBe(0);
    }
  } catch (error) { console.log(world.describeFailure(error)); throw error; }
  return world.traceHash();
}
for (const seed of [1,2,3]) test(`story ${seed}`, async () => { const a = await story(seed); const b = await story(seed); expect(a).toBe(b); }, 60000);
