/**
 * The replica driver: what the core says is done, once, in order, and nothing that it waits for is forgotten.
 */
import { describe, expect, it } from 'vitest';
import { nodeId, offset } from '../../raft/index.ts';
import { clientBatch, ReplicaRig } from './replica-rig.ts';

async function leading(rig = new ReplicaRig()): Promise<ReplicaRig> {
  rig.assign(1, 1);
  await rig.clock.advance(50);
  return rig;
}

describe('replica driver', () => {
  it('appends, replicates and commits: the same bytes everywhere, stamped with offset and term (N=3)', async () => {
    const rig = await leading();
    const answer = rig.at(1).replica.propose([clientBatch('a', 'b'), clientBatch('c')]);
    expect(answer).toEqual({ kind: 'appended', base: 0, end: 3, term: 1 });
    await rig.clock.advance(300);
    for (const { log, replica } of rig.nodes) {
      expect(log.batches.map(({ bytes }) => Buffer.from(bytes))).toEqual(
        rig.at(1).log.batches.map(({ bytes }) => Buffer.from(bytes)),
      );
      expect(replica.highWatermark).toBe(3);
    }
  });

  it('several proposals of one turn leave as one append per follower', async () => {
    const rig = await leading();
    const before = rig.sent(1, 'append').filter(({ batches }) => batches.length > 0).length;
    rig.at(1).replica.propose([clientBatch('a')]);
    rig.at(1).replica.propose([clientBatch('b')]);
    rig.at(1).replica.propose([clientBatch('c')]);
    await rig.clock.advance(0);
    const appends = rig.sent(1, 'append').filter(({ batches }) => batches.length > 0);
    expect(appends.slice(before).map(({ batches }) => batches.length)).toEqual([3, 3]);
  });

  it('a send that the transport drops is made again on a tick of the same connection', async () => {
    const rig = await leading();
    rig.network.refuse = ({ message }) => message.kind === 'append' && message.batches.length > 0;
    rig.at(1).replica.propose([clientBatch('a')]);
    await rig.clock.advance(50);
    expect(rig.at(2).log.logEnd).toBe(0);
    rig.network.refuse = () => false;
    await rig.clock.advance(500);
    expect(rig.at(2).log.logEnd).toBe(1);
    expect(rig.at(1).replica.highWatermark).toBe(1);
  });

  it('a read for a follower that fails is made again, and logged', async () => {
    const rig = await leading();
    rig.at(1).log.damage = new Error('sector 7');
    rig.at(1).replica.propose([clientBatch('a')]);
    await rig.clock.advance(50);
    expect(rig.at(1).lines.join('\n')).toMatch(/cannot read batches/);
    rig.at(1).log.damage = null;
    await rig.clock.advance(500);
    expect(rig.at(2).log.logEnd).toBe(1);
  });

  it('sends wait while a peer’s queue has no room, and go when it has', async () => {
    const rig = await leading();
    rig.network.room = 0;
    rig.at(1).replica.propose([clientBatch('a')]);
    await rig.clock.advance(100);
    expect(rig.at(2).log.logEnd).toBe(0);
    rig.network.giveRoom(1 << 20);
    await rig.clock.advance(10);
    expect(rig.at(2).log.logEnd).toBe(1);
  });

  it('batches read too late, when the leadership is over, are not sent', async () => {
    const rig = await leading();
    rig.at(1).log.readsHeld = true;
    rig.at(1).replica.propose([clientBatch('a')]);
    await rig.clock.advance(10);
    rig.assign(2, 2);
    rig.at(1).log.openReads();
    await rig.clock.advance(10);
    expect(rig.sent(1, 'append').filter(({ batches }) => batches.length > 0)).toEqual([]);
  });

  it('nothing is committed before the leader’s own disk has it, nor before the followers’ have', async () => {
    const rig = await leading();
    for (const { log } of rig.nodes) log.automatic = false;
    rig.at(1).replica.propose([clientBatch('a')]);
    await rig.clock.advance(20);
    rig.at(2).log.flush();
    rig.at(3).log.flush();
    await rig.clock.advance(20);
    expect(rig.at(1).replica.highWatermark).toBe(0);
    rig.at(1).log.flush();
    await rig.clock.advance(20);
    expect(rig.at(1).replica.highWatermark).toBe(1);
  });

  it('an owner may propose from inside a notice: offsets and bytes stay together', async () => {
    const answers: unknown[] = [];
    let proposed = false;
    const rig = new ReplicaRig({
      onNotice: (node, notice) => {
        if (node !== 1 || notice.kind !== 'log-grew' || proposed) return;
        proposed = true;
        answers.push(rig.at(1).replica.propose([clientBatch('inner')]));
      },
    });
    await leading(rig);
    answers.push(rig.at(1).replica.propose([clientBatch('outer 1', 'outer 2')]));
    expect(answers).toEqual([
      { kind: 'appended', base: 2, end: 3, term: 1 },
      { kind: 'appended', base: 0, end: 2, term: 1 },
    ]);
    const grew = rig
      .at(1)
      .notices.flatMap((notice) =>
        notice.kind === 'log-grew' ? notice.batches.map(({ position }) => position.base) : [],
      );
    expect(grew).toEqual([0, 2]);
  });

  it('an append whose bytes are not what its header says changes nothing and is logged', async () => {
    const rig = await leading();
    rig.at(1).replica.propose([clientBatch('a')]);
    await rig.clock.advance(10);
    const [sent] = rig.network.sent.filter(({ message }) => message.kind === 'append' && message.batches.length > 0);
    if (sent === undefined) throw new Error('nothing was sent');
    const damaged = Buffer.from(sent.attachment);
    damaged[damaged.length - 1] = (damaged[damaged.length - 1] ?? 0) ^ 1;
    const fresh = new ReplicaRig();
    fresh.assign(1, 1);
    await fresh.clock.advance(10);
    for (const attachment of [
      damaged,
      sent.attachment.subarray(0, 20),
      Buffer.concat([sent.attachment, Buffer.alloc(1)]),
    ]) {
      fresh.at(2).replica.receive(nodeId(1), sent.message, attachment);
    }
    expect(fresh.at(2).log.logEnd).toBe(0);
    expect(fresh.at(2).lines.filter((line) => line.includes('append refused'))).toHaveLength(3);
    fresh.at(2).replica.receive(nodeId(1), sent.message, sent.attachment);
    expect(fresh.at(2).log.logEnd).toBe(1);
  });

  it('a full log takes no batches from a leader, and takes them when there is space again', async () => {
    const rig = await leading();
    rig.at(2).log.failure = { kind: 'full', path: '/data', position: null, reason: 'no space' };
    rig.at(1).replica.propose([clientBatch('a')]);
    await rig.clock.advance(300);
    expect(rig.at(2).log.logEnd).toBe(0);
    rig.at(2).log.failure = null;
    await rig.clock.advance(3000);
    expect(rig.at(2).log.logEnd).toBe(1);
    expect(rig.at(1).replica.propose([clientBatch('b')]).kind).toBe('appended');
  });

  it('a failed log refuses proposals with its reason', async () => {
    const rig = await leading();
    rig.at(1).log.failure = { kind: 'disk', path: '/data/x', position: 9, reason: 'EIO' };
    expect(rig.at(1).replica.propose([clientBatch('a')])).toEqual({ kind: 'unwritable', reason: 'EIO' });
  });

  it('a follower refuses proposals and names the leader', async () => {
    const rig = await leading();
    expect(rig.at(2).replica.propose([clientBatch('a')])).toMatchObject({
      kind: 'refused',
      refusal: { kind: 'not-leader', leader: 1 },
    });
  });

  it('a truncation is told before what is appended in its place', async () => {
    const rig = await leading();
    rig.network.cut(1, 2);
    rig.network.cut(1, 3);
    rig.at(1).replica.propose([clientBatch('lost')]);
    await rig.clock.advance(10);
    rig.assign(2, 2);
    await rig.clock.advance(10);
    rig.at(2).replica.propose([clientBatch('kept', 'too')]);
    const before = rig.at(1).notices.length;
    rig.network.mend(1, 2);
    await rig.clock.advance(1000);
    expect(
      rig
        .at(1)
        .notices.slice(before)
        .filter(({ kind }) => kind.startsWith('log-')),
    ).toMatchObject([
      { kind: 'log-cut', end: 0 },
      { kind: 'log-grew', batches: [{ position: { base: 0, end: 2, term: 2 } }] },
    ]);
  });

  it('once closed it tells nothing, sends nothing and ignores what its log finishes', async () => {
    const rig = await leading();
    rig.at(1).log.automatic = false;
    rig.at(1).replica.propose([clientBatch('a')]);
    rig.at(1).replica.close();
    const { length } = rig.at(1).notices;
    const sent = rig.network.sent.length;
    rig.at(1).log.flush();
    await rig.clock.advance(1000);
    expect(rig.at(1).notices).toHaveLength(length);
    expect(rig.network.sent.filter(({ from }) => from === nodeId(1)).length).toBeLessThanOrEqual(sent);
    expect(rig.at(1).replica.nextDue()).toBeNull();
  });

  it('quorum: elects, writes its no-op as a control batch that followers can read, and commits', async () => {
    const rig = new ReplicaRig({ policy: 'quorum' });
    await rig.clock.advance(3000);
    const leaders = rig.nodes.filter(({ replica }) => replica.leads);
    expect(leaders).toHaveLength(1);
    const own = leaders[0]?.log.logEnd ?? 0;
    expect(leaders[0]?.replica.propose([clientBatch('a')])).toMatchObject({
      kind: 'appended',
      base: own,
      end: own + 1,
    });
    await rig.clock.advance(500);
    for (const { log, replica } of rig.nodes) {
      expect(log.logEnd).toBe(own + 1);
      expect(log.batches.map(({ position }) => position.control?.kind ?? 'records')).toEqual([
        'no-op',
        'voters',
        'records',
      ]);
      expect(replica.highWatermark).toBe(offset(own + 1));
    }
  });
});

