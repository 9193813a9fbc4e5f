/** What a process holds too much of, and changes that never end, are named (L6, L7); a cluster that is well has neither. */
import { describe, expect, it } from 'vitest';
import { changesEnded } from '../../../chaos/checkers/endings.ts';
import { SimCluster } from '../../../chaos/cluster/index.ts';
import { Stage } from '../../../chaos/workload/index.ts';

describe('what a process holds', () => {
  it('is judged every virtual second: L6', async () => {
    const stage = await new Stage({ seed: 'bounds', nodes: 1 }).open();
    const { cluster, invariants } = stage;
    await cluster.run(1500);
    const { most } = invariants.bounds;
    expect(most.files).toBeGreaterThan(0);
    expect(most.step).toBeGreaterThan(1);
    cluster.machine(1).disk.openFiles += 10_000;
    await expect(cluster.run(1500)).rejects.toThrow(/L6: node 1 has 100\d\d files open/);
  });

  it('counts the files of this process only', async () => {
    const cluster = new SimCluster({ seed: 'files', nodes: 1 });
    await cluster.startAll();
    const { disk } = cluster.machine(1);
    expect(disk.openFiles).toBeGreaterThan(0);
    cluster.kill(1);
    expect(disk.openFiles).toBe(0);
  });
});

describe('changes', () => {
  it('have ended when everything is well; a log that nobody is to have is left over: L7', async () => {
    const stage = await new Stage({ seed: 'endings', nodes: 1 }).open();
    const { cluster } = stage;
    await stage.topic('t');
    await cluster.run(1000);
    await changesEnded(cluster, 1);
    cluster.machine(1).disk.makeDirectory('/data/logs/gone-0.topic');
    await expect(changesEnded(cluster, 0.01)).rejects.toThrow(/L7: .*node 1 still has gone-0.topic/);
  });

  it('are open while a node is told to stop and does not', async () => {
    const cluster = new SimCluster({ seed: 'stops', nodes: 1 });
    await cluster.startAll();
    for (const running of cluster.nodes()) cluster.stopping.add(running);
    await expect(changesEnded(cluster, 0.01)).rejects.toThrow(/L7: .*node 1 is stopping/);
  });
});
