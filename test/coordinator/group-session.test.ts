/**
 * Sync, heartbeat, leave and the right to commit: what each request gets in each state.
 */
import { describe, expect, test } from 'vitest';
import { millis } from '../../raft/index.ts';
import { admitCommit } from '../../src/coordinator/group.ts';
import { GroupBench, text } from './group-bench.ts';

const UNKNOWN_MEMBER = 25;
const ILLEGAL_GENERATION = 22;
const INCONSISTENT_PROTOCOL = 23;
const REBALANCE = 27;
const FENCED = 82;

describe('sync', () => {
  test('followers are parked until the record with the leader’s assignment is committed; who got none gets nothing', () => {
    const bench = new GroupBench({ initialRebalanceDelayMs: 10 });
    const requests = [bench.join(), bench.join(), bench.join()];
    bench.advance(30);
    const [leader = '', second = '', third = ''] = requests.map((request) => bench.joined(request).memberId);
    bench.holdCommits = true;
    const follower = bench.sync(second);
    expect(bench.held).toEqual([]);
    const leading = bench.sync(leader, 1, { [leader]: 'a', [second]: 'b', stranger: 'c' });
    expect(bench.answer(follower, 'sync')).toBe(null);
    expect(bench.answer(leading, 'sync')).toBe(null);
    expect(bench.group.state.kind).toBe('completing');
    bench.commit();
    expect(bench.group.state.kind).toBe('stable');
    expect(text(bench.answer(leading, 'sync')?.assignment ?? new Uint8Array())).toBe('a');
    expect(text(bench.answer(follower, 'sync')?.assignment ?? new Uint8Array())).toBe('b');
    expect(bench.answer(bench.sync(third), 'sync')).toMatchObject({ error: 0, assignment: new Uint8Array(0) });
    expect([...(bench.persisted.at(-1)?.assignments.keys() ?? [])]).toEqual([leader, second, third]);
  });

  test('Preparing: 27; stranger: 25; wrong generation: 22; other names than the group’s: 23', () => {
    const bench = new GroupBench();
    const [leader = '', follower = ''] = bench.stable(2);
    const { generation } = bench.group;
    const error = (request: number): number | undefined => bench.answer(request, 'sync')?.error;
    expect(error(bench.sync('stranger'))).toBe(UNKNOWN_MEMBER);
    expect(error(bench.sync(leader, generation - 1))).toBe(ILLEGAL_GENERATION);
    expect(error(bench.sync(leader, generation, {}, { type: 'connect' }))).toBe(INCONSISTENT_PROTOCOL);
    expect(error(bench.sync(leader, generation, {}, { protocol: 'sticky' }))).toBe(INCONSISTENT_PROTOCOL);
    expect(error(bench.sync(leader, generation, {}, { type: 'consumer', protocol: 'range' }))).toBe(0);
    bench.join({ memberId: follower, protocols: ['range=new'] });
    expect(error(bench.sync(leader, generation))).toBe(REBALANCE);
  });

  test('a new rebalance answers parked Syncs with 27', () => {
    const bench = new GroupBench({ initialRebalanceDelayMs: 10 });
    const requests = [bench.join(), bench.join()];
    bench.advance(30);
    const parked = bench.sync(bench.joined(requests[1] ?? 0).memberId);
    bench.join();
    expect(bench.answer(parked, 'sync')?.error).toBe(REBALANCE);
  });

  test('when the record is not written everybody gets the error, and a new rebalance begins', () => {
    const bench = new GroupBench();
    const { memberId } = bench.joined(bench.join());
    bench.holdCommits = true;
    const request = bench.sync(memberId);
    bench.commit(15);
    expect(bench.answer(request, 'sync')?.error).toBe(15);
    expect(bench.group.state.kind).toBe('preparing');
  });

  test('a commit that comes after the next rebalance has begun makes nothing stable', () => {
    const bench = new GroupBench();
    const { memberId } = bench.joined(bench.join());
    bench.holdCommits = true;
    const request = bench.sync(memberId);
    bench.join();
    expect(bench.answer(request, 'sync')?.error).toBe(REBALANCE);
    bench.commit();
    expect(bench.group.state.kind).toBe('preparing');
  });

  test('a commit of an earlier generation makes nothing of the current one stable', () => {
    const bench = new GroupBench();
    const { memberId } = bench.joined(bench.join());
    bench.holdCommits = true;
    bench.sync(memberId, 1, { [memberId]: 'first' });
    bench.join({ memberId, protocols: ['range=new'] });
    expect(bench.group).toMatchObject({ generation: 2, state: { kind: 'completing' } });
    const waiting = bench.sync(memberId, 2, { [memberId]: 'second' });
    const [first, second] = bench.held;
    if (first === undefined || second === undefined) throw new Error('two records were to be written');
    bench.step({ kind: 'persisted', reason: first, error: 0 });
    expect(bench.answer(waiting, 'sync')).toBe(null);
    bench.step({ kind: 'persisted', reason: second, error: 0 });
    expect(text(bench.answer(waiting, 'sync')?.assignment ?? new Uint8Array())).toBe('second');
  });

  test('members that never sync are removed when the timer fires, and a rebalance starts', () => {
    const bench = new GroupBench({ initialRebalanceDelayMs: 10 });
    const options = { session: 300_000, rebalance: 20_000 };
    const requests = [bench.join(options), bench.join(options)];
    bench.advance(30);
    const [leader = '', lazy = ''] = requests.map((request) => bench.joined(request).memberId);
    bench.sync(leader);
    bench.advance(20_000);
    expect(bench.group.members.has(lazy)).toBe(false);
    expect(bench.heartbeat(leader)).toBe(REBALANCE);
  });

  test('a leader that dies before its Sync is removed, and the parked followers rejoin', () => {
    const bench = new GroupBench({ initialRebalanceDelayMs: 10 });
    const requests = [bench.join(), bench.join()];
    bench.advance(30);
    const parked = bench.sync(bench.joined(requests[1] ?? 0).memberId);
    bench.advance(10_000);
    expect(bench.answer(parked, 'sync')?.error).toBe(REBALANCE);
    expect(bench.group.members.size).toBe(1);
  });
});

