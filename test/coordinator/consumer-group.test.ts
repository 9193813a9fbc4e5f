/**
 * The consumer group protocol (KIP-848): every transition of a member, every refusal.
 */
import { describe, expect, test } from 'vitest';
import type { BeatAnswer, Refused } from '../../src/coordinator/consumer-step.ts';
import { consumerStateName } from '../../src/coordinator/consumer-group-state.ts';
import { ConsumerBench, idOf, persistent, REBALANCE_MS, SESSION_MS } from './consumer-bench.ts';

const ALL = [0, 1, 2, 3, 4, 5];
const owned = (partitions: readonly number[], name = 'orders') => [{ topicId: idOf(name), partitions }];
const told = (answer: BeatAnswer | Refused): readonly number[] | null =>
  answer.kind === 'refused' ? [-answer.error] : (answer.assignment?.flatMap(({ partitions }) => partitions) ?? null);
const errorOf = (answer: BeatAnswer | Refused): number => (answer.kind === 'refused' ? answer.error : 0);
const epochOf = (answer: BeatAnswer | Refused): number => (answer.kind === 'refused' ? -99 : answer.memberEpoch);

/** Two members that share six partitions, both Stable in epoch 2. */
function pair(bench = new ConsumerBench()): ConsumerBench {
  bench.join('a');
  bench.join('b');
  bench.beat('a', 1, { owned: owned(ALL) });
  bench.beat('a', 1, { owned: owned([0, 1, 2]) });
  bench.beat('b', 2);
  return bench;
}

describe('joining', () => {
  test('the first member gets everything, in epoch 1, and the group is Stable', () => {
    const bench = new ConsumerBench();
    const answer = bench.join('a');
    expect(answer).toMatchObject({ kind: 'beat', memberId: 'a', memberEpoch: 1 });
    expect(told(answer)).toEqual(ALL);
    expect(consumerStateName(bench.group)).toBe('Stable');
    expect(told(bench.beat('a', 1))).toBeNull();
  });

  test('a second member waits in the new epoch for what the first has to give up', () => {
    const bench = new ConsumerBench();
    bench.join('a');
    const joined = bench.join('b');
    expect([epochOf(joined), told(joined)]).toEqual([2, []]);
    expect(bench.group.members.get('b')).toMatchObject({ state: 'unreleased', epoch: 2, previousEpoch: 0 });
    expect(consumerStateName(bench.group)).toBe('Reconciling');
    // The first is told what is left to it and stays in its epoch until it says that it has no more.
    const asked = bench.beat('a', 1);
    expect([epochOf(asked), told(asked)]).toEqual([1, [0, 1, 2]]);
    expect(bench.group.members.get('a')).toMatchObject({ state: 'unrevoked', epoch: 1 });
    expect(told(bench.beat('a', 1, { owned: owned(ALL) }))).toBeNull();
    expect(told(bench.beat('b', 2))).toBeNull();
    expect(epochOf(bench.beat('a', 1, { owned: owned([0, 1, 2]) }))).toBe(2);
    expect(told(bench.beat('b', 2))).toEqual([3, 4, 5]);
    expect(consumerStateName(bench.group)).toBe('Stable');
    expect(bench.group.members.get('b')?.assigned.get(idOf('orders'))).toEqual(
      new Map([
        [3, 2],
        [4, 2],
        [5, 2],
      ]),
    );
  });

  test('partitions are handed on as soon as one member has given them up, before all have', () => {
    const bench = new ConsumerBench({ orders: 4 });
    bench.join('a');
    bench.join('b');
    bench.beat('a', 1, { owned: owned([0, 1]) });
    bench.beat('b', 2);
    // a: 0 1, b: 2 3. Two more come: each gives one up.
    bench.join('c');
    bench.join('d');
    bench.beat('a', 2, { owned: owned([0, 1]) });
    bench.beat('b', 2, { owned: owned([2, 3]) });
    bench.beat('a', 2, { owned: owned([0]) });
    const got = [bench.beat('c', 3), bench.beat('d', 4)].flatMap((answer) => told(answer) ?? []);
    expect(got).toEqual([1]);
    bench.beat('b', 2, { owned: owned([2]) });
    expect([...bench.assigned('c'), ...bench.assigned('d')]).toEqual([1]);
    bench.beat('c', bench.group.members.get('c')?.epoch ?? 0);
    bench.beat('d', bench.group.members.get('d')?.epoch ?? 0);
    expect([...bench.assigned('c'), ...bench.assigned('d')].toSorted((x, y) => x - y)).toEqual([1, 3]);
  });

  test('a full group takes nobody more, but goes on with its members', () => {
    const bench = new ConsumerBench({ orders: 2 }, { consumerGroupMembersMax: 1 });
    bench.join('a');
    expect(errorOf(bench.join('b'))).toBe(81);
    expect(errorOf(bench.beat('a', 1))).toBe(0);
    expect(errorOf(bench.join('a'))).toBe(0);
  });

  test('a member that begins anew with epoch 0 is told everything again and keeps its place', () => {
    const bench = pair();
    const answer = bench.join('b');
    expect([epochOf(answer), told(answer)]).toEqual([2, [3, 4, 5]]);
    expect(bench.group.epoch).toBe(2);
  });

  test('epoch 0 also says that everything was given up', () => {
    const bench = new ConsumerBench();
    bench.join('a');
    bench.join('b');
    bench.beat('a', 1);
    expect(bench.group.members.get('a')?.state).toBe('unrevoked');
    expect(epochOf(bench.join('a'))).toBe(2);
    expect(told(bench.beat('b', 2))).toEqual([3, 4, 5]);
  });

  test('a topic that does not exist is waited for', () => {
    const bench = new ConsumerBench({});
    expect(told(bench.join('a'))).toEqual([]);
    bench.setTopics({ orders: 2 });
    const answer = bench.beat('a', 1);
    expect([epochOf(answer), told(answer)]).toEqual([2, [0, 1]]);
  });
});

