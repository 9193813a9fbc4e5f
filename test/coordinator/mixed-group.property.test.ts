/**
 * Members of both protocols in one consumer group, with lost answers and deaths: it converges, and no partition is read by two.
 *
 * Eager members give up everything before they join, cooperative ones keep what they say they own; both read what SyncGroup told them.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partitionsOf } from '../../src/coordinator/assignment.ts';
import { classicHeartbeat, classicJoin, classicLeave, classicSync } from '../../src/coordinator/consumer-classic.ts';
import { consumerStateName } from '../../src/coordinator/consumer-group-state.ts';
import { consumerStep, takeBack } from '../../src/coordinator/consumer-step.ts';
import { ConsumerBench, persistent, REBALANCE_MS } from './consumer-bench.ts';

const CLASSIC_SESSION_MS = 10_000;
const MEMBERS = 6;
const PARTITIONS = 7;

type Event =
  | { readonly kind: 'wake'; readonly who: number; readonly lost: boolean }
  | { readonly kind: 'leave' | 'die'; readonly who: number }
  | { readonly kind: 'time'; readonly ms: number };

const who = fc.integer({ min: 0, max: MEMBERS - 1 });
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 14, arbitrary: fc.record({ kind: fc.constant('wake' as const), who, lost: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('leave' as const, 'die' as const), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: 0, max: 8_000 }) }) },
);

/** What both kinds of clients have in common. */
abstract class Client {
  readonly bench: ConsumerBench;
  readonly name: string;
  life = 0;
  reading: readonly number[] = [];

  constructor(bench: ConsumerBench, name: string) {
    this.bench = bench;
    this.name = name;
  }

  get id(): string {
    return `${this.name}.${this.life}`;
  }

  abstract wake(lost: boolean): void;
  abstract leave(): void;

  die(): void {
    this.life += 1;
    this.reset();
  }

  abstract reset(): void;
}

class Modern extends Client {
  epoch = 0;

  wake(lost: boolean): void {
    const [topic] = this.bench.topics.values();
    const owned = this.reading.length === 0 ? [] : [{ topicId: topic?.id ?? '', partitions: this.reading }];
    const everything = { rebalanceTimeoutMs: REBALANCE_MS, topicNames: ['orders'], owned };
    const answer = this.bench.beat(this.id, this.epoch, everything);
    if (lost) return;
    if (answer.kind === 'refused') this.reset();
    else {
      this.epoch = answer.memberEpoch;
      if (answer.assignment !== null) this.reading = answer.assignment.flatMap(({ partitions }) => partitions);
    }
  }

  leave(): void {
    this.bench.beat(this.id, -1);
    this.die();
  }

  reset(): void {
    this.epoch = 0;
    this.reading = [];
  }
}

class Classic extends Client {
  readonly cooperative: boolean;
  generation = -1;
  doing: 'join' | 'sync' | 'beat' = 'join';

  constructor(bench: ConsumerBench, name: string, cooperative: boolean) {
    super(bench, name);
    this.cooperative = cooperative;
  }

  wake(lost: boolean): void {
    switch (this.doing) {
      case 'join':
        this.#join(lost);
        return;
      case 'sync':
        this.#sync(lost);
        return;
      case 'beat':
        this.#beat(lost);
        return;
    }
  }

