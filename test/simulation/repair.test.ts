/** Stories of logs that fail while their node runs, or that a start finds failed: damage, faults of the disk; and what comes of it. */
import { describe, expect, it } from 'vitest';
import { present } from '../../raft/index.ts';
import { damage, electUncleanly, errors, failed, fill, isr, segments, SMALL, untilFull } from './damage.ts';
import { tell } from './story.ts';

describe('a damaged segment', () => {
  it('of a leader, found by a consumer: another leads, the replica is rebuilt, nothing is missing', async () => {
    await tell(SMALL, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      await fill(stage);
      const writer = stage.writer({ topic: 't', padding: 1000, idempotent: true }).start();
      const leader = cluster.leader('t', 0) ?? 0;
      const path = damage(stage, leader, 't');
      stage.reader({ topic: 't' }).start();
      await cluster.until(() => ![null, leader].includes(cluster.leader('t', 0)), 5000, 'another leader');
      await untilFull(stage);
      expect(failed(stage, leader)).toEqual({ total: 1, offline: 0 });
      expect(errors(stage, leader, 'replica is offline')).toHaveLength(1);
      expect(errors(stage, leader, 'replica is offline')[0]).toMatch(new RegExp(`${path} at byte [0-9]+`));
      expect(writer.longestGap).toBeLessThan(1000);
      await stage.end();
    });
  });

  it('of a leader, found by a follower that catches up: the other follower leads, and both are brought up', async () => {
    await tell(SMALL, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      const leader = cluster.leader('t', 0) ?? 0;
      const [away = 0] = isr(stage).filter((number) => number !== leader);
      cluster.kill(away);
      await fill(stage);
      damage(stage, leader, 't');
      cluster.startDead();
      await cluster.until(() => ![null, leader].includes(cluster.leader('t', 0)), 10_000, 'another leader');
      await untilFull(stage);
      expect(failed(stage, leader)).toEqual({ total: 1, offline: 0 });
      await stage.end();
    });
  });

  it('that a start finds: the replica is out of the ISR from the registration on, and rebuilt', async () => {
    await tell(SMALL, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      await fill(stage);
      const leader = cluster.leader('t', 0) ?? 0;
      const [other = 0] = isr(stage).filter((number) => number !== leader);
      cluster.kill(other);
      cluster.machine(other).disk.truncateAtRest(segments(stage, other, 't')[0] ?? '', 1000);
      cluster.startDead();
      await cluster.untilReady();
      await untilFull(stage);
      expect(failed(stage, other)).toEqual({ total: 1, offline: 0 });
      await stage.end();
    });
  });
});

describe('a replica that cannot be rebuilt', () => {
  it('because it was the last in the ISR is kept until an operator has another elected', async () => {
    await tell({ ...SMALL, voters: 1 }, async (stage) => {
      const { cluster } = stage;
      const leader = 1;
      await stage.topic('t', { configs: { 'min.insync.replicas': '1' }, assignments: [[1, 2, 3]] });
      cluster.kill(2);
      cluster.kill(3);
      await fill(stage);
      expect(isr(stage)).toEqual([leader]);
      damage(stage, leader, 't');
      const reader = stage.reader({ topic: 't' }).start();
      await cluster.until(() => cluster.replica(leader, 't', 0)?.failed !== null, 5000, 'it has failed');
      reader.stop();
      cluster.startDead();
      await cluster.untilReady();
      await cluster.run(3000);
      expect(cluster.record('t', 0)).toMatchObject({ leader: null, isr: [], elr: [] });
      expect(errors(stage, leader, 'elect one uncleanly')).toHaveLength(1);
      expect(segments(stage, leader, 't').length).toBeGreaterThan(1);
      expect(await electUncleanly(stage, 't')).toMatchObject({ kind: 'done' });
      await untilFull(stage);
      expect(cluster.leader('t', 0)).not.toBe(leader);
      cluster.stopClients();
    });
  });

  it('because its vote is lost with its log stays offline; the other voters go on', async () => {
    await tell(SMALL, async (stage) => {
      const { cluster } = stage;
      await stage.topic('q', { configs: { replication: 'quorum' } });
      await fill(stage, 'q');
      const leader = cluster.leader('q', 0) ?? 0;
      damage(stage, leader, 'q');
      const reader = stage.reader({ topic: 'q' }).start();
      await cluster.until(() => ![null, leader].includes(cluster.leader('q', 0)), 10_000, 'another leader');
      const writer = stage.writer({ topic: 'q' }).start();
      await cluster.until(() => writer.acked > 20, 5000, 'records are committed');
      expect(errors(stage, leader, 'replicas vote')).toHaveLength(1);
      expect(failed(stage, leader)).toEqual({ total: 1, offline: 1 });
      await cluster.until(() => reader.count > 50, 5000, 'all are read');
      cluster.stopClients();
    });
  });
});