describe('low watermark', () => {
  it('rises when every ISR member has the new log start durably, and tells those who wait', async () => {
    const rig = await leading();
    rig.at(1).replica.propose([clientBatch('a', 'b'), clientBatch('c')]);
    await rig.clock.advance(300);
    const heard: string[] = [];
    rig.at(3).log.automatic = false;
    rig.at(1).replica.input({ kind: 'advance-log-start', to: offset(2) });
    rig.at(1).replica.whenLowWatermark(offset(2), (result) => heard.push(result));
    await rig.clock.advance(50);
    expect(rig.nodes.map(({ log }) => log.logStart)).toEqual([2, 2, 2]);
    expect([rig.at(1).replica.lowWatermark, heard]).toEqual([0, []]);
    rig.at(3).log.flush();
    await rig.clock.advance(50);
    expect([rig.at(1).replica.lowWatermark, heard]).toEqual([2, ['reached']]);
  });

  it('stands while the ISR is too small: who left it may lead, and begins where it did', async () => {
    const rig = await leading();
    rig.at(1).replica.propose([clientBatch('a', 'b'), clientBatch('c')]);
    await rig.clock.advance(300);
    for (const peer of [2, 3]) rig.at(peer).log.automatic = false;
    rig.assign(1, 1, { version: 2, isr: [nodeId(1)] }, [1]);
    const heard: string[] = [];
    rig.at(1).replica.input({ kind: 'advance-log-start', to: offset(2) });
    rig.at(1).replica.whenLowWatermark(offset(2), (result) => heard.push(result));
    await rig.clock.advance(300);
    expect([rig.at(1).log.logStart, rig.at(1).replica.lowWatermark, heard]).toEqual([2, null, []]);
    for (const peer of [2, 3]) rig.at(peer).log.flush();
    rig.assign(1, 1, { version: 3 }, [1]);
    await rig.clock.advance(300);
    expect([rig.at(1).replica.lowWatermark, heard]).toEqual([2, ['reached']]);
  });

  it('waits end when the leadership does, and are taken back', async () => {
    const rig = await leading();
    rig.at(1).replica.propose([clientBatch('a')]);
    await rig.clock.advance(300);
    const heard: string[] = [];
    rig.network.cut(1, 2);
    rig.at(1).replica.input({ kind: 'advance-log-start', to: offset(1) });
    rig.at(1).replica.whenLowWatermark(offset(1), (result) => heard.push(result));
    rig.at(1).replica.whenLowWatermark(offset(1), () => heard.push('taken back'))();
    await rig.clock.advance(50);
    expect(heard).toEqual([]);
    rig.assign(3, 2);
    expect(heard).toEqual(['lost']);
    expect(rig.at(1).replica.lowWatermark).toBeNull();
  });
});

