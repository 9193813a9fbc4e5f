/** Stories of topics whose replicas elect their leader by votes, as the metadata group does. */
import { describe, expect, it } from 'vitest';
import { tell } from './story.ts';

const QUORUM = { configs: { replication: 'quorum' } };
const PACE = { everyMs: 20 };

describe('a topic with replication=quorum', () => {
  it('is read past the no-ops of several leaders without a step back', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('q', QUORUM);
      const writer = stage.writer({ topic: 'q', idempotent: true, ...PACE }).start();
      const reader = stage.reader({ topic: 'q' }).start();
      await cluster.run(200);
      writer.stop();
      for (let round = 0; round < 2; round += 1) {
        const leader = cluster.leader('q', 0) ?? 0;
        cluster.kill(leader);
        await cluster.until(() => ![null, leader].includes(cluster.leader('q', 0)), 5000, 'another leader');
        await cluster.wait(cluster.start(leader));
        await cluster.untilReady();
      }
      writer.start();
      await cluster.run(500);
      await stage.end();
      expect(reader.events).toEqual([]);
      expect(reader.count).toBeGreaterThan(writer.acked - 1);
    });
  });

  it('elects another leader by itself when its leader dies, and metadata names it', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('q', QUORUM);
      const writer = stage.writer({ topic: 'q', idempotent: true, ...PACE }).start();
      await cluster.run(300);
      const old = cluster.leader('q', 0) ?? 0;
      cluster.kill(old);
      const took = await cluster.until(() => ![null, old].includes(cluster.leader('q', 0)), 5000, 'another leader');
      expect(took).toBeLessThan(2000);
      await cluster.run(1000);
      expect(writer.longestGap).toBeLessThan(2500);
      await stage.end();
    });
  });

  it('goes on while nobody can reach the controller', async () => {
    await tell({ nodes: 5, voters: 1 }, async (stage) => {
      const { cluster } = stage;
      // Node 1 alone votes on metadata; the topic lives on the others.
      await stage.topic('q', { ...QUORUM, partitions: null, replicationFactor: null, assignments: [[3, 4, 5]] });
      const writer = stage.writer({ topic: 'q', idempotent: true, ...PACE }).start();
      await cluster.run(300);
      cluster.world.network.isolate(cluster.machine(1));
      await cluster.run(5000);
      expect(writer.longestGap).toBeLessThan(1000);
      const old = [3, 4, 5].find((number) => cluster.replica(number, 'q', 0)?.leading !== null) ?? 0;
      cluster.kill(old);
      const leads = (): boolean =>
        [3, 4, 5].some((number) => number !== old && (cluster.replica(number, 'q', 0)?.leading ?? null) !== null);
      await cluster.until(leads, 5000, 'another leader without the controller');
      await stage.end();
      expect([3, 4, 5]).toContain(cluster.leader('q', 0));
    });
  });

  it('is led on by a node that the controller alone has lost for a while, and metadata names it again', async () => {
    await tell({ nodes: 5, voters: 1 }, async (stage) => {
      const { cluster } = stage;
      await stage.topic('q', { ...QUORUM, partitions: null, replicationFactor: null, assignments: [[3, 4, 5]] });
      stage.writer({ topic: 'q', idempotent: true, ...PACE }).start();
      await cluster.run(300);
      const leader = cluster.leader('q', 0) ?? 0;
      cluster.world.network.partition([cluster.machine(1)], [cluster.machine(leader)]);
      await cluster.until(() => cluster.leader('q', 0) === null, 5000, 'nobody known to lead');
      await cluster.run(500);
      cluster.world.network.heal();
      await cluster.until(() => cluster.leader('q', 0) === leader, 3000, 'the same leader');
      await stage.end();
    });
  });

  it('loses nothing when its leader is stopped for a while', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('q', QUORUM);
      stage.writer({ topic: 'q', idempotent: true, ...PACE }).start();
      stage.reader({ topic: 'q' }).start();
      await cluster.run(300);
      const zombie = cluster.leader('q', 0) ?? 0;
      cluster.machine(zombie).pause();
      await cluster.run(4000);
      cluster.machine(zombie).resume();
      await cluster.run(500);
      await stage.end();
    });
  });
});