describe('epochs', () => {
  test('an epoch ahead of the coordinator’s is fenced, an older one too', () => {
    const bench = pair();
    expect(errorOf(bench.beat('a', 3))).toBe(110);
    bench.join('c');
    bench.beat('a', 2);
    expect(errorOf(bench.beat('a', 1, { owned: [] }))).toBe(110);
  });

  test('the previous epoch goes on when the answer was lost: nothing owned that is not assigned', () => {
    const bench = new ConsumerBench();
    bench.join('a');
    bench.join('b');
    bench.beat('a', 1);
    bench.beat('a', 1, { owned: owned([0, 1, 2]) });
    expect(bench.group.members.get('a')).toMatchObject({ epoch: 2, previousEpoch: 1 });
    expect(errorOf(bench.beat('a', 1, { owned: owned([0, 3]) }))).toBe(110);
    expect(errorOf(bench.beat('a', 1))).toBe(110);
    expect(errorOf(bench.beat('a', 1, { owned: [{ topicId: idOf('other'), partitions: [0] }] }))).toBe(110);
    const again = bench.beat('a', 1, { owned: owned([0, 1]) });
    expect(epochOf(again)).toBe(2);
  });

  test('a stranger is not known, whatever its epoch', () => {
    const bench = pair();
    expect(errorOf(bench.beat('z', 1))).toBe(25);
    expect(errorOf(bench.beat('z', -1))).toBe(25);
  });

  test('a full request is answered with the assignment, a partial one only when it changed', () => {
    const bench = pair();
    const full = { rebalanceTimeoutMs: REBALANCE_MS, topicNames: ['orders'], owned: owned([0, 1, 2]) };
    expect(told(bench.beat('a', 2, full))).toEqual([0, 1, 2]);
    expect(told(bench.beat('a', 2, { owned: owned([0, 1, 2]) }))).toBeNull();
  });
});

describe('subscriptions', () => {
  test('other topics raise the epoch; the same in another order do not', () => {
    const bench = new ConsumerBench({ orders: 2, bills: 2 });
    bench.join('a', ['orders', 'bills']);
    expect(bench.group.epoch).toBe(1);
    bench.beat('a', 1, { topicNames: ['bills', 'orders', 'bills'] });
    expect(bench.group.epoch).toBe(1);
    const fewer = bench.beat('a', 1, { topicNames: ['bills'], owned: [...owned([0, 1]), ...owned([0, 1], 'bills')] });
    expect([bench.group.epoch, epochOf(fewer)]).toEqual([2, 1]);
    expect(bench.group.members.get('a')?.revoking.has(idOf('orders'))).toBe(true);
    expect(epochOf(bench.beat('a', 1, { owned: owned([0, 1], 'bills') }))).toBe(2);
  });

  test('a rack or a timeout is written, and moves nothing', () => {
    const bench = pair();
    bench.beat('a', 2, { rackId: 'r', rebalanceTimeoutMs: 5 });
    expect(bench.group.epoch).toBe(2);
    expect(bench.restored().members.get('a')).toMatchObject({ rackId: 'r', rebalanceTimeoutMs: 5 });
  });

  test('more partitions, a deleted topic and a topic made anew raise the epoch', () => {
    const bench = new ConsumerBench({ orders: 1, other: 1 });
    bench.join('a');
    bench.setTopics({ orders: 1, other: 5 });
    bench.beat('a', 1);
    expect(bench.group.epoch).toBe(1);
    bench.setTopics({ orders: 2 });
    expect(told(bench.beat('a', 1))).toEqual([0, 1]);
    bench.setTopics({});
    expect(told(bench.beat('a', 2, { owned: owned([0, 1]) }))).toEqual([]);
    expect(bench.group.members.get('a')?.revoking.size).toBe(1);
    expect(epochOf(bench.beat('a', 2, { owned: [] }))).toBe(3);
    bench.setTopics({ orders: 1 });
    expect(told(bench.beat('a', 3))).toEqual([0]);
  });

  test('the assignor that most members ask for is taken', () => {
    const bench = new ConsumerBench({ orders: 2, bills: 2 });
    bench.join('a', ['orders', 'bills'], { assignor: 'range' });
    bench.join('b', ['orders', 'bills'], { assignor: 'range' });
    bench.join('c', ['orders', 'bills'], { assignor: 'uniform' });
    // By ranges the third of three members gets nothing of two partitions.
    expect([...(bench.group.targets.get('c') ?? [])]).toEqual([]);
  });
});

