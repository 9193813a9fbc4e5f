/**
 * The classic protocol, sentence by sentence: what each request gets in each state.
 */
import { describe, expect, test } from 'vitest';
import { millis } from '../../raft/index.ts';
import { admitCommit } from '../../src/coordinator/group.ts';
import { metadataOf } from '../../src/coordinator/group-state.ts';
import { GroupBench, text } from './group-bench.ts';

const UNKNOWN_MEMBER = 25;
const ILLEGAL_GENERATION = 22;
const INCONSISTENT_PROTOCOL = 23;
const REBALANCE = 27;
const MEMBER_ID_REQUIRED = 79;
const GROUP_FULL = 81;
const FENCED = 82;

describe('join', () => {
  test('a member without an id below version 4 joins at once, and alone is the leader of generation 1', () => {
    const bench = new GroupBench();
    const joined = bench.joined(bench.join());
    expect(joined).toMatchObject({
      error: 0,
      generation: 1,
      protocol: 'range',
      protocolType: 'consumer',
      leader: joined.memberId,
    });
    expect(joined.members.map(({ memberId, metadata }) => [memberId, text(metadata)])).toEqual([
      [joined.memberId, 'about range'],
    ]);
    expect(bench.group.state.kind).toBe('completing');
  });

  test('from version 4 on the first Join only gives out an id, with which the second is let in', () => {
    const bench = new GroupBench();
    const first = bench.joined(bench.join({ version: 4 }));
    expect(first).toMatchObject({ error: MEMBER_ID_REQUIRED, generation: -1 });
    expect(bench.group.state.kind).toBe('empty');
    const second = bench.joined(bench.join({ version: 4, memberId: first.memberId }));
    expect(second).toMatchObject({ error: 0, memberId: first.memberId, generation: 1 });
  });

  test('an id that was given out is forgotten after the session timeout', () => {
    const bench = new GroupBench();
    const { memberId } = bench.joined(bench.join({ version: 4, session: 10_000 }));
    bench.advance(10_000);
    expect(bench.joined(bench.join({ memberId })).error).toBe(UNKNOWN_MEMBER);
    expect(bench.group.due).toBe(null);
  });

  test('a member id that the group does not know is refused with 25', () => {
    const bench = new GroupBench();
    bench.stable(1);
    expect(bench.joined(bench.join({ memberId: 'stranger' }))).toMatchObject({
      error: UNKNOWN_MEMBER,
      memberId: 'stranger',
    });
  });

  test('another protocol type, no protocol, or none in common is 23, and changes nothing', () => {
    const bench = new GroupBench();
    expect(bench.joined(bench.join({ protocols: [] })).error).toBe(INCONSISTENT_PROTOCOL);
    expect(bench.joined(bench.join({ type: '' })).error).toBe(INCONSISTENT_PROTOCOL);
    bench.stable(1);
    expect(bench.joined(bench.join({ type: 'connect' })).error).toBe(INCONSISTENT_PROTOCOL);
    expect(bench.joined(bench.join({ protocols: ['sticky'] })).error).toBe(INCONSISTENT_PROTOCOL);
    expect(bench.group.state.kind).toBe('stable');
  });

  test('a new member in a stable group starts a rebalance; it is parked until the others have rejoined', () => {
    const bench = new GroupBench();
    const [leader = ''] = bench.stable(1);
    const parked = bench.join();
    expect(bench.answer(parked, 'join')).toBe(null);
    expect(bench.heartbeat(leader)).toBe(REBALANCE);
    const rejoined = bench.joined(bench.join({ memberId: leader }));
    expect(rejoined).toMatchObject({ generation: 2, leader });
    expect(rejoined.members.length).toBe(2);
    expect(bench.joined(parked)).toMatchObject({ error: 0, generation: 2, leader, members: [] });
  });

  test('Stable: an unchanged follower gets the current generation at once and without members', () => {
    const bench = new GroupBench();
    const [leader = '', follower = ''] = bench.stable(2);
    const generation = bench.group.generation;
    expect(bench.joined(bench.join({ memberId: follower }))).toMatchObject({
      error: 0,
      generation,
      leader,
      members: [],
    });
    expect(bench.group.state.kind).toBe('stable');
  });

  test('Stable: the leader coming back, or changed metadata of anyone, is a rebalance', () => {
    const byLeader = new GroupBench();
    byLeader.join({ memberId: byLeader.stable(2)[0] ?? '' });
    expect(byLeader.group.state.kind).toBe('preparing');
    const byChange = new GroupBench();
    byChange.join({ memberId: byChange.stable(2)[1] ?? '', protocols: ['range=other topics'] });
    expect(byChange.group.state.kind).toBe('preparing');
  });

  test('Completing: unchanged metadata repeats the answer, changed metadata rebalances', () => {
    const bench = new GroupBench();
    const first = bench.joined(bench.join());
    expect(bench.joined(bench.join({ memberId: first.memberId }))).toEqual(first);
    bench.join({ memberId: first.memberId, protocols: ['range=other'] });
    expect(bench.group.generation).toBe(2);
  });

  test('Preparing: a Join that is repeated takes the place of the parked one, which is told to rejoin', () => {
    const bench = new GroupBench();
    const [, follower = ''] = bench.stable(2);
    const changed = { memberId: follower, protocols: ['range=other'] };
    const older = bench.join(changed);
    const newer = bench.join(changed);
    expect(bench.joined(older).error).toBe(REBALANCE);
    expect(bench.answer(newer, 'join')).toBe(null);
  });

  test('the protocol with most votes among those that all offer is chosen', () => {
    const bench = new GroupBench({ initialRebalanceDelayMs: 100 });
    const requests = [
      ['range', 'sticky'],
      ['sticky', 'range', 'own'],
      ['sticky', 'range'],
    ].map((protocols) => bench.join({ protocols }));
    bench.advance(300);
    expect(requests.map((request) => bench.joined(request).protocol)).toEqual(['sticky', 'sticky', 'sticky']);
    expect([...bench.group.members.values()].map((member) => text(metadataOf(member, 'sticky')))).toEqual(
      Array(3).fill('about sticky'),
    );
  });

  test('a full group refuses further members with 81, but not those that are in it', () => {
    const bench = new GroupBench({ groupMembersMax: 2 });
    const [leader = '', follower = ''] = bench.stable(2);
    expect(bench.joined(bench.join()).error).toBe(GROUP_FULL);
    expect(bench.joined(bench.join({ version: 4 })).error).toBe(GROUP_FULL);
    expect(bench.joined(bench.join({ memberId: follower })).error).toBe(0);
    expect(bench.heartbeat(leader)).toBe(0);
  });

  test('a restarted static member is not kept out by its own former self', () => {
    const bench = new GroupBench({ groupMembersMax: 1 });
    const { memberId } = bench.joined(bench.join({ instanceId: 'one' }));
    bench.sync(memberId);
    expect(bench.joined(bench.join({ instanceId: 'one', version: 9 }))).toMatchObject({ error: 0, generation: 1 });
    expect(bench.joined(bench.join({ instanceId: 'two', version: 9 })).error).toBe(GROUP_FULL);
  });

  test('ids given out and never used are bounded too', () => {
    const bench = new GroupBench({ groupMembersMax: 3 });
    const errors = Array.from({ length: 5 }, () => bench.joined(bench.join({ version: 4 })).error);
    expect(errors).toEqual([79, 79, 79, GROUP_FULL, GROUP_FULL]);
  });
});

