/** Three nodes that nobody talks to: memory and CPU of each, and the time of a cold CLI command. */
import { runCommand } from '../../test/e2e/command.ts';
import { startBenchCluster } from '../bench-cluster.ts';
import { percentile } from '../figure.ts';
import { residentBytes, Stretch } from '../node-processes.ts';
import type { Workload } from './workload.ts';

export const idle: Workload = {
  name: 'idle',
  about: 'three idle nodes after a minute: RSS and CPU; and a cold CLI command',
  run: async (flush, figures, { quick }) => {
    const bench = await startBenchCluster(flush);
    try {
      const wait = (milliseconds: number): Promise<unknown> =>
        new Promise((resolve) => setTimeout(resolve, milliseconds));
      await wait(quick ? 5000 : 50_000);
      const stretch = new Stretch(bench.pids());
      await wait(10_000);
      const { seconds, nodesCpu } = stretch.end();
      figures.add('CPU, all nodes', (nodesCpu / seconds) * 100, '% of a core');
      for (const { id, pid } of bench.cluster.line.nodes)
        figures.add(`RSS of node ${id}`, residentBytes(pid) / 2 ** 20, 'MiB');
      const times: number[] = [];
      for (let round = 0; round < 10; round += 1) {
        const began = performance.now();
        const { code, stderr } = await runCommand(['topic', 'list', '--bootstrap', bench.cluster.bootstrap]);
        if (code !== 0) throw new Error(stderr);
        times.push(performance.now() - began);
      }
      figures.add('`topic list`, median of 10', percentile(times, 0.5), 'ms');
    } finally {
      await bench.close();
    }
  },
};
