/** From the start of `flotilla up` on an empty directory to its line of readiness, and to the first record with acks=all. */
import { RealCluster } from '../../test/e2e/real-cluster.ts';
import { batchOf, connectClient, leaderOf, makeTopic, produceTo } from '../bench-cluster.ts';
import { percentile } from '../figure.ts';
import { cpuSeconds } from '../node-processes.ts';
import type { Workload } from './workload.ts';

interface Start {
  readonly ready: number;
  readonly reported: number;
  readonly firstRecord: number;
  readonly cpu: number;
}

async function startOnce(nodes: number, flush: string): Promise<Start> {
  const cluster = await RealCluster.create({ nodes, config: [`flush=${flush}`] });
  try {
    const began = performance.now();
    const line = await cluster.up();
    const ready = performance.now() - began;
    const cpu = cpuSeconds(line.nodes.map(({ pid }) => pid));
    const client = connectClient(cluster.brokers);
    try {
      if (nodes === 3) {
        await makeTopic(client, 'first', 1);
        await produceTo(client, leaderOf(client, 'first', 0), 'first', [{ partition: 0, records: batchOf(1, 100) }]);
      }
      return { ready, reported: line.readyMs, firstRecord: performance.now() - began, cpu };
    } finally {
      client.close();
    }
  } finally {
    await cluster.close();
  }
}

export const start: Workload = {
  name: 'start',
  about: '`flotilla up` on an empty directory, built: to ready, and to the first acks=all record',
  run: async (flush, figures, { quick }) => {
    for (const nodes of [1, 3]) {
      const starts: Start[] = [];
      for (let round = 0; round < (quick ? 3 : 10); round += 1) starts.push(await startOnce(nodes, flush));
      const label = nodes === 1 ? 'one node' : 'three nodes';
      const of = (pick: (start: Start) => number): readonly number[] => starts.map(pick);
      figures.add(
        `${label}: ready, median`,
        percentile(
          of(({ ready }) => ready),
          0.5,
        ),
        'ms',
      );
      figures.add(
        `${label}: ready, worst`,
        percentile(
          of(({ ready }) => ready),
          1,
        ),
        'ms',
      );
      figures.add(
        `${label}: ready as it says itself, median`,
        percentile(
          of(({ reported }) => reported),
          0.5,
        ),
        'ms',
      );
      if (nodes === 3)
        figures.add(
          `${label}: topic made and first record replicated, median`,
          percentile(
            of(({ firstRecord }) => firstRecord),
            0.5,
          ),
          'ms',
        );
      figures.add(
        `${label}: CPU of the nodes until then`,
        percentile(
          of(({ cpu }) => cpu),
          0.5,
        ),
        's',
      );
    }
  },
};
