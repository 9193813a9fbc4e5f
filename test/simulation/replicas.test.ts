/** Stories about ISRs: who leaves, who comes back and when, and what is refused meanwhile. */
import { describe, expect, it } from 'vitest';
import type { Stage } from '../../chaos/workload/index.ts';
import { tell } from './story.ts';

const PACE = { everyMs: 20 };

function isr({ cluster }: Stage): readonly number[] {
  return [...(cluster.record('t', 0)?.isr ?? [])].sort((left, right) => left - right);
}

function follower({ cluster }: Stage): number {
  const leader = cluster.leader('t', 0);
  return cluster.numbers().find((number) => number !== leader) ?? 0;
}

describe('a follower', () => {
  it('that is cut off leaves the ISR, writers wait no longer than that, and it returns when it has caught up', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      const writer = stage.writer({ topic: 't', idempotent: true, ...PACE }).start();
      await cluster.run(300);
      const away = follower(stage);
      cluster.world.network.isolate(cluster.machine(away));
      await cluster.until(() => !isr(stage).includes(away), 5000, 'it left');
      await cluster.run(500);
      expect(writer.longestGap).toBeLessThan(3000);
      cluster.world.network.heal();
      await cluster.until(() => isr(stage).length === 3, 5000, 'it returned');
      await stage.end();
    });
  });

  it('whose disk is a thousand times slower leaves the ISR and does not hold the others up', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      const writer = stage.writer({ topic: 't', idempotent: true, ...PACE }).start();
      await cluster.run(300);
      cluster.machine(follower(stage)).disk.slowness = 20_000;
      await cluster.run(6000);
      writer.resetGap();
      await cluster.run(2000);
      expect(writer.longestGap).toBeLessThan(500);
      await stage.end();
    });
  });

  it('that lost what it had not synced is in ISR and ELR only after it has caught up (flush=os, power loss)', async () => {
    await tell({ settings: ['flush=os'] }, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      stage.writer({ topic: 't', idempotent: true, ...PACE }).start();
      await cluster.run(300);
      const lossy = follower(stage);
      const had = cluster.replica(lossy, 't', 0)?.logEnd ?? 0;
      expect(had).toBeGreaterThan(5);
      cluster.powerLoss(lossy, 'lose-all');
      // Cut off from the leader it registers, but cannot catch up.
      const leader = cluster.leader('t', 0) ?? 0;
      if (cluster.controller() !== leader)
        cluster.world.network.partition([cluster.machine(lossy)], [cluster.machine(leader)]);
      const starting = cluster.start(lossy);
      await cluster.wait(starting);
      await cluster.until(() => cluster.replica(lossy, 't', 0) !== null, 10_000, 'it hosts the partition');
      const end = cluster.replica(lossy, 't', 0)?.logEnd ?? 0;
      if (end < had) expect([...isr(stage), ...(cluster.record('t', 0)?.elr ?? [])]).not.toContain(lossy);
      cluster.world.network.heal();
      await cluster.until(() => isr(stage).length === 3, 10_000, 'it returned');
      expect(cluster.image()?.uncleanElections).toBe(0);
      await stage.end();
    });
  });
});

describe('too few replicas', () => {
  it('in the ISR: acks=all is refused with NOT_ENOUGH_REPLICAS, acks=1 is not, and both go on afterwards', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      // The controller keeps a majority: five nodes would do too, but three voters are enough when the two others are
      // only cut from the leader.
      await stage.topic('t', {
        partitions: null,
        replicationFactor: null,
        assignments: [
          [cluster.controller() ?? 1, ...cluster.numbers().filter((number) => number !== cluster.controller())],
        ],
      });
      await cluster.run(100);
      const [first = 0, second = 0] = cluster.numbers().filter((number) => number !== cluster.leader('t', 0));
      cluster.kill(first);
      await cluster.until(() => isr(stage).length === 2, 5000, 'one is out');
      // The disk of the second stands still for the partition's sake only: its metadata must go on.
      cluster.machine(second).disk.slowness = 20_000;
      const strict = stage.writer({ topic: 't', deliveryTimeoutMs: 500, ...PACE }).start();
      const loose = stage.writer({ topic: 't', acks: 1, ...PACE }).start();
      await cluster.run(9000);
      expect([...strict.failures.keys()].length).toBeGreaterThan(0);
      expect(loose.failures.size).toBe(0);
      cluster.machine(second).disk.slowness = 1;
      await cluster.wait(cluster.start(first));
      // What the slow disk had begun still takes as long as it was drawn to take.
      await cluster.until(() => isr(stage).length === 3, 60_000, 'all are back');
      const before = strict.acked;
      await cluster.run(500);
      expect(strict.acked).toBeGreaterThan(before);
      await stage.end();
    });
  });
});
