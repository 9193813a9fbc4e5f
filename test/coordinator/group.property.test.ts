/**
 * Random members, random silence, random trouble with the log: what must hold after every step of a group.
 *
 * C2: one assignment per generation, each member its own part of it, and nobody but current members gets one.
 * C4: every rebalance ends: by itself when all are silent, and in Stable when all go on.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { metadataOf } from '../../src/coordinator/group-state.ts';
import type { Member } from '../../src/coordinator/group-state.ts';
import { GroupBench, text } from './group-bench.ts';
import type { JoinOptions } from './group-bench.ts';

const INSTANCES = [null, null, null, 'one', 'two'];
const PROTOCOLS = [['range'], ['range', 'sticky'], ['sticky', 'range'], ['range=other']];
const TIMEOUTS = { session: 10_000, rebalance: 15_000 };

/** A client as simple as can be: it does what the last answer asks for, when it is woken. */
class Client {
  readonly bench: GroupBench;
  readonly instanceId: string | null;
  readonly version: number;
  memberId = '';
  generation = -1;
  leads = false;
  request: number | null = null;
  doing: 'join' | 'sync' | 'beat' = 'join';
  /** Member ids that it was told to assign to. */
  members: readonly string[] = [];

  constructor(bench: GroupBench, instanceId: string | null, version: number) {
    this.bench = bench;
    this.instanceId = instanceId;
    this.version = version;
  }

  /** Takes the answer if there is one, else asks what is next. `nonce` tells assignments apart. */
  wake(protocols: readonly string[], nonce: number): void {
    if (this.request === null) this.#ask(protocols, nonce);
    const answer = this.request === null ? undefined : this.bench.answers.get(this.request);
    if (answer === undefined) return;
    this.request = null;
    if (answer.kind === 'join') this.#joined(answer);
    if (answer.kind === 'sync') this.doing = answer.error === 0 ? 'beat' : 'join';
    if (answer.kind === 'sync' && answer.error !== 0) this.#refused(answer.error);
  }

  #ask(protocols: readonly string[], nonce: number): void {
    const { bench, memberId, instanceId } = this;
    const options: JoinOptions = { ...TIMEOUTS, memberId, instanceId, version: this.version, protocols };
    if (this.doing === 'join') this.request = bench.join(options);
    else if (this.doing === 'sync') {
      const assignments = Object.fromEntries(this.members.map((id) => [id, `${this.generation}/${id}/${nonce}`]));
      this.request = bench.sync(
        memberId,
        this.generation,
        this.leads ? assignments : {},
        instanceId === null ? {} : { instanceId },
      );
    } else {
      const error = bench.heartbeat(memberId, this.generation, instanceId);
      if (error !== 0) this.#refused(error);
    }
  }

  #joined(answer: Extract<ReturnType<GroupBench['joined']>, { kind: 'join' }>): void {
    if (answer.error !== 0) {
      this.#refused(answer.error);
      if (answer.error === 79) this.memberId = answer.memberId;
      return;
    }
    this.memberId = answer.memberId;
    this.generation = answer.generation;
    this.leads = answer.leader === answer.memberId && !answer.skipAssignment;
    this.members = answer.members.map(({ memberId }) => memberId);
    this.doing = 'sync';
  }

  #refused(error: number): void {
    this.doing = 'join';
    if (error === 25 || error === 82) this.memberId = '';
  }
}

/** Throws: cheaper than `expect`, and these run after every step. */
function holds(condition: boolean, what: string): void {
  if (!condition) throw new Error(`broken: ${what}`);
}

function checkMember(bench: GroupBench, member: Member): void {
  const { group } = bench;
  const { joining, syncing, deadline } = member;
  holds(joining === null || syncing === null, 'at most one request is parked per member');
  for (const request of [joining, syncing])
    holds(request === null || !bench.answers.has(request), 'what is parked is not answered');
  if ((joining === null && syncing === null) || member.fresh)
    holds(deadline !== null, 'a member that has nothing parked has a session');
  holds(
    deadline === null || (group.due !== null && group.due <= deadline),
    'the alarm rings before every session ends',
  );
  holds(joining === null || group.state.kind === 'preparing', 'a Join is parked only while Preparing');
  holds(syncing === null || group.state.kind === 'completing', 'a Sync is parked only while Completing');
  holds(
    member.instanceId === null || group.staticMembers.get(member.instanceId) === member.id,
    'an instance id has one holder',
  );
}

function checkGroup(bench: GroupBench, generationBefore: number): void {
  const { group } = bench;
  const { state, members } = group;
  for (const member of members.values()) checkMember(bench, member);
  holds(group.generation >= generationBefore && group.generation <= generationBefore + 1, 'generations rise by one');
  holds(group.leader === null ? members.size === 0 : members.has(group.leader), 'the leader is a member');
  holds(
    [...group.staticMembers.values()].every((id) => members.has(id)),
    'static members are members',
  );
  holds(members.size <= 2 * bench.settings.groupMembersMax, 'newcomers beside those who have not rejoined: bounded');
  if (state.kind === 'empty') holds(members.size === 0, 'an empty group has no members');
  if (state.kind === 'preparing') holds(group.due !== null && group.due <= state.joinDue, 'the join phase has an end');
  if (state.kind !== 'stable' && state.kind !== 'completing') return;
  holds(members.size > 0, 'a generation has members');
  holds(members.size <= bench.settings.groupMembersMax, 'a generation is not larger than it may be');
  for (const member of members.values()) holds(metadataOf(member, group.protocol).length > 0, 'all offer the protocol');
  for (const id of state.unsynced) holds(members.has(id), 'only members are waited for');
}

