/**
 * Static members: who restarts with the same instance id takes the place of its former self.
 */
import { describe, expect, test } from 'vitest';
import { GroupBench, text } from './group-bench.ts';

const UNKNOWN_MEMBER = 25;
const FENCED = 82;

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
