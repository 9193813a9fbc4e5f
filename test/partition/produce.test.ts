/** Produce: what each acknowledgement means, duplicates, and how waits end. */
import { describe, expect, it } from 'vitest';
import { nodeId, offset } from '../../raft/index.ts';
import type { ProduceOutcome } from '../../src/partition/index.ts';
import { batchOf, PartitionRig, SETTINGS } from './partition-rig.ts';

const MIN_TWO = { ...SETTINGS, minInsyncReplicas: 2 };
const acknowledged = (base: number, end: number): object => ({ kind: 'acknowledged', base, end });

describe('acknowledgements', () => {
  it('acks=0 is answered at once, acks=1 when the leader’s disk has it, acks=all when every ISR member’s has (N=3)', async () => {
    const rig = await new PartitionRig().lead();
    for (const { log } of rig.nodes) log.automatic = false;
    const none = rig.produce(batchOf(1), 'none');
    const leader = rig.produce(batchOf(1), 'leader');
    const all = rig.produce(batchOf(1), 'all');
    expect(none.outcome).toMatchObject(acknowledged(0, 1));
    await rig.clock.advance(50);
    expect(leader.outcome).toBeNull();
    rig.at(1).log.flush();
    await rig.clock.advance(1);
    expect(leader.outcome).toMatchObject(acknowledged(1, 2));
    expect(all.outcome).toBeNull();
    rig.at(2).log.flush();
    await rig.clock.advance(50);
    expect(all.outcome).toBeNull();
    rig.at(3).log.flush();
    await rig.clock.advance(50);
    expect(all.outcome).toMatchObject(acknowledged(2, 3));
  });

  it('an ISR below the minimum refuses acks=all before the append, and only that', async () => {
    const rig = await new PartitionRig({ settings: MIN_TWO }).lead();
    rig.assign(1, 1, { version: 2, isr: [nodeId(1)] });
    expect(rig.produce(batchOf(1), 'all').outcome).toEqual({ kind: 'not-enough-replicas', isr: 1, required: 2 });
    expect(rig.stored()).toEqual([]);
    const leader = rig.produce(batchOf(1), 'leader');
    await rig.clock.advance(10);
    expect(leader.outcome).toMatchObject(acknowledged(0, 1));
  });

  it('a wait of acks=all fails when the leadership ends, though a later leader may commit the batch', async () => {
    const rig = await new PartitionRig().lead();
    rig.at(3).log.automatic = false;
    const answer = rig.produce(batchOf(1));
    await rig.clock.advance(20);
    rig.assign(2, 2);
    expect(answer.outcome).toMatchObject({ kind: 'not-leader' });
    rig.at(3).log.automatic = true;
    rig.at(3).log.flush();
    await rig.clock.advance(1000);
    expect(rig.at(2).replica.highWatermark).toBe(1);
  });

  it('being appointed again with a new term fails the waits of the old one', async () => {
    const rig = await new PartitionRig().lead();
    rig.at(3).log.automatic = false;
    const answer = rig.produce(batchOf(1));
    await rig.clock.advance(5);
    rig.assign(1, 2);
    expect(answer.outcome).toMatchObject({ kind: 'not-leader' });
    rig.at(3).log.automatic = true;
    rig.at(3).log.flush();
    await rig.clock.advance(2000);
    expect(rig.leaderships.filter(({ node }) => node === 1).map(({ leads }) => leads)).toEqual([true, true]);
  });

  it('a follower, a replica that nobody appointed, and a closed partition refuse', async () => {
    const rig = new PartitionRig();
    expect(rig.produce(batchOf(1)).outcome).toMatchObject({ kind: 'not-leader', leader: null });
    await rig.lead();
    expect(rig.produce(batchOf(1), 'all', 2).outcome).toMatchObject({ kind: 'not-leader', leader: 1 });
    const waiting = rig.produce(batchOf(1));
    rig.partition().close();
    expect(waiting.outcome).toMatchObject({ kind: 'not-leader' });
    expect(rig.produce(batchOf(1)).outcome).toMatchObject({ kind: 'not-leader' });
    expect(rig.leaderships).toEqual([
      { node: 1, leads: true },
      { node: 1, leads: false },
    ]);
  });

  it('a full or failed disk refuses with its reason, and writing resumes with space', async () => {
    const rig = await new PartitionRig({ nodes: 1 }).lead();
    const { log } = rig.at(1);
    log.failure = { kind: 'full', path: '/data', position: null, reason: 'no space left' };
    expect(rig.produce(batchOf(1)).outcome).toEqual({ kind: 'storage', reason: 'no space left' });
    log.failure = null;
    const answer = rig.produce(batchOf(1));
    await rig.clock.advance(1);
    expect(answer.outcome).toMatchObject(acknowledged(0, 1));
  });

  it.each(['all', 'leader'] as const)(
    'who waits (acks=%s) while the disk is full is told so, and again when it repeats, until the batch is durable',
    async (acks) => {
      const rig = await new PartitionRig({ nodes: 1 }).lead();
      const { log } = rig.at(1);
      log.automatic = false;
      const batch = (): Buffer => batchOf(2, { producerId: 7, sequence: 0 });
      const waiting = rig.produce(batch(), acks);
      const inside: string[] = [];
      rig.partition().whenCommitted(offset(2), (result) => inside.push(result));
      log.failure = { kind: 'full', path: '/data', position: null, reason: 'no space left' };
      rig.partition().refuseWaiting('no space left');
      expect(waiting.outcome).toEqual({ kind: 'storage', reason: 'no space left' });
      expect(rig.produce(batch(), acks).outcome).toEqual({ kind: 'storage', reason: 'no space left' });
      log.failure = null;
      log.automatic = true;
      log.flush();
      await rig.clock.advance(1);
      expect(inside).toEqual(['reached']);
      expect(rig.produce(batch(), acks).outcome).toMatchObject(acknowledged(0, 2));
    },
  );

  it('a coordinator is not told that the disk is full: what it has appended is committed when there is space again', async () => {
    const rig = await new PartitionRig({ nodes: 1 }).lead();
    const { log } = rig.at(1);
    log.automatic = false;
    const outcomes: ProduceOutcome[] = [];
    rig.partition().produce(batchOf(2), 'all', { internal: true }, (outcome) => outcomes.push(outcome));
    rig.partition().refuseWaiting('no space left');
    expect(outcomes).toEqual([]);
    log.automatic = true;
    log.flush();
    await rig.clock.advance(1);
    expect(outcomes).toMatchObject([acknowledged(0, 2)]);
  });

  it('a batch larger than a segment is refused as such', async () => {
    const settings = { ...SETTINGS, admission: { ...SETTINGS.admission, segmentBytesMax: 100 } };
    const rig = await new PartitionRig({ nodes: 1, settings }).lead();
    expect(rig.produce(batchOf(10)).outcome).toMatchObject({ kind: 'larger-than-segment' });
  });
});