describe('memory', () => {
  it('a small batch out of a large chunk does not hold on to the chunk, neither at the leader nor at followers', async () => {
    const rig = await leading();
    const { bytes } = clientBatch('a');
    const chunk = Buffer.concat([Buffer.alloc(30_000), bytes, Buffer.alloc(30_000)]);
    const chunked = Buffer.from(new Uint8Array(chunk).buffer).subarray(30_000, 30_000 + bytes.length);
    rig.at(1).replica.propose([{ bytes: chunked, offsets: 1 }]);
    await rig.clock.advance(50);
    const [sent] = rig.network.sent.filter(({ message }) => message.kind === 'append' && message.batches.length > 0);
    expect(sent).toBeDefined();
    for (const { log } of rig.nodes) expect(log.batches[0]?.bytes.buffer.byteLength).toBeLessThanOrEqual(16_384);
    expect(Buffer.from(rig.at(2).log.batches[0]?.bytes ?? [])).toEqual(
      Buffer.from(rig.at(1).log.batches[0]?.bytes ?? []),
    );
  });

  it('a large batch is kept where it came in: no copy', async () => {
    const rig = await leading();
    const batch = clientBatch('x'.repeat(40_000));
    rig.at(1).replica.propose([batch]);
    expect(rig.at(1).log.batches[0]?.bytes.buffer).toBe(batch.bytes.buffer);
    await rig.clock.advance(1);
  });
});