describe('the join phase', () => {
  test('a new group waits for the initial delay, and again while members arrive, up to the rebalance timeout', () => {
    const bench = new GroupBench({ initialRebalanceDelayMs: 3_000 });
    const options = { rebalance: 7_000 };
    const requests = [bench.join(options)];
    for (const pause of [2_000, 2_000]) {
      bench.advance(pause);
      requests.push(bench.join(options));
    }
    bench.advance(2_999);
    expect(bench.answer(requests[0] ?? 0, 'join')).toBe(null);
    bench.advance(1);
    expect(requests.map((request) => bench.joined(request).generation)).toEqual([1, 1, 1]);
  });

  test('the initial delay ends with the rebalance timeout, however many arrive', () => {
    const bench = new GroupBench({ initialRebalanceDelayMs: 1_000 });
    const first = bench.join({ rebalance: 2_500 });
    for (let index = 0; index < 5; index += 1) {
      bench.advance(499);
      bench.join({ rebalance: 2_500 });
    }
    bench.advance(5);
    expect(bench.joined(first)).toMatchObject({ error: 0, generation: 1 });
  });

  test('an id that is given out is waited for', () => {
    const bench = new GroupBench();
    const [leader = ''] = bench.stable(1);
    const { memberId } = bench.joined(bench.join({ version: 4 }));
    const parked = bench.join({ memberId: leader });
    expect(bench.answer(parked, 'join')).toBe(null);
    bench.join({ version: 4, memberId });
    expect(bench.joined(parked).members.length).toBe(2);
  });

  test('dynamic members that do not rejoin are dropped when the rebalance timeout fires', () => {
    const bench = new GroupBench();
    const [leader = '', follower = ''] = bench.stable(2, { session: 120_000, rebalance: 30_000 });
    const parked = bench.join({ memberId: follower, protocols: ['range=new'], session: 120_000, rebalance: 30_000 });
    bench.advance(29_999);
    expect(bench.answer(parked, 'join')).toBe(null);
    bench.advance(1);
    expect(bench.joined(parked)).toMatchObject({ error: 0, leader: follower });
    expect(bench.heartbeat(leader)).toBe(UNKNOWN_MEMBER);
  });

  test('the previous leader stays when it has rejoined', () => {
    const bench = new GroupBench();
    const [leader = '', ...followers] = bench.stable(3);
    for (const memberId of [...followers].reverse()) bench.join({ memberId, protocols: ['range=new'] });
    bench.join({ memberId: leader });
    expect(bench.group.leader).toBe(leader);
  });

  test('a leader that was absent does not get its place back from the one who led since', () => {
    const bench = new GroupBench({ initialRebalanceDelayMs: 10 });
    const options = { session: 100_000, rebalance: 20_000 };
    const requests = [bench.join({ ...options, instanceId: 'one' }), bench.join(options)];
    bench.advance(30);
    const [absent = '', second = ''] = requests.map((request) => bench.joined(request).memberId);
    expect(bench.group.leader).toBe(absent);
    bench.join({ ...options, memberId: second, protocols: ['range=new'] });
    bench.advance(20_000);
    expect(bench.group.leader).toBe(second);
    bench.join({ ...options, memberId: absent, instanceId: 'one', protocols: ['range=new'] });
    bench.join({ ...options, memberId: second, protocols: ['range=new'] });
    expect(bench.group).toMatchObject({ generation: 3, leader: second });
  });

  test('a static member that does not rejoin stays until its session ends', () => {
    const bench = new GroupBench({ initialRebalanceDelayMs: 10 });
    const options = { session: 100_000, rebalance: 20_000 };
    const fixed = bench.join({ ...options, instanceId: 'one' });
    const loose = bench.join(options);
    bench.advance(20);
    const { memberId } = bench.joined(loose);
    const parked = bench.join({ ...options, memberId, protocols: ['range=new'] });
    bench.advance(20_000);
    expect(bench.joined(parked)).toMatchObject({ error: 0, generation: 2, leader: memberId });
    expect(bench.joined(parked).members.map((member) => member.instanceId)).toEqual(['one', null]);
    expect(bench.group.members.has(bench.joined(fixed).memberId)).toBe(true);
  });

  test('when no member has joined but absent static ones are left, the rebalance ends with their sessions', () => {
    const bench = new GroupBench();
    bench.joined(bench.join({ instanceId: 'one', session: 30_000, rebalance: 10_000 }));
    bench.sync(bench.group.leader ?? '');
    const parked = bench.join({ session: 30_000, rebalance: 10_000 });
    bench.leave(bench.group.staticMembers.get('one') === 'm1' ? 'm2' : 'm1');
    expect(bench.joined(parked).error).toBe(UNKNOWN_MEMBER);
    bench.advance(40_000);
    expect(bench.group.state.kind).toBe('empty');
    expect(bench.group.due).toBe(null);
  });

  test('a first Join is parked for five minutes at most', () => {
    const bench = new GroupBench();
    const [leader = ''] = bench.stable(1, { session: 1_800_000, rebalance: 1_800_000 });
    const parked = bench.join({ rebalance: 1_800_000 });
    for (let minute = 0; minute < 5; minute += 1) {
      expect(bench.answer(parked, 'join')).toBe(null);
      bench.advance(60_000);
    }
    expect(bench.joined(parked).error).toBe(UNKNOWN_MEMBER);
    expect(bench.group.members.has(leader)).toBe(true);
  });
});

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

