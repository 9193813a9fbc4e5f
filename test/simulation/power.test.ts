/** Stories about machines that lose their power, disks that refuse and disks that are full. */
import { describe, expect, it } from 'vitest';
import { tell } from './story.ts';

const PACE = { everyMs: 20 };

describe('all machines losing power at once', () => {
  it.each(['lose-all', 'keep-all', 'mixed'] as const)(
    '(%s) costs nothing that was acknowledged, again and again',
    async (mode) => {
      await tell({ seed: mode }, async (stage) => {
        const { cluster } = stage;
        await stage.topic('t', { partitions: 3 });
        await stage.topic('q', { configs: { replication: 'quorum' } });
        stage.writer({ topic: 't', partitions: 3, idempotent: true, ...PACE }).start();
        stage.writer({ topic: 'q', idempotent: true, ...PACE }).start();
        stage.reader({ topic: 't', partitions: 3 }).start();
        for (let round = 0; round < 3; round += 1) {
          await cluster.run(400 + 111 * round);
          for (const number of cluster.numbers()) cluster.powerLoss(number, mode);
          await cluster.run(50);
          cluster.startDead();
          await cluster.untilReady();
        }
        await stage.end();
        expect(cluster.image()?.uncleanElections).toBe(0);
        expect(stage.history.acked).toBeGreaterThan(50);
      });
    },
  );

  it('under flush=os loses what may be lost, says so, and serves again by itself', async () => {
    await tell({ settings: ['flush=os'] }, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      const writer = stage.writer({ topic: 't', ...PACE }).start();
      await cluster.run(500);
      writer.stop();
      await stage.quiet();
      for (const number of cluster.numbers()) cluster.powerLoss(number, 'lose-all');
      cluster.startDead();
      await cluster.untilReady();
      await cluster.until(() => cluster.leader('t', 0) !== null, 60_000, 'a leader');
      expect(cluster.image()?.uncleanElections).toBe(1);
      await cluster.until(() => cluster.record('t', 0)?.isr.length === 3, 30_000, 'all in sync');
    });
  });
});

describe('a disk', () => {
  it('whose sync fails ends the process; the next start recovers, and nothing is missing', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { partitions: 3 });
      stage.writer({ topic: 't', partitions: 3, idempotent: true, ...PACE }).start();
      await cluster.run(300);
      const leader = cluster.leader('t', 0) ?? 0;
      cluster.machine(leader).disk.inject({ operation: 'datasync', path: '.journal' });
      await cluster.until(() => cluster.ends.length > 0, 2000, 'it ended');
      expect(cluster.ends[0]).toMatchObject({ node: leader, reason: expect.stringContaining('exit 74') });
      await cluster.run(300);
      await cluster.wait(cluster.start(leader));
      await stage.end();
    });
  });

  it('that is full refuses writes with KAFKA_STORAGE_ERROR, serves what is there, and goes on when there is room', async () => {
    await tell({ nodes: 1 }, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      const writer = stage.writer({ topic: 't', deliveryTimeoutMs: 300, ...PACE }).start();
      await cluster.run(300);
      const { disk } = cluster.machine(1);
      disk.capacityBytes = disk.usedBytes();
      await cluster.run(8000);
      const reader = stage.reader({ topic: 't' }).start();
      await cluster.run(500);
      expect(reader.count).toBeGreaterThan(0);
      expect(writer.failures.size).toBeGreaterThan(0);
      disk.capacityBytes = Number.POSITIVE_INFINITY;
      await cluster.run(8000);
      const before = writer.acked;
      await cluster.run(500);
      expect(writer.acked).toBeGreaterThan(before);
      await stage.end();
    });
  });
});
