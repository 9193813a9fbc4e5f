/**
 * 200 partitions written at once against one, at the same total rate: what the one journal is for. A tick's records go
 * to one partition as one batch, or to as many partitions as there are records.
 */
import { batchOf, leaderOf, makeTopic, produceTo, startBenchCluster } from '../bench-cluster.ts';
import type { BenchCluster, PartitionBatch } from '../bench-cluster.ts';
import type { Figures } from '../figure.ts';
import { Stretch } from '../node-processes.ts';
import type { Workload } from './workload.ts';

const TICK_MS = 20;
const RECORDS_PER_TICK = 200;
const VALUE_BYTES = 1024;

async function atRate(bench: BenchCluster, figures: Figures, partitions: number, seconds: number): Promise<void> {
  const client = bench.client();
  const topic = `of-${partitions}`;
  await makeTopic(client, topic, partitions);
  const records = batchOf(RECORDS_PER_TICK / partitions, VALUE_BYTES);
  const byLeader = new Map<number, PartitionBatch[]>();
  for (let partition = 0; partition < partitions; partition += 1) {
    const node = leaderOf(client, topic, partition);
    byLeader.set(node, [...(byLeader.get(node) ?? []), { partition, records }]);
  }
  const tick = (): Promise<unknown> =>
    Promise.all([...byLeader].map(([node, batches]) => produceTo(client, node, topic, batches)));
  for (let warm = 0; warm < 50; warm += 1) await tick();
  const times: number[] = [];
  const ticks = (seconds * 1000) / TICK_MS;
  const stretch = new Stretch(bench.pids());
  const started = performance.now();
  const sent: Promise<void>[] = [];
  for (let number = 0; number < ticks;) {
    for (; number < ticks && started + number * TICK_MS <= performance.now(); number += 1) {
      const due = started + number * TICK_MS;
      const done = tick().then(() => void times.push(performance.now() - due));
      // The first failure is thrown by `all` below, when the cluster can still be closed.
      done.catch(() => undefined);
      sent.push(done);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(sent);
  const { nodesCpu, otherCores } = stretch.end();
  const bytes = ticks * RECORDS_PER_TICK * VALUE_BYTES;
  const label = `${partitions} ${partitions === 1 ? 'partition' : 'partitions'}`;
  figures.latencies(`${label}: all acked`, times);
  figures.add(`${label}: server CPU`, nodesCpu / (bytes / 1e9), 's/GB');
  figures.add(`${label}: other work on the machine`, otherCores * 100, '% of a core');
}

export const manyPartitions: Workload = {
  name: 'partitions',
  about: '10,000 records of 1 KiB a second: to one partition, and to 200 at once',
  run: async (flush, figures, { quick }) => {
    const bench = await startBenchCluster(flush);
    try {
      for (const partitions of [1, 200]) await atRate(bench, figures, partitions, quick ? 4 : 15);
    } finally {
      await bench.close();
    }
  },
};