describe('heartbeat and sessions', () => {
  test('Empty or stranger: 25; wrong generation: 22; Completing and Stable: 0; Preparing: 27', () => {
    const bench = new GroupBench();
    expect(bench.heartbeat('m1', 0)).toBe(UNKNOWN_MEMBER);
    const { memberId } = bench.joined(bench.join());
    expect(bench.heartbeat(memberId)).toBe(0);
    bench.sync(memberId);
    expect(bench.heartbeat(memberId)).toBe(0);
    expect(bench.heartbeat(memberId, 7)).toBe(ILLEGAL_GENERATION);
    bench.join();
    expect(bench.heartbeat(memberId)).toBe(REBALANCE);
  });

  test('a silent member is removed after its session timeout, and the group becomes empty and is written', () => {
    const bench = new GroupBench();
    const [leader = ''] = bench.stable(1);
    bench.advance(9_999);
    expect(bench.heartbeat(leader)).toBe(0);
    bench.advance(9_999);
    expect(bench.group.members.size).toBe(1);
    bench.advance(1);
    expect(bench.group).toMatchObject({ state: { kind: 'empty' }, generation: 2, leader: null, protocol: null });
    expect(bench.persisted.at(-1)?.reason).toEqual({ kind: 'emptied' });
  });

  test('heartbeats during Preparing keep the session although they are answered with 27', () => {
    const bench = new GroupBench();
    const [leader = '', follower = ''] = bench.stable(2);
    bench.join({ memberId: follower, protocols: ['range=new'] });
    for (let beat = 0; beat < 5; beat += 1) {
      bench.advance(8_000);
      expect(bench.heartbeat(leader)).toBe(REBALANCE);
    }
    expect(bench.group.members.has(leader)).toBe(true);
  });

  test('a rebalance does not wait for a departed member longer than its session', () => {
    const bench = new GroupBench();
    const [, follower = ''] = bench.stable(2, { session: 10_000, rebalance: 300_000 });
    const parked = bench.join({ memberId: follower, protocols: ['range=new'], session: 10_000, rebalance: 300_000 });
    bench.advance(10_000);
    expect(bench.joined(parked)).toMatchObject({ error: 0, leader: follower });
  });
});