describe('leaving', () => {
  test('a member that leaves frees what it had for the next heartbeats', () => {
    const bench = pair();
    expect(bench.beat('a', -1)).toEqual({ kind: 'beat', memberId: 'a', memberEpoch: -1, assignment: null });
    expect(bench.group.epoch).toBe(3);
    expect(consumerStateName(bench.group)).toBe('Assigning');
    const answer = bench.beat('b', 2);
    expect([epochOf(answer), told(answer)]).toEqual([3, ALL]);
    bench.beat('b', -1);
    expect(consumerStateName(bench.group)).toBe('Empty');
    expect(bench.group.due).not.toBeNull();
    bench.advance(10 * SESSION_MS);
    expect(bench.group.epoch).toBe(4);
  });

  test('a silent member is taken out when its session ends', () => {
    const bench = pair();
    bench.advance(SESSION_MS - 1);
    bench.beat('b', 2);
    bench.advance(1);
    expect([...bench.group.members.keys()]).toEqual(['b']);
    expect(errorOf(bench.beat('a', 2))).toBe(25);
    expect(told(bench.beat('b', 2))).toEqual(ALL);
  });

  test('a member that does not give up what it must within its rebalance timeout is taken out', () => {
    const bench = new ConsumerBench();
    bench.join('a');
    bench.join('b');
    bench.beat('a', 1, { owned: owned(ALL) });
    bench.advance(REBALANCE_MS - 1);
    expect(bench.group.members.size).toBe(2);
    bench.beat('a', 1, { owned: owned(ALL) });
    bench.advance(1);
    expect([...bench.group.members.keys()]).toEqual(['b']);
    expect(told(bench.beat('b', 2))).toEqual(ALL);
  });

  test('who gave up in time is left alone when the rebalance timeout passes', () => {
    const bench = pair();
    bench.advance(REBALANCE_MS);
    expect(bench.group.members.size).toBe(2);
  });
});

describe('static members', () => {
  const STATIC = { instanceId: 'i' };

  test('an instance id that is held is not given away: 111 to who joins, 82 to who goes on', () => {
    const bench = new ConsumerBench();
    bench.join('a', ['orders'], STATIC);
    expect(errorOf(bench.join('b', ['orders'], STATIC))).toBe(111);
    expect(errorOf(bench.beat('b', 1, STATIC))).toBe(82);
    expect(errorOf(bench.beat('b', -1, STATIC))).toBe(82);
    expect(errorOf(bench.beat('b', 1, { instanceId: 'nobody' }))).toBe(25);
  });

  test('who leaves for a while comes back under another id, to the same partitions and in the same epoch', () => {
    const bench = new ConsumerBench();
    bench.join('a', ['orders'], STATIC);
    bench.join('b');
    bench.beat('a', 1, { ...STATIC, owned: owned(ALL) });
    bench.beat('a', 1, { ...STATIC, owned: owned([0, 1, 2]) });
    bench.beat('b', 2);
    expect(bench.beat('a', -2, STATIC)).toMatchObject({ memberEpoch: -2 });
    expect(told(bench.beat('b', 2))).toBeNull();
    expect(bench.assigned('a')).toEqual([0, 1, 2]);
    const back = bench.join('a2', ['orders'], STATIC);
    expect([epochOf(back), told(back)]).toEqual([2, [0, 1, 2]]);
    expect([bench.group.epoch, bench.group.members.has('a')]).toEqual([2, false]);
    expect(errorOf(bench.beat('a', 2, STATIC))).toBe(82);
    expect(persistent(bench.restored())).toEqual(persistent(bench.group));
  });

  test('who does not come back within the session is taken out', () => {
    const bench = new ConsumerBench();
    bench.join('a', ['orders'], STATIC);
    bench.beat('a', -2, STATIC);
    expect(consumerStateName(bench.group)).toBe('Reconciling');
    bench.advance(SESSION_MS);
    expect(bench.group.members.size).toBe(0);
    expect(errorOf(bench.join('a2', ['orders'], STATIC))).toBe(0);
  });

  test('a dynamic member that begins anew may become a static one', () => {
    const bench = new ConsumerBench();
    bench.join('a');
    expect(errorOf(bench.join('a', ['orders'], STATIC))).toBe(0);
    expect([...bench.group.staticMembers]).toEqual([['i', 'a']]);
    expect(errorOf(bench.join('b', ['orders'], STATIC))).toBe(111);
  });

  test('a static member that leaves for good is gone at once', () => {
    const bench = new ConsumerBench();
    bench.join('a', ['orders'], STATIC);
    bench.beat('a', -1, STATIC);
    expect(bench.group.staticMembers.size).toBe(0);
  });
});

