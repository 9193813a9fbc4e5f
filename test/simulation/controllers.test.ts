/** Stories about the controller and the metadata log: killed, cut off, lagging nodes, snapshots, wiped disks. */
import { describe, expect, it } from 'vitest';
import type { Stage } from '../../chaos/workload/index.ts';
import { tell } from './story.ts';

const PACE = { everyMs: 20 };

function controller({ cluster }: Stage): number {
  return cluster.controller() ?? 0;
}

describe('the controller', () => {
  it('that is killed is replaced at once, and topics can be made again', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { partitions: 3 });
      const writer = stage.writer({ topic: 't', partitions: 3, ...PACE }).start();
      await cluster.run(200);
      const old = controller(stage);
      cluster.kill(old);
      const took = await cluster.until(() => ![null, old].includes(cluster.controller()), 5000, 'another controller');
      expect(took).toBeLessThan(500);
      await stage.topic('u');
      await cluster.run(500);
      expect(writer.longestGap).toBeLessThan(1000);
      await stage.end();
    });
  });

  it('that is cut off loses its office and its partitions, and comes back as a follower of what was decided meanwhile', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { partitions: 3 });
      stage.writer({ topic: 't', partitions: 3, idempotent: true, ...PACE }).start();
      stage.reader({ topic: 't', partitions: 3 }).start();
      await cluster.run(200);
      const old = controller(stage);
      cluster.world.network.isolate(cluster.machine(old));
      const rest = cluster.numbers().filter((number) => number !== old);
      const seen = (): boolean =>
        rest.every((number) => ![null, old].includes(cluster.node(number)?.node.metadataLeader ?? null));
      await cluster.until(seen, 4000, 'another controller');
      await cluster.until(
        () => [0, 1, 2].every((index) => ![null, old].includes(cluster.leader('t', index))),
        6000,
        'leaders elsewhere',
      );
      expect(cluster.node(old)?.node.controller.status().state).toBe('passive');
      await stage.end();
    });
  });

  it('takes snapshots, and a node that was away too long is brought up by one', async () => {
    await tell({ settings: ['metadata.snapshot.bytes=4096'] }, async (stage) => {
      const { cluster } = stage;
      const away = cluster.numbers().find((number) => number !== controller(stage)) ?? 0;
      cluster.kill(away);
      for (let index = 0; index < 2; index += 1)
        await stage.topic(`t${index}`, { partitions: 40, replicationFactor: 2 });
      await cluster.run(300);
      const start = (): number => cluster.nodes()[0]?.node.metadata?.replica.log.logStart ?? 0;
      expect(start()).toBeGreaterThan(0);
      await cluster.wait(cluster.start(away));
      await cluster.untilReady();
      expect(cluster.node(away)?.node.metadata?.replica.log.logStart).toBeGreaterThan(0);
      await stage.end();
    });
  });

  it('knows a node whose disk was wiped as another directory: it follows, is filled again, and never votes', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { partitions: 3 });
      stage.writer({ topic: 't', partitions: 3, idempotent: true, ...PACE }).start();
      await cluster.run(300);
      const wiped = cluster.numbers().find((number) => number !== controller(stage)) ?? 0;
      const machine = cluster.machine(wiped);
      cluster.powerLoss(wiped);
      machine.wipe();
      await cluster.wait(cluster.start(wiped));
      await cluster.until(
        () => [0, 1, 2].every((index) => cluster.record('t', index)?.isr.length === 3),
        30_000,
        'filled again',
      );
      const voters = cluster.nodes().flatMap(({ node }) => node.metadata?.replica.status().voters ?? []);
      const { directory } = cluster.node(wiped)?.store.identity ?? {};
      expect(voters.some((voter) => voter.directory === directory)).toBe(false);
      expect(cluster.node(wiped)?.node.metadata?.replica.status().role).toBe('observer');
      await stage.end();
    });
  });
});

describe('one node alone', () => {
  it('restarts, by kill and by power loss, with everything that it acknowledged', async () => {
    await tell({ nodes: 1 }, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { partitions: 2 });
      stage.writer({ topic: 't', partitions: 2, idempotent: true, ...PACE }).start();
      await cluster.run(300);
      cluster.kill(1);
      await cluster.wait(cluster.start(1));
      await cluster.untilReady();
      await cluster.run(300);
      cluster.powerLoss(1, 'lose-all');
      await cluster.wait(cluster.start(1));
      await cluster.untilReady();
      await cluster.run(300);
      await stage.end();
    });
  });
});
