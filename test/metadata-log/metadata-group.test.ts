/**
 * The metadata group: images in the order of the log, appends settled once, reads confirmed, snapshots taken, sent,
 * received, and found at the start.
 */
import { describe, expect, it } from 'vitest';
import { byteCount, METADATA_GROUP, offset, term } from '../../raft/index.ts';
import { applyRecords, emptyImage, encodeImage } from '../../src/metadata/index.ts';
import type { MetadataImage } from '../../src/metadata/index.ts';
import { MemoryReplicaLog } from '../replica/memory-replica-log.ts';
import { groupConfigOf } from '../replica/replica-rig.ts';
import { MemorySnapshots } from './memory-snapshots.ts';
import { MetadataRig, setting } from './metadata-rig.ts';
import type { MetadataNode } from './metadata-rig.ts';

const configs = (image: MetadataImage): Readonly<Record<string, string>> => Object.fromEntries(image.clusterConfigs);

/** Appends and notes how it is settled. */
function append(node: MetadataNode, key: string, value: string): { settled: string | null; base: number | null } {
  const answer: { settled: string | null; base: number | null } = { settled: null, base: null };
  const appended = node.group.append(node.group.replica.term, [setting(key, value)]);
  if (appended === null) {
    answer.settled = 'refused';
    return answer;
  }
  answer.base = appended.base;
  void appended.settled.then((settlement) => {
    if (answer.settled !== null) throw new Error('settled twice');
    answer.settled = settlement;
  });
  return answer;
}

describe('appends', () => {
  it('are settled when applied here, and every node comes to the same image (N=3)', async () => {
    const rig = await MetadataRig.start({ nodes: 3 });
    const answers = ['1', '2', '3'].map((value) => append(rig.leader, 'k', value));
    expect(answers.map(({ settled }) => settled)).toEqual([null, null, null]);
    await rig.clock.advance(500);
    expect(answers.map(({ settled }) => settled)).toEqual(['committed', 'committed', 'committed']);
    for (const { group, images } of rig.nodes.values()) {
      expect(configs(group.image)).toEqual({ k: '3' });
      const ends = images.map(({ end }) => end);
      expect(ends).toEqual([...ends].sort((a, b) => a - b));
    }
  });

  it('of a leader that is cut off are lost when it steps down, though they are in its log', async () => {
    const rig = await MetadataRig.start({ nodes: 3 });
    const old = rig.leader;
    const number = [...rig.nodes].find(([, node]) => node === old)?.[0] ?? 0;
    for (const other of rig.nodes.keys()) if (other !== number) rig.network.cut(number, other);
    const answer = append(old, 'k', 'lost');
    await rig.clock.advance(5000);
    expect(answer.settled).toBe('lost');
    expect(old.leaderships.at(-1)).toBe('lost');
    expect(configs(old.group.image)).toEqual({});
    const now = rig.leader;
    append(now, 'k', 'kept');
    for (const other of rig.nodes.keys()) if (other !== number) rig.network.mend(number, other);
    await rig.clock.advance(3000);
    expect(configs(old.group.image)).toEqual({ k: 'kept' });
  });

  it('are refused in any term but the one that this node leads', async () => {
    const rig = await MetadataRig.start();
    const { group } = rig.at(1);
    expect(group.append(term(group.replica.term + 1), [setting('k', 'v')])).toBeNull();
    expect(group.append(term(0), [setting('k', 'v')])).toBeNull();
    expect(await group.confirm(term(0))).toBe('lost');
  });
});

describe('reads', () => {
  it('are confirmed once leadership is, and the image is as new as they began', async () => {
    const rig = await MetadataRig.start({ nodes: 3 });
    const { leader } = rig;
    append(leader, 'k', '1');
    const confirmed: string[] = [];
    void leader.group.confirm(leader.group.replica.term).then((how) => confirmed.push(how));
    await rig.clock.advance(300);
    expect(confirmed).toEqual(['confirmed']);
  });

  it('of a leader that is cut off are lost, never confirmed (M29)', async () => {
    const rig = await MetadataRig.start({ nodes: 3 });
    const old = rig.leader;
    const number = [...rig.nodes].find(([, node]) => node === old)?.[0] ?? 0;
    for (const other of rig.nodes.keys()) if (other !== number) rig.network.cut(number, other);
    const confirmed: string[] = [];
    void old.group.confirm(old.group.replica.term).then((how) => confirmed.push(how));
    await rig.clock.advance(5000);
    expect(confirmed).toEqual(['lost']);
  });
});

describe('the machine', () => {
  it('applies what is read slowly in order, and only once', async () => {
    const rig = await MetadataRig.start();
    const { leader } = rig;
    leader.log.readsHeld = true;
    for (const value of ['1', '2', '3']) append(leader, 'k', value);
    await rig.clock.advance(50);
    const { length } = leader.images;
    leader.log.openReads();
    await rig.clock.advance(50);
    expect(configs(leader.group.image)).toEqual({ k: '3' });
    const ends = leader.images.slice(length - 1).map(({ end }) => end);
    expect(new Set(ends).size).toBe(ends.length);
  });

  it('replaying the log from empty gives the live image', async () => {
    const rig = await MetadataRig.start();
    for (let index = 0; index < 20; index += 1) append(rig.leader, `k${index % 3}`, String(index));
    await rig.clock.advance(100);
    const before = rig.leader.group.image;
    const again = new MetadataRig();
    const opened = await again.open(1, rig.leader.log.crash());
    expect(encodeImage(opened.group.image)).toEqual(encodeImage(before));
  });
});