describe('regular expressions', () => {
  const REGEX = { topicRegex: 'orders-.*' };

  test('whole names are matched, and new topics are found', () => {
    const bench = new ConsumerBench({ 'orders-1': 1, 'my-orders-2': 1, orders: 1 });
    const answer = bench.join('a', null, REGEX);
    expect(answer).toMatchObject({ assignment: [{ topicId: idOf('orders-1'), partitions: [0] }] });
    bench.setTopics({ 'orders-1': 1, 'orders-2': 2 });
    bench.advance(1_000);
    bench.beat('a', 1);
    expect(bench.group.epoch).toBe(2);
    expect(bench.assigned('a', 'orders-2')).toEqual([0, 1]);
    expect(bench.group.regexes.get('orders-.*')?.topics).toEqual(['orders-1', 'orders-2']);
  });

  test('names and an expression add up; topics come and go at most once a second', () => {
    const bench = new ConsumerBench({ 'orders-1': 1, bills: 1 });
    bench.join('a', ['bills'], REGEX);
    expect(bench.assigned('a', 'bills')).toEqual([0]);
    bench.setTopics({ 'orders-1': 1, 'orders-2': 1, bills: 1 });
    bench.beat('a', 1);
    expect(bench.group.epoch).toBe(1);
    bench.advance(1_000);
    bench.beat('a', 1);
    expect(bench.assigned('a', 'orders-2')).toEqual([0]);
  });

  test('what is no expression of RE2 is refused, and nothing is written', () => {
    const bench = new ConsumerBench();
    for (const topicRegex of ['[', '(a)\\1', '(?=a)b', '(?<=a)b', 'a{1001}', '((a{100}){10}){10}'])
      expect(errorOf(bench.join('a', null, { topicRegex })), topicRegex).toBe(128);
    expect([bench.log, bench.group.members.size]).toEqual([[], 0]);
  });

  test('an expression that nobody follows any more is forgotten', () => {
    const bench = new ConsumerBench({ 'orders-1': 1 });
    bench.join('a', null, REGEX);
    bench.join('b', null, REGEX);
    bench.beat('a', -1);
    expect(bench.group.regexes.size).toBe(1);
    bench.beat('b', bench.group.members.get('b')?.epoch ?? 0, { topicRegex: '', topicNames: ['orders-1'] });
    expect(bench.group.regexes.size).toBe(0);
    bench.join('c', null, REGEX);
    bench.beat('c', -1);
    expect(bench.group.regexes.size).toBe(0);
    expect(persistent(bench.restored())).toEqual(persistent(bench.group));
  });
});

describe('the log', () => {
  test('a step that is not written leaves the group as it was', () => {
    const bench = pair();
    const before = persistent(bench.group);
    bench.refuse = true;
    bench.join('c');
    bench.beat('a', -1);
    bench.beat('b', 2, { topicNames: ['bills'] });
    expect(persistent(bench.group)).toEqual(before);
    bench.refuse = false;
    // Sessions that the step had dropped are there again.
    bench.advance(2 * SESSION_MS);
    expect(bench.group.members.size).toBe(0);
  });

  test('what an expression matches is looked up again when it was not written', () => {
    const bench = new ConsumerBench({ a: 1 });
    bench.join('m', null, { topicRegex: 'a.*' });
    bench.advance(1_000);
    bench.setTopics({ ab: 1 });
    bench.refuse = true;
    bench.beat('m', 1);
    bench.refuse = false;
    bench.beat('m', 1);
    expect(bench.group.regexes.get('a.*')?.topics).toEqual(['ab']);
  });

  test('a member in a state of a later version must begin anew', () => {
    const bench = pair();
    const member = bench.group.members.get('a');
    if (member !== undefined) bench.group.members.set('a', { ...member, state: 'unknown' });
    expect(errorOf(bench.beat('a', 2, { owned: owned([0]) }))).toBe(110);
    expect(epochOf(bench.beat('a', 2, { owned: [] }))).toBe(2);
  });
});
