/** Stories of a disk that fills up: nothing new is taken, nothing old is lost, and it goes on by itself when there is room. */
import { describe, expect, it } from 'vitest';
import { present } from '../../raft/index.ts';
import { buildBatch } from '../../storage/batch/index.ts';
import type { ProduceOutcome } from '../../src/partition/index.ts';
import type { Stage } from '../../chaos/workload/index.ts';
import { tell } from './story.ts';

/** The node's disk takes only so many more bytes. */
function fillUp(stage: Stage, number: number, left: number): void {
  const { disk } = stage.cluster.machine(number);
  disk.capacityBytes = disk.usedBytes() + left;
}

function makeRoom(stage: Stage, number: number): void {
  stage.cluster.machine(number).disk.capacityBytes = Number.POSITIVE_INFINITY;
}

function isr(stage: Stage): readonly number[] {
  return stage.cluster.record('t', 0)?.isr ?? [];
}

/** What a produce straight into the replica on that node comes to. */
function produced({ cluster }: Stage, number: number): Promise<ProduceOutcome> {
  const batch = buildBatch({ records: [{ key: null, value: Buffer.from('refused'), timestamp: 0 }] });
  const partition = present(cluster.replica(number, 't', 0), 'replica');
  return cluster.wait(new Promise((done) => partition.produce(Buffer.from(batch), 'all', { internal: true }, done)));
}

/** `left`: bytes; with many of them it is the node's own reserve that is reached, with few the files themselves. */
describe.each([
  ['below its reserve', 32 << 20],
  ['to the last byte', 100_000],
])('a disk that is full %s', (_, left) => {
  it('at the leader: produce is refused, what was acknowledged is read, and writing goes on when there is room', async () => {
    await tell({ settings: ['tail.max.bytes=16384'] }, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      const writer = stage
        .writer({ topic: 't', padding: 20_000, requestTimeoutMs: 500, deliveryTimeoutMs: 2000 })
        .start();
      await cluster.run(500);
      const leader = cluster.leader('t', 0) ?? 0;
      fillUp(stage, leader, left);
      await cluster.run(5000);
      expect(await produced(stage, leader)).toMatchObject({ kind: 'storage' });
      expect(cluster.leader('t', 0)).toBe(leader);
      const reader = stage.reader({ topic: 't' }).start();
      await cluster.until(() => reader.count >= writer.acked, 5000, 'all that was acknowledged is read');
      makeRoom(stage, leader);
      const before = writer.acked;
      await cluster.until(() => writer.acked > before + 10, 5000, 'records are acknowledged again');
      expect(cluster.node(leader)?.node.failed.total).toBe(0);
      await stage.end();
    });
  });

  it('at a follower: it leaves the ISR, writers go on, and it comes back when there is room', async () => {
    await tell({ settings: ['tail.max.bytes=16384', 'replica.lag.time.max.ms=2000'] }, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      const writer = stage.writer({ topic: 't', padding: 20_000 }).start();
      await cluster.run(500);
      const [follower = 0] = isr(stage).filter((number) => number !== cluster.leader('t', 0));
      fillUp(stage, follower, left);
      await cluster.until(() => !isr(stage).includes(follower), 10_000, 'it is out of the ISR');
      const before = writer.acked;
      await cluster.until(() => writer.acked > before + 10, 5000, 'records are acknowledged');
      makeRoom(stage, follower);
      await cluster.until(() => isr(stage).length === 3, 20_000, 'it is in sync again');
      expect(cluster.node(follower)?.node.failed.total).toBe(0);
      await stage.end();
    });
  });

  it('at the controller: another one decides', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      const full = cluster.controller() ?? 0;
      fillUp(stage, full, left);
      await cluster.run(2000);
      await stage.topic('t');
      makeRoom(stage, full);
      await stage.end();
    });
  });

  it('and then loses its power: nothing that was acknowledged is missing', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      stage.writer({ topic: 't', padding: 20_000 }).start();
      await cluster.run(500);
      for (const number of cluster.numbers()) fillUp(stage, number, left);
      await cluster.run(5000);
      for (const number of cluster.numbers()) cluster.powerLoss(number);
      for (const number of cluster.numbers()) makeRoom(stage, number);
      cluster.startDead();
      await cluster.untilReady();
      await stage.end();
    });
  });
});
