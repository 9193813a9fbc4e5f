/** Stories of a damaged log whose replica is the only one: it waits for its file, or for an operator's word. */
import { describe, expect, it } from 'vitest';
import { present } from '../../raft/index.ts';
import { partitionGroup } from '../../src/partition/index.ts';
import { damage, electUncleanly, errors, failed, fill, isr, segments, SMALL } from './damage.ts';
import { tell } from './story.ts';

describe('a replica that cannot be rebuilt', () => {
  it('because it is the only one stays offline, says which file and what next, and is never elected', async () => {
    await tell(SMALL, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { replicationFactor: 1 });
      await stage.topic('sound');
      await fill(stage);
      const alone = cluster.leader('t', 0) ?? 0;
      const path = damage(stage, alone, 't');
      const reader = stage.reader({ topic: 't' }).start();
      await cluster.until(() => cluster.leader('t', 0) === null, 5000, 'nobody leads');
      reader.stop();
      await cluster.until(
        () => errors(stage, alone, 'it is the only replica').length === 1,
        1000,
        'the operator is told',
      );
      const partition = cluster.replica(alone, 't', 0);
      expect(partition?.failed).toContain(path);
      expect(partition?.refuseRead(null)).toMatchObject({ kind: 'storage' });
      expect(segments(stage, alone, 't')).toContain(path);
      expect(await electUncleanly(stage, 't')).toMatchObject({
        kind: 'refused',
        refusal: { reason: 'eligible-leaders-not-available' },
      });
      // That it failed is being recorded; a node that dies before need not find it again until somebody reads.
      await cluster.wait(present(cluster.node(alone), 'node').store.checkpoint());
      cluster.kill(alone);
      cluster.startDead();
      await cluster.untilReady();
      expect(cluster.replica(alone, 't', 0)?.failed).toContain(path);
      expect(segments(stage, alone, 't')).toContain(path);
      expect(stage.writer({ topic: 'sound' }).start().pending).toBe(1);
      await cluster.run(1000);
      expect(isr(stage, 'sound')).toHaveLength(3);
      expect(cluster.leader('t', 0)).toBe(null);
      cluster.stopClients();
    });
  });

  it('because it is the only one comes back at the first start with its file as it was, and has lost nothing', async () => {
    await tell(SMALL, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { replicationFactor: 1 });
      await fill(stage);
      const alone = cluster.leader('t', 0) ?? 0;
      const end = cluster.replica(alone, 't', 0)?.highWatermark;
      const path = damage(stage, alone, 't');
      const reader = stage.reader({ topic: 't' }).start();
      await cluster.until(() => cluster.leader('t', 0) === null, 5000, 'nobody leads');
      await cluster.wait(present(cluster.node(alone), 'node').store.checkpoint());
      cluster.kill(alone);
      const { disk } = cluster.machine(alone);
      disk.flipBit(path, (disk.cachedBytes(path)?.length ?? 0) * 4);
      cluster.startDead();
      await cluster.until(() => cluster.leader('t', 0) === alone, 10_000, 'it leads again');
      expect(cluster.replica(alone, 't', 0)?.logEnd).toBe(end);
      await cluster.until(() => reader.count >= 40, 5000, 'all is read');
      const writer = stage.writer({ topic: 't' }).start();
      await cluster.until(() => writer.acked > 10, 5000, 'records are acknowledged');
      await stage.end();
    });
  });

  it('because it is the only one goes on with what is left when an operator accepts the loss, which is counted', async () => {
    await tell(SMALL, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { replicationFactor: 1 });
      await fill(stage);
      const alone = cluster.leader('t', 0) ?? 0;
      const end = cluster.replica(alone, 't', 0)?.highWatermark ?? 0;
      const path = damage(stage, alone, 't');
      const accept = (number: number) => cluster.wait(present(cluster.node(number), 'node').node.losses.accept('t', 0));
      expect(await accept(alone)).toMatchObject({ status: 409, error: `node ${alone} leads it: nothing need be lost` });
      const reader = stage.reader({ topic: 't' }).start();
      await cluster.until(() => cluster.leader('t', 0) === null, 5000, 'nobody leads');
      reader.stop();
      const [other = 0] = cluster.numbers().filter((number) => number !== alone);
      expect(await accept(other)).toMatchObject({ status: 409, error: `node ${other} has no replica of it` });
      const answer = await accept(alone);
      expect(answer).toMatchObject({
        kind: 'accepted',
        accepted: { topic: 't', partition: 0, node: alone, leader: alone, lost: { to: end } },
      });
      if (answer.kind !== 'accepted') return;
      const { logEnd, lost, damage: place, aside } = answer.accepted;
      expect([lost?.from, place?.startsWith(path), aside.length]).toEqual([logEnd, true, 2]);
      expect(logEnd).toBeGreaterThan(10);
      expect(logEnd).toBeLessThan(end);
      expect(failed(stage, alone)).toEqual({ total: 1, offline: 0 });
      expect(cluster.node(alone)?.node.losses.salvaged).toBe(1);
      expect(errors(stage, alone, 'an operator accepts loss')).toHaveLength(1);
      expect(present(cluster.nodes()[0], 'a node').node.image().uncleanElections).toBe(1);
      cluster.kill(alone);
      cluster.startDead();
      const replica = () => cluster.replica(alone, 't', 0);
      await cluster.until(() => (replica()?.leading ?? null) !== null, 10_000, 'it leads after a restart');
      expect(replica()?.logEnd).toBe(logEnd);
      cluster.stopClients();
    });
  });

  it('because it is the only one and was cut before its node died waits for the operator to say so again', async () => {
    await tell(SMALL, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { replicationFactor: 1 });
      await fill(stage);
      const alone = cluster.leader('t', 0) ?? 0;
      damage(stage, alone, 't');
      const reader = stage.reader({ topic: 't' }).start();
      await cluster.until(() => cluster.leader('t', 0) === null, 5000, 'nobody leads');
      reader.stop();
      const { topicId } = present(cluster.record('t', 0), 'partition');
      const cut = present(cluster.node(alone), 'node').store.salvageLog(partitionGroup(topicId, 0));
      expect(await cluster.wait(cut)).not.toBe(null);
      cluster.kill(alone);
      cluster.startDead();
      await cluster.untilReady();
      await cluster.run(1000);
      expect(cluster.leader('t', 0)).toBe(null);
      const again = cluster.wait(present(cluster.node(alone), 'node').node.losses.accept('t', 0));
      expect(await again).toMatchObject({ kind: 'accepted', accepted: { leader: alone, lost: null } });
      cluster.stopClients();
    });
  });
});