describe('a fault of the disk', () => {
  it('in a write of a follower takes that replica offline, and it is rebuilt', async () => {
    await tell(SMALL, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      const leader = cluster.leader('t', 0) ?? 0;
      const [other = 0] = isr(stage).filter((number) => number !== leader);
      cluster.machine(other).disk.inject({ operation: 'write', path: /logs\/t-0\..*\.log$/ });
      await fill(stage);
      await untilFull(stage);
      expect(failed(stage, other)).toEqual({ total: 1, offline: 0 });
      await stage.end();
    });
  });

  it('in a sync of an idle follower: it is in the ISR again only when the rebuilt log holds everything', async () => {
    await tell(SMALL, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      await fill(stage);
      const leader = cluster.leader('t', 0) ?? 0;
      const [other = 0] = isr(stage).filter((number) => number !== leader);
      const { version } = present(cluster.record('t', 0), 'partition');
      cluster.machine(other).disk.inject({ operation: 'datasync', path: /logs\/t-0\..*\.log$/ });
      void present(cluster.node(other), 'node').store.checkpoint();
      await cluster.until(() => cluster.record('t', 0)?.version !== version, 5000, 'metadata knows');
      expect(isr(stage)).not.toContain(other);
      await cluster.until(() => isr(stage).includes(other), 10_000, 'it is in sync again');
      const committed = cluster.replica(leader, 't', 0)?.highWatermark ?? 0;
      expect(cluster.replica(other, 't', 0)?.logEnd).toBeGreaterThanOrEqual(committed);
      await stage.end();
    });
  });

  it('that lasts is tried less and less often, and the rest of the node goes on', async () => {
    await tell(SMALL, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      await stage.topic('other');
      const leader = cluster.leader('t', 0) ?? 0;
      const [bad = 0] = isr(stage).filter((number) => number !== leader);
      const mend = cluster
        .machine(bad)
        .disk.inject({ operation: 'write', path: /logs\/t-0\..*\.log$/, times: Number.POSITIVE_INFINITY });
      const writer = stage.writer({ topic: 't', everyMs: 50 }).start();
      await cluster.run(15_000);
      expect(writer.longestGap).toBeLessThan(1000);
      expect(isr(stage)).not.toContain(bad);
      expect(isr(stage, 'other')).toContain(bad);
      expect(cluster.node(bad)?.node.failed.total).toBeLessThan(7);
      mend();
      await cluster.until(() => isr(stage).includes(bad), 60_000, 'rebuilt');
      await stage.end();
    });
  });

  it('in the metadata log ends the process with the file; the next start goes on', async () => {
    await tell(SMALL, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      const controller = cluster.controller() ?? 0;
      const [node = 0] = cluster.numbers().filter((number) => number !== controller);
      cluster.machine(node).disk.inject({ operation: 'write', path: /@metadata\/.*\.log$/ });
      void stage.admin
        .createTopic({ name: 'more', partitions: 1, replicationFactor: 1, configs: {} })
        .catch(() => undefined);
      await cluster.until(() => cluster.dead().includes(node), 5000, 'the process has ended');
      expect(cluster.machine(node).exits).toMatchObject([{ code: 74, reason: expect.stringContaining('@metadata/') }]);
      await stage.end();
    });
  });
});

describe('a metadata log that is damaged', () => {
  it.each([
    ['in its middle, found by reading it', 4],
    ['in its last batch', 7.9],
  ])('%s keeps its node from starting, with file and byte; the others go on', async (_, bitsPerByte) => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      const [node = 0] = cluster.numbers().filter((number) => number !== cluster.controller());
      await cluster.wait(present(cluster.node(node), 'node').store.checkpoint());
      cluster.kill(node);
      const { disk } = cluster.machine(node);
      const path = disk.paths().find((each) => each.includes('@metadata/') && each.endsWith('.log')) ?? '';
      disk.flipBit(path, Math.floor((disk.cachedBytes(path)?.length ?? 0) * bitsPerByte));
      void cluster.tryStart(node);
      await cluster.until(() => cluster.ends.some((end) => end.node === node), 5000, 'it gives up');
      expect(cluster.ends.at(-1)?.reason).toMatch(new RegExp(`^damaged data: ${path} at byte [0-9]+: `));
      const writer = stage.writer({ topic: 't' }).start();
      await cluster.until(() => writer.acked > 10, 5000, 'records are acknowledged');
      cluster.stopClients();
    });
  });
});

describe('a replica that may have lost records', () => {
  it('is free of that mark once it has caught up, in the next life too', async () => {
    await tell({ settings: ['flush=os'] }, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      stage.writer({ topic: 't' }).start();
      await cluster.run(500);
      const leader = cluster.leader('t', 0) ?? 0;
      const [other = 0] = isr(stage).filter((number) => number !== leader);
      cluster.powerLoss(other, 'lose-all');
      cluster.startDead();
      await cluster.until(() => cluster.replica(other, 't', 0)?.replica.log.lossy === true, 5000, 'it is lossy');
      await cluster.until(
        () => cluster.replica(other, 't', 0)?.replica.log.lossy === false,
        20_000,
        'it has caught up',
      );
      expect(isr(stage)).toContain(other);
      await cluster.wait(present(cluster.node(other), 'node').store.checkpoint());
      cluster.kill(other);
      cluster.startDead();
      await cluster.until(() => cluster.replica(other, 't', 0) !== null, 5000, 'it is hosted again');
      expect(cluster.replica(other, 't', 0)?.replica.log.lossy).toBe(false);
      await stage.end();
    });
  });
});
