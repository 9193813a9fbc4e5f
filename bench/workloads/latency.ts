/** One record of 200 bytes in flight, acks=all, RF 3: sent to acknowledged. */
import { batchOf, leaderOf, makeTopic, produceTo, startBenchCluster } from '../bench-cluster.ts';
import { Stretch } from '../node-processes.ts';
import type { Workload } from './workload.ts';

export const latency: Workload = {
  name: 'latency',
  about: 'one record of 200 B in flight, acks=all, RF 3',
  run: async (flush, figures, { quick }) => {
    const bench = await startBenchCluster(flush);
    try {
      const client = bench.client();
      await makeTopic(client, 'latency', 1);
      const node = leaderOf(client, 'latency', 0);
      const batch = [{ partition: 0, records: batchOf(1, 200) }];
      const count = quick ? 2000 : 10_000;
      for (let warm = 0; warm < count / 5; warm += 1) await produceTo(client, node, 'latency', batch);
      const times: number[] = [];
      const stretch = new Stretch(bench.pids());
      for (let index = 0; index < count; index += 1) {
        const sent = performance.now();
        await produceTo(client, node, 'latency', batch);
        times.push(performance.now() - sent);
      }
      const { nodesCpu, otherCores } = stretch.end();
      figures.latencies('ack', times);
      figures.add('server CPU per million', (nodesCpu / count) * 1e6, 's');
      figures.add('other work on the machine', otherCores * 100, '% of a core');
    } finally {
      await bench.close();
    }
  },
};