  #join(lost: boolean): void {
    if (!this.cooperative) this.reading = [];
    const step = consumerStep(this.bench.group, this.bench.context());
    const input = {
      kind: 'join' as const,
      request: 0,
      memberId: this.id,
      freshMemberId: '',
      instanceId: null,
      clientId: 'c',
      clientHost: '/h',
      sessionTimeoutMs: CLASSIC_SESSION_MS,
      rebalanceTimeoutMs: REBALANCE_MS,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: new Uint8Array(0) }],
      requireKnownId: false,
      canSkipAssignment: true,
    };
    const owned = this.cooperative ? [{ topic: 'orders', partitions: this.reading }] : [];
    const answer = classicJoin(step, input, { version: 3, topics: ['orders'], owned, rackId: null });
    if (answer.error === 0) this.bench.finish(step);
    else takeBack(step);
    if (lost) return;
    if (answer.error !== 0) this.reset();
    else {
      this.generation = answer.generation;
      this.doing = 'sync';
    }
  }

  #sync(lost: boolean): void {
    const step = consumerStep(this.bench.group, this.bench.context());
    const answer = classicSync(step, {
      kind: 'sync',
      request: 0,
      memberId: this.id,
      instanceId: null,
      generation: this.generation,
      protocolType: 'consumer',
      protocol: 'range',
      assignments: new Map(),
    });
    this.bench.finish(step);
    if (lost) return;
    if (answer.error === 0) {
      this.reading = [...answer.assignment.values()].flat();
      this.doing = 'beat';
    } else this.#refused(answer.error);
  }

  #beat(lost: boolean): void {
    const step = consumerStep(this.bench.group, this.bench.context());
    const { id: memberId, generation } = this;
    const error = classicHeartbeat(step, { kind: 'heartbeat', request: 0, memberId, instanceId: null, generation });
    this.bench.finish(step);
    if (!lost && error !== 0) this.#refused(error);
  }

  #refused(error: number): void {
    expect([22, 25, 27]).toContain(error);
    if (error === 27) this.doing = 'join';
    else this.reset();
  }

  leave(): void {
    const step = consumerStep(this.bench.group, this.bench.context());
    classicLeave(step, [{ memberId: this.id, instanceId: null }]);
    this.bench.finish(step);
    this.die();
  }

  reset(): void {
    this.generation = -1;
    this.doing = 'join';
    this.reading = [];
  }
}

function checkReaders(bench: ConsumerBench, clients: readonly Client[]): void {
  const readers = new Map<number, string>();
  for (const { id, reading } of clients) {
    // Who is not a member any more is a zombie until it hears of it.
    if (!bench.group.members.has(id)) continue;
    for (const partition of reading) {
      expect(readers.has(partition), `${partition} is read by ${id} and ${readers.get(partition)}`).toBe(false);
      readers.set(partition, id);
    }
  }
  const owners = [...bench.group.members.values()].flatMap(({ assigned, revoking }) =>
    [assigned, revoking].flatMap((owned) => [...partitionsOf(owned).values()].flat()),
  );
  expect(new Set(owners).size).toBe(owners.length);
}

function play(bench: ConsumerBench, clients: readonly Client[], one: Event): void {
  if (one.kind === 'time') {
    bench.advance(one.ms);
    return;
  }
  const client = clients[one.who];
  if (one.kind === 'wake') client?.wake(one.lost);
  else if (one.kind === 'leave') client?.leave();
  else client?.die();
}

test('members of both protocols converge to one assignment, whatever was lost, and no partition is read by two', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 10, maxLength: 70 }), (events) => {
      const bench = new ConsumerBench({ orders: PARTITIONS });
      const clients: Client[] = Array.from({ length: MEMBERS }, (_, at) =>
        at % 3 === 0 ? new Modern(bench, `m${at}`) : new Classic(bench, `c${at}`, at % 3 === 1),
      );
      for (const one of events) {
        play(bench, clients, one);
        checkReaders(bench, clients);
      }
      expect(persistent(bench.restored())).toEqual(persistent(bench.group));
      for (let round = 0; round < 60; round += 1) {
        bench.advance(2_000);
        for (const client of clients) client.wake(false);
        checkReaders(bench, clients);
      }
      expect(consumerStateName(bench.group)).toBe('Stable');
      const reading = clients.flatMap((client) => client.reading).toSorted((a, b) => a - b);
      expect(reading).toEqual(Array.from({ length: PARTITIONS }, (_, partition) => partition));
    }),
    { numRuns: 40, seed: 849 },
  );
});
