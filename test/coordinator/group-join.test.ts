/**
 * Joining a group, and the join phase of a rebalance, sentence by sentence.
 */
import { describe, expect, test } from 'vitest';
import { metadataOf } from '../../src/coordinator/group-state.ts';
import { GroupBench, text } from './group-bench.ts';

const UNKNOWN_MEMBER = 25;
const INCONSISTENT_PROTOCOL = 23;
const REBALANCE = 27;
const MEMBER_ID_REQUIRED = 79;
const GROUP_FULL = 81;

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