describe('duplicates', () => {
  const first = (): Buffer => batchOf(2, { producerId: 7, sequence: 0 });

  it('a repeat waits until its first copy is committed, and gets that copy’s offsets (acks=all)', async () => {
    const rig = await new PartitionRig().lead();
    rig.at(2).log.automatic = false;
    const original = rig.produce(first());
    await rig.clock.advance(20);
    const repeat = rig.produce(first());
    expect([original.outcome, repeat.outcome]).toEqual([null, null]);
    rig.at(2).log.flush();
    await rig.clock.advance(20);
    expect(original.outcome).toMatchObject(acknowledged(0, 2));
    expect(repeat.outcome).toMatchObject(acknowledged(0, 2));
    expect(rig.stored()).toEqual(['0:2']);
  });

  it('a repeat under acks=1 waits for the leader’s disk as its first copy did', async () => {
    const rig = await new PartitionRig({ nodes: 1 }).lead();
    rig.at(1).log.automatic = false;
    rig.produce(first(), 'none');
    const repeat = rig.produce(first(), 'leader');
    expect(repeat.outcome).toBeNull();
    rig.at(1).log.flush();
    await rig.clock.advance(1);
    expect(repeat.outcome).toMatchObject(acknowledged(0, 2));
  });

  it('a repeat of something committed long ago is answered at once, also behind batches that wait', async () => {
    const rig = await new PartitionRig().lead();
    const original = rig.produce(first());
    await rig.clock.advance(300);
    expect(original.outcome).toMatchObject(acknowledged(0, 2));
    rig.at(2).log.automatic = false;
    const later = rig.produce(batchOf(1, { producerId: 7, sequence: 2 }));
    const repeat = rig.produce(first());
    expect(repeat.outcome).toMatchObject(acknowledged(0, 2));
    expect(later.outcome).toBeNull();
  });

  it('a repeat that waits fails with the term; asked again at the new leader it has its offsets there', async () => {
    const rig = await new PartitionRig().lead();
    rig.at(3).log.automatic = false;
    rig.produce(first());
    await rig.clock.advance(20);
    const repeat = rig.produce(first());
    rig.assign(2, 2);
    expect(repeat.outcome).toMatchObject({ kind: 'not-leader' });
    rig.at(3).log.automatic = true;
    rig.at(3).log.flush();
    await rig.clock.advance(1000);
    const again = rig.produce(first(), 'all', 2);
    await rig.clock.advance(100);
    expect(again.outcome).toMatchObject(acknowledged(0, 2));
    expect(rig.stored(2)).toEqual(['0:2']);
  });

  it('what a truncation took is no duplicate: the retry is appended anew', async () => {
    const rig = await new PartitionRig().lead();
    rig.network.cut(1, 2);
    rig.network.cut(1, 3);
    rig.produce(first());
    await rig.clock.advance(10);
    rig.assign(2, 2, {}, [2, 3]);
    await rig.clock.advance(100);
    const other = rig.produce(batchOf(1, { producerId: 8, sequence: 0 }), 'leader', 2);
    await rig.clock.advance(100);
    expect(other.outcome).toMatchObject(acknowledged(0, 1));
    rig.assign(2, 2, {}, [1]);
    rig.network.mend(1, 2);
    rig.network.mend(1, 3);
    await rig.clock.advance(2000);
    expect(
      rig
        .partition(1)
        .producers.state.describe()
        .map(({ producerId }) => producerId),
    ).toEqual([8]);
    rig.assign(1, 3);
    await rig.clock.advance(500);
    const retry = rig.produce(first());
    await rig.clock.advance(500);
    expect(retry.outcome).toMatchObject(acknowledged(1, 3));
    expect(rig.stored()).toEqual(['0:1', '1:2']);
  });
});

describe('order', () => {
  it('batches that wait for the producer state are appended in the order in which they came', async () => {
    const rig = await new PartitionRig({ nodes: 1 }).lead();
    rig.produce(batchOf(1));
    await rig.clock.advance(5);
    rig.at(1).log.readsHeld = true;
    rig.partition().producers.rebuild();
    const sizes = [3, 1, 2];
    const inner: object[] = [];
    const answers = sizes.map((size) => rig.produce(batchOf(size), 'none'));
    // The answer to the first brings another request along, as a client's next one on the same connection would.
    rig.partition().produce(Buffer.from('no batch'), 'none', { internal: false, version: 9 }, () => {
      inner.push(rig.produce(batchOf(5), 'none'));
    });
    answers.push(rig.produce(batchOf(4), 'none'));
    expect(answers.every(({ outcome }) => outcome === null)).toBe(true);
    rig.at(1).log.openReads();
    await rig.clock.advance(5);
    expect(rig.stored()).toEqual(['0:1', '1:3', '4:1', '5:2', '7:4', '11:5']);
  });
});