describe('snapshots', () => {
  it('are taken after so many bytes; the log begins where they end, and a restart begins with them', async () => {
    const rig = await MetadataRig.start({ snapshotEveryBytes: 1000 });
    const { leader } = rig;
    for (let index = 0; index < 30; index += 1) {
      append(leader, 'k', String(index));
      await rig.clock.advance(5);
    }
    expect(leader.snapshots.writes).toBeGreaterThan(1);
    expect(leader.log.logStart).toBe(leader.snapshots.newest()?.last.end);
    expect(leader.log.logStart).toBeGreaterThan(10);
    const again = await new MetadataRig().open(1, leader.log.crash(), leader.snapshots);
    expect(encodeImage(again.group.image)).toEqual(encodeImage(leader.group.image));
  });

  it('one that cannot be written is logged, the log stays, and a later one is taken', async () => {
    const rig = await MetadataRig.start({ snapshotEveryBytes: 500 });
    const { leader } = rig;
    leader.snapshots.failure = new Error('ENOSPC');
    for (let index = 0; index < 10; index += 1) {
      append(leader, 'k', String(index));
      await rig.clock.advance(5);
    }
    expect(leader.lines.join('\n')).toMatch(/snapshot could not be written.*ENOSPC/);
    expect(leader.log.logStart).toBe(0);
    leader.snapshots.failure = null;
    for (let index = 0; index < 10; index += 1) {
      append(leader, 'k', String(index));
      await rig.clock.advance(5);
    }
    expect(leader.log.logStart).toBeGreaterThan(0);
  });

  it('a node that is too far behind is sent one, in chunks, and its old log is gone', async () => {
    const rig = await MetadataRig.start({ nodes: 3, snapshotEveryBytes: 1000 });
    const behind = [...rig.nodes].find(([, { group }]) => !group.replica.leads)?.[0] ?? 0;
    for (const other of rig.nodes.keys()) if (other !== behind) rig.network.cut(behind, other);
    for (let index = 0; index < 40; index += 1) {
      append(rig.leader, `key-${index % 5}`, `value ${index}`);
      await rig.clock.advance(20);
    }
    expect(rig.leader.log.logStart).toBeGreaterThan(rig.at(behind).log.logEnd);
    for (const other of rig.nodes.keys()) if (other !== behind) rig.network.mend(behind, other);
    await rig.clock.advance(5000);
    const { group, log, snapshots } = rig.at(behind);
    expect(configs(group.image)).toEqual(configs(rig.leader.group.image));
    expect(log.logStart).toBe(snapshots.newest()?.last.end);
    expect(log.batches.every(({ position }) => position.base >= log.logStart)).toBe(true);
    append(rig.leader, 'after', 'it');
    await rig.clock.advance(500);
    expect(configs(group.image)).toMatchObject({ after: 'it' });
    const again = await new MetadataRig({ nodes: 3 }).open(behind, log.crash(), snapshots);
    expect(again.group.replica.status().logStart).toBe(log.logStart);
  });

  /** A log of three batches of term 1, and a snapshot elsewhere. */
  async function start(last: { end: number; term: number }): Promise<MetadataNode> {
    const rig = await MetadataRig.start();
    for (const value of ['1', '2', '3']) append(rig.leader, 'k', value);
    await rig.clock.advance(50);
    const log = rig.leader.log.crash();
    const snapshots = new MemorySnapshots();
    const records = Array.from({ length: last.end }, (_, at) => setting('snapshot', String(at)));
    const image = applyRecords(emptyImage(), records, offset(0), term(last.term));
    const state = encodeImage(image);
    const voters = [groupConfigOf(1, 'quorum').self];
    snapshots.put(
      { last: { end: offset(last.end), term: term(last.term) }, voters, bytes: byteCount(state.length) },
      state,
    );
    const opening = new MetadataRig().open(1, log, snapshots);
    // The log's own clock: a reset is durable at the end of a turn.
    await rig.clock.advance(10);
    return opening;
  }

  it('one that reaches beyond the log (a crash before the reset) makes the log begin at its end', async () => {
    const { group, log } = await start({ end: 50, term: 7 });
    expect([log.logStart, log.logEnd]).toEqual([50, 50]);
    expect(group.replica.status()).toMatchObject({ logStart: 50, logEnd: 50, highWatermark: 50 });
    expect(configs(group.image)).toEqual({ snapshot: '49' });
  });

  it('one within the log but of another history makes the log begin at its end', async () => {
    const { group, log } = await start({ end: 3, term: 9 });
    expect([log.logStart, log.logEnd]).toEqual([3, 3]);
    expect(group.replica.status()).toMatchObject({ logStart: 3, logEnd: 3 });
  });

  it('one that goes with the log is begun with, and what it stands for is committed', async () => {
    const { group, log } = await start({ end: 3, term: 1 });
    expect(log.logStart).toBe(0);
    expect(group.replica.highWatermark).toBeGreaterThanOrEqual(3);
  });

  it('a log that begins above the newest snapshot is damaged: something is missing', async () => {
    const rig = await MetadataRig.start({ snapshotEveryBytes: 500 });
    for (let index = 0; index < 10; index += 1) {
      append(rig.leader, 'k', String(index));
      await rig.clock.advance(5);
    }
    await expect(new MetadataRig().open(1, rig.leader.log.crash(), new MemorySnapshots())).rejects.toThrow(
      /^damaged: the log begins at \d+, and the newest snapshot beside it ends at 0$/,
    );
  });

  it('a new directory begins empty', async () => {
    const rig = new MetadataRig();
    const { group, images } = await rig.open(1, new MemoryReplicaLog(rig.clock, METADATA_GROUP));
    expect(group.image.end).toBe(0);
    expect(images).toHaveLength(1);
  });
});
