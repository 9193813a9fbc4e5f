/** Stories about leaders of partitions: killed, paused, cut off, and what becomes of what they had acknowledged. */
import { describe, expect, it } from 'vitest';
import type { Stage } from '../../chaos/workload/index.ts';
import { tell } from './story.ts';

const PACE = { everyMs: 20 };

/** Node that leads partition 0 of `t`. */
function leader({ cluster }: Stage): number {
  return cluster.leader('t', 0) ?? 0;
}

function others(stage: Stage, number: number): readonly number[] {
  return stage.cluster.numbers().filter((other) => other !== number);
}

describe('a leader', () => {
  it('that is killed while producers write costs nothing that was acknowledged, and less than half a second', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { partitions: 3 });
      const once = stage.writer({ topic: 't', partitions: 3, idempotent: true, ...PACE }).start();
      const plain = stage.writer({ topic: 't', partitions: 3, ...PACE }).start();
      const reader = stage.reader({ topic: 't', partitions: 3 }).start();
      await cluster.run(500);
      cluster.kill(leader(stage));
      await cluster.run(1500);
      expect(Math.max(once.longestGap, plain.longestGap)).toBeLessThan(500);
      await stage.end();
      expect([once.failures.size, plain.failures.size]).toEqual([0, 0]);
      expect(reader.count).toBeGreaterThan(100);
    });
  });

  it('that is stopped for a while acknowledges nothing when it goes on, and follows', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      const writer = stage.writer({ topic: 't', idempotent: true, ...PACE }).start();
      stage.reader({ topic: 't' }).start();
      await cluster.run(300);
      const zombie = leader(stage);
      cluster.machine(zombie).pause();
      // Its session ends, another leads, records are written there that the zombie does not know.
      await cluster.until(() => ![null, zombie].includes(cluster.leader('t', 0)), 5000, 'another leader');
      await cluster.run(1000);
      expect(writer.longestGap).toBeLessThan(4000);
      cluster.machine(zombie).resume();
      const partition = cluster.replica(zombie, 't', 0);
      await cluster.until(() => partition?.leading === null, 1000, 'the zombie knows');
      await cluster.run(500);
      await stage.end();
    });
  });

  it('that is cut off from all other nodes, but not from clients, acknowledges nothing that is lost', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      stage.writer({ topic: 't', idempotent: true, ...PACE }).start();
      stage.writer({ topic: 't', acks: 1, ...PACE }).start();
      stage.reader({ topic: 't' }).start();
      await cluster.run(300);
      const lonely = leader(stage);
      cluster.world.network.partition(
        [cluster.machine(lonely)],
        others(stage, lonely).map((number) => cluster.machine(number)),
      );
      await cluster.run(6000);
      expect(leader(stage)).not.toBe(lonely);
      await stage.end();
    });
  });

  it('that hears nobody but is heard, or is heard by nobody but hears, is replaced or goes on, and nothing is lost', async () => {
    for (const deaf of [true, false]) {
      await tell({ seed: `one-way ${deaf}` }, async (stage) => {
        const { cluster } = stage;
        await stage.topic('t');
        const writer = stage.writer({ topic: 't', idempotent: true, ...PACE }).start();
        await cluster.run(300);
        const one = leader(stage);
        for (const other of others(stage, one)) {
          const [from, to] = deaf ? [other, one] : [one, other];
          cluster.world.network.block(cluster.machine(from), cluster.machine(to));
        }
        await cluster.run(6000);
        const before = writer.acked;
        await cluster.run(2000);
        expect(writer.acked).toBeGreaterThan(before);
        await stage.end();
      });
    }
  });

  it('that had moved away for a restart gets its partitions back', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      const preferred = cluster.record('t', 0)?.replicas[0] ?? 0;
      cluster.kill(preferred);
      await cluster.until(() => ![null, preferred].includes(cluster.leader('t', 0)), 5000, 'another leader');
      await cluster.wait(cluster.start(preferred));
      const took = await cluster.until(
        () => cluster.leader('t', 0) === preferred,
        30_000,
        'the preferred leader is back',
      );
      expect(took).toBeGreaterThan(1000);
      await stage.end();
    });
  });

  it('that shuts down in order hands over before it goes: writers hardly notice', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { partitions: 3 });
      const writer = stage.writer({ topic: 't', partitions: 3, idempotent: true, everyMs: 5 }).start();
      await cluster.run(300);
      writer.resetGap();
      await cluster.wait(cluster.stop(leader(stage)), 10_000);
      await cluster.run(500);
      expect(writer.longestGap).toBeLessThan(250);
      expect(writer.failures.size).toBe(0);
      await stage.end();
    });
  });

  it('that is told twice to shut down hands over once, and keeps its disk until it has', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { partitions: 3 });
      stage.writer({ topic: 't', partitions: 3, idempotent: true, ...PACE }).start();
      await cluster.run(200);
      const one = leader(stage);
      const running = cluster.node(one);
      // Cut off, nobody hears that it wants to go; the second order must not close the disk under it.
      cluster.world.network.isolate(cluster.machine(one));
      const first = running?.stop();
      await cluster.run(20);
      const second = running?.stop();
      await cluster.run(300);
      cluster.world.network.heal();
      await cluster.wait(Promise.all([first, second]));
      cluster.kill(one);
      await stage.end();
    });
  });

  it('of two that die at once in a cluster of five leaves three that go on', async () => {
    await tell({ nodes: 5 }, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { partitions: 5, replicationFactor: 5, configs: { 'min.insync.replicas': '3' } });
      const writer = stage.writer({ topic: 't', partitions: 5, idempotent: true, ...PACE }).start();
      await cluster.run(300);
      const controller = cluster.controller() ?? 0;
      const second = others(stage, controller)[0] ?? 0;
      cluster.kill(controller);
      cluster.kill(second);
      await cluster.run(3000);
      expect(writer.longestGap).toBeLessThan(2000);
      await stage.end();
    });
  });
});