describe('leave', () => {
  test('members leave in a batch with an error each, and one rebalance follows', () => {
    const bench = new GroupBench();
    const [leader = '', second = '', third = ''] = bench.stable(3);
    const { generation } = bench.group;
    expect(bench.leave(second, 'stranger', third)).toEqual([0, UNKNOWN_MEMBER, 0]);
    expect(bench.heartbeat(leader)).toBe(REBALANCE);
    expect(bench.joined(bench.join({ memberId: leader })).generation).toBe(generation + 1);
  });

  test('an id that was only given out can leave, and whoever waited for it goes on', () => {
    const bench = new GroupBench();
    const [leader = ''] = bench.stable(1);
    const { memberId } = bench.joined(bench.join({ version: 4 }));
    const parked = bench.join({ memberId: leader });
    expect(bench.leave(memberId)).toEqual([0]);
    expect(bench.joined(parked).error).toBe(0);
  });

  test('an administrator removes a static member by its instance id alone; a wrong pair is 82', () => {
    const bench = new GroupBench();
    const { memberId } = bench.joined(bench.join({ instanceId: 'one' }));
    expect(bench.leave({ memberId: 'other', instanceId: 'one' })).toEqual([FENCED]);
    expect(bench.leave({ memberId, instanceId: 'two' })).toEqual([UNKNOWN_MEMBER]);
    expect(bench.leave({ memberId: '', instanceId: 'one' })).toEqual([0]);
    expect(bench.group.state.kind).toBe('empty');
  });

  test('what a leaving member has parked is answered with 25', () => {
    const bench = new GroupBench();
    const [, follower = ''] = bench.stable(2);
    const parked = bench.join({ memberId: follower, protocols: ['range=new'] });
    bench.leave(follower);
    expect(bench.joined(parked).error).toBe(UNKNOWN_MEMBER);
  });
});

describe('the right to commit', () => {
  const admit = (bench: GroupBench, generation: number, memberId: string, instanceId: string | null = null): number =>
    admitCommit(bench.group, generation, memberId, instanceId, bench.context);

  test('without generation and member only while nobody is in the group', () => {
    const bench = new GroupBench();
    expect(admit(bench, -1, '')).toBe(0);
    bench.stable(1);
    expect(admit(bench, -1, '')).toBe(UNKNOWN_MEMBER);
  });

  test('a commit from an old generation, a stranger or a replaced member is refused', () => {
    const bench = new GroupBench();
    const [leader = ''] = bench.stable(1);
    const { generation } = bench.group;
    expect(admit(bench, generation, leader)).toBe(0);
    expect(admit(bench, generation - 1, leader)).toBe(ILLEGAL_GENERATION);
    expect(admit(bench, generation, 'stranger')).toBe(UNKNOWN_MEMBER);
    expect(admit(bench, generation, leader, 'one')).toBe(UNKNOWN_MEMBER);
    bench.join({ instanceId: 'one' });
    expect(admit(bench, generation, leader, 'one')).toBe(FENCED);
  });

  test('accepted in Preparing with the old generation, refused with 27 in Completing', () => {
    const bench = new GroupBench();
    const [leader = ''] = bench.stable(1);
    const { generation } = bench.group;
    bench.join();
    expect(admit(bench, generation, leader)).toBe(0);
    bench.join({ memberId: leader });
    expect(bench.group.state.kind).toBe('completing');
    expect(admit(bench, generation + 1, leader)).toBe(REBALANCE);
    expect(admit(bench, generation, leader)).toBe(ILLEGAL_GENERATION);
  });

  test('a commit keeps the session alive', () => {
    const bench = new GroupBench();
    const [leader = ''] = bench.stable(1);
    bench.advance(9_000);
    admit(bench, bench.group.generation, leader);
    bench.advance(9_000);
    expect(bench.group.members.get(leader)?.deadline).toBe(millis(19_000));
  });
});

test('a deleted group answers everything with 15', () => {
  const bench = new GroupBench();
  const [leader = ''] = bench.stable(1);
  bench.group.state = { kind: 'dead' };
  expect(bench.joined(bench.join()).error).toBe(15);
  expect(bench.heartbeat(leader)).toBe(15);
  expect(bench.answer(bench.sync(leader), 'sync')?.error).toBe(15);
});