/** Every assignment that was handed out belongs to its generation and its member, and a generation has one only. */
class Assignments {
  readonly #nonces = new Map<string, string>();
  #seen = 0;

  check(bench: GroupBench): void {
    for (; this.#seen < bench.answered.length; this.#seen += 1) {
      const answer = bench.answered[this.#seen];
      if (answer?.kind !== 'sync' || answer.error !== 0) continue;
      const [generation = '', , nonce = ''] = text(answer.assignment).split('/');
      if (generation === '') continue;
      holds((this.#nonces.get(generation) ?? nonce) === nonce, `generation ${generation} has one assignment`);
      this.#nonces.set(generation, nonce);
    }
    if (bench.group.state.kind !== 'stable') return;
    for (const member of bench.group.members.values()) {
      const [generation = '', owner = ''] = text(member.assignment).split('/');
      if (generation === '') continue;
      holds(Number(generation) === bench.group.generation, 'an assignment is of the current generation');
      holds(member.instanceId !== null || owner === member.id, 'a member has its own part');
    }
  }
}

const opArbitrary = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('wake' as const), client: fc.nat(5), protocols: fc.nat(3) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      time: fc.constantFrom(1, 100, 600, 4_000, 11_000, 40_000),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('round' as const), turns: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), client: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), client: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hold' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('commit' as const), error: fc.constantFrom(0, 0, 0, 15) }) },
);
type Op = typeof opArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

class Run {
  readonly bench: GroupBench;
  readonly clients: Client[] = [];
  readonly assignments = new Assignments();
  /** Generations that became stable. */
  readonly stable = new Set<number>();
  #nonce = 0;

  constructor(delay: number) {
    this.bench = new GroupBench({ initialRebalanceDelayMs: delay, groupMembersMax: 5 });
  }

  client(index: number): Client {
    for (let next = this.clients.length; next <= index; next += 1) this.clients.push(this.#newClient(next));
    return this.clients[index] ?? this.#newClient(index);
  }

  #newClient(index: number): Client {
    return new Client(this.bench, INSTANCES[index % INSTANCES.length] ?? null, index % 2 === 0 ? 9 : 5);
  }

  apply(op: Op): void {
    const before = this.bench.group.generation;
    const { bench } = this;
    switch (op.kind) {
      case 'wake':
        this.client(op.client).wake(PROTOCOLS[op.protocols] ?? [], (this.#nonce += 1));
        break;
      case 'round':
        for (let turn = 0; turn < op.turns; turn += 1) {
          for (const client of this.clients) {
            const generation = bench.group.generation;
            client.wake(['range'], (this.#nonce += 1));
            this.check(generation);
          }
          this.pass(1_000);
        }
        return;
      case 'pass':
        this.pass(op.time);
        return;
      case 'restart':
        this.client(op.client);
        this.clients[op.client] = this.#newClient(op.client);
        break;
      case 'leave':
        bench.leave(this.client(op.client).memberId);
        break;
      case 'hold':
        bench.holdCommits = true;
        break;
      case 'commit':
        bench.commit(op.error);
        bench.holdCommits = false;
        break;
    }
    this.check(before);
  }

  /** Time in the group's own steps, each checked. */
  pass(time: number): void {
    const { bench } = this;
    const end = bench.now + time;
    for (
      let before = bench.group.generation;
      bench.group.due !== null && bench.group.due <= end;
      before = bench.group.generation
    ) {
      bench.now = Math.max(bench.now, bench.group.due);
      bench.step({ kind: 'tick' });
      this.check(before);
    }
    bench.now = end;
  }

  check(before: number): void {
    checkGroup(this.bench, before);
    this.assignments.check(this.bench);
    if (this.bench.group.state.kind === 'stable') this.stable.add(this.bench.group.generation);
  }
}

const PROPERTY = { seed: 20260101, numRuns: 60 };
const runArbitrary = fc.record({
  delay: fc.constantFrom(0, 500),
  ops: fc.array(opArbitrary, { maxLength: 80, size: 'max' }),
});

test('a group of random members keeps its invariants, and ends empty when all fall silent', () => {
  let stable = 0;
  fc.assert(
    fc.property(runArbitrary, ({ delay, ops }) => {
      const run = new Run(delay);
      for (const op of ops) run.apply(op);
      stable += run.stable.size;
      run.bench.holdCommits = false;
      run.bench.commit();
      run.pass(400_000);
      expect(run.bench.group).toMatchObject({ state: { kind: 'empty' }, due: null });
      expect(run.clients.filter(({ request }) => request !== null && !run.bench.answers.has(request))).toEqual([]);
    }),
    PROPERTY,
  );
  expect(stable, 'generations that became stable').toBeGreaterThan(80);
});

test('a group whose members go on becomes stable with all of them', () => {
  fc.assert(
    fc.property(runArbitrary, ({ delay, ops }) => {
      const run = new Run(delay);
      for (const op of ops) run.apply(op);
      run.bench.holdCommits = false;
      run.bench.commit();
      run.pass(20_000);
      // One client per instance id: two would fence each other for ever.
      const going = [0, 1, 2, 3].map((index) => run.client(index));
      for (let turn = 0; turn < 60; turn += 1) {
        for (const client of going) client.wake(['range'], 1_000 + turn);
        run.pass(1_000);
      }
      expect(run.bench.group.state.kind).toBe('stable');
      expect(new Set(going.map(({ memberId }) => memberId))).toEqual(new Set(run.bench.group.members.keys()));
      expect(going.map(({ generation }) => generation)).toEqual(going.map(() => run.bench.group.generation));
    }),
    PROPERTY,
  );
});