describe('static members', () => {
  const fixed = { instanceId: 'one', version: 9 };

  function stableStatic(version: number): { bench: GroupBench; old: string; follower: string } {
    const bench = new GroupBench({ initialRebalanceDelayMs: 10 });
    const requests = [bench.join({ ...fixed, version }), bench.join({ instanceId: 'two' })];
    bench.advance(30);
    const [old = '', follower = ''] = requests.map((request) => bench.joined(request).memberId);
    bench.sync(old, 1, { [old]: 'mine', [follower]: 'yours' });
    bench.sync(follower);
    return { bench, old, follower };
  }

  test('a restarted leader replaces its former self without a rebalance: v9 is told to skip the assignment', () => {
    const { bench, old, follower } = stableStatic(9);
    bench.holdCommits = true;
    const request = bench.join(fixed);
    expect(bench.answer(request, 'join')).toBe(null);
    bench.commit();
    const joined = bench.joined(request);
    expect(joined).toMatchObject({ error: 0, generation: 1, skipAssignment: true, leader: joined.memberId });
    expect(joined.members.length).toBe(2);
    expect(bench.group.state.kind).toBe('stable');
    expect(text(bench.answer(bench.sync(joined.memberId), 'sync')?.assignment ?? new Uint8Array())).toBe('mine');
    expect(text(bench.persisted.at(-1)?.assignments.get(joined.memberId) ?? new Uint8Array())).toBe('mine');
    expect(bench.heartbeat(old, 1, 'one')).toBe(FENCED);
    expect(bench.heartbeat(old, 1)).toBe(UNKNOWN_MEMBER);
    expect(bench.heartbeat(follower, 1, 'two')).toBe(0);
  });

  test('below v9 the restarted leader is shown its old id as the leader, so that it does not assign', () => {
    const { bench, old } = stableStatic(5);
    const joined = bench.joined(bench.join({ instanceId: 'one', version: 5 }));
    expect(joined).toMatchObject({ error: 0, generation: 1, skipAssignment: false, leader: old, members: [] });
    expect(joined.memberId).not.toBe(old);
  });

  test('a restart that changes the choice of protocol rebalances', () => {
    const { bench } = stableStatic(9);
    const parked = bench.join({ ...fixed, protocols: ['range', 'sticky'] });
    expect(bench.joined(parked).generation).toBe(1);
    const other = new GroupBench();
    const { memberId } = other.joined(other.join({ ...fixed, protocols: ['range', 'sticky'] }));
    other.sync(memberId);
    other.join({ ...fixed, protocols: ['sticky', 'range'] });
    expect(other.group).toMatchObject({ generation: 2, protocol: 'sticky' });
  });

  test('a restart while Completing rebalances: the leader may have the old id in hand', () => {
    const bench = new GroupBench();
    const { memberId } = bench.joined(bench.join(fixed));
    const joined = bench.joined(bench.join(fixed));
    expect(joined).toMatchObject({ error: 0, generation: 2 });
    expect(joined.memberId).not.toBe(memberId);
  });

  test('a restart while Preparing takes over the parked Join, which is fenced with 82', () => {
    const { bench, follower } = stableStatic(9);
    bench.join({ memberId: follower, instanceId: 'two', protocols: ['range=new'] });
    const parked = bench.join({ instanceId: 'two', protocols: ['range=new'] });
    expect(
      [...bench.answers.values()].filter((answer) => answer.kind === 'join' && answer.error === FENCED).length,
    ).toBe(1);
    expect(bench.answer(parked, 'join')).toBe(null);
  });

  test('a Join with an old id and the instance id is 82, with an unknown instance id 25', () => {
    const { bench, old } = stableStatic(9);
    bench.join(fixed);
    expect(bench.joined(bench.join({ ...fixed, memberId: old })).error).toBe(FENCED);
    expect(bench.joined(bench.join({ instanceId: 'nobody', memberId: old })).error).toBe(UNKNOWN_MEMBER);
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
