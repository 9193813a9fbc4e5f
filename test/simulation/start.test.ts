/** Stories of starts: whatever the order in which nodes meet, a cluster comes of it. */
import { describe, expect, it } from 'vitest';
import { SimCluster } from '../../chaos/cluster/index.ts';

describe('empty nodes', () => {
  it('become a cluster within a second, in whatever order they meet', async () => {
    for (let seed = 1; seed <= 24; seed += 1) {
      const cluster = new SimCluster({ seed: `start ${seed}`, nodes: seed % 4 === 0 ? 5 : 3 });
      await cluster.startAll();
      expect(cluster.world.now(), `seed ${seed}`).toBeLessThan(1000);
    }
  });

  it('become a cluster when those that found the voters are killed before anybody was elected', async () => {
    for (let seed = 1; seed <= 24; seed += 1) {
      const cluster = new SimCluster({ seed: `early kill ${seed}`, nodes: 3 });
      cluster.startDead();
      await cluster.run(4 + seed / 10);
      for (const number of cluster.numbers()) if ((seed + number) % 2 === 0) cluster.kill(number);
      await cluster.run(10);
      cluster.startDead();
      await cluster.untilReady();
    }
  });
});
