/**
 * Many members, random answers lost, random deaths, random topics: a consumer group converges, and no partition is read by two.
 *
 * The clients are faithful and no more: they read what they were last told, give up what they are told to before they say so,
 * and repeat themselves when an answer does not come.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { consumerStateName } from '../../src/coordinator/consumer-group-state.ts';
import type { BeatAnswer, Refused } from '../../src/coordinator/consumer-step.ts';
import { ConsumerBench, idOf, persistent, REBALANCE_MS, SESSION_MS } from './consumer-bench.ts';

const NAMES = ['a', 'b', 'ab'];
const REGEXES = ['a.*', '.*b', 'a|b'];
const FENCING = new Set([25, 82, 110, 111]);

/** What happens in a run. */
type Event =
  | { readonly kind: 'beat'; readonly who: number; readonly lost: boolean; readonly lazy: boolean }
  | { readonly kind: 'leave'; readonly who: number; readonly forGood: boolean }
  | { readonly kind: 'die'; readonly who: number }
  | { readonly kind: 'subscribe'; readonly who: number; readonly names: readonly string[]; readonly regex: number }
  | { readonly kind: 'topics'; readonly counts: readonly number[] }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'unwritten' };

const who = fc.integer({ min: 0, max: 6 });
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('beat' as const), who, lost: fc.boolean(), lazy: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who, forGood: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('subscribe' as const),
      who,
      names: fc.subarray(NAMES),
      regex: fc.integer({ min: -1, max: REGEXES.length - 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('topics' as const),
      counts: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 3, maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: 0, max: 20_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unwritten' as const) }) },
);

class Client {
  readonly instanceId: string | null;
  readonly #bench: ConsumerBench;
  readonly #name: string;
  #life = 0;
  epoch = 0;
  names: readonly string[] = ['a'];
  regex: string | null = null;
  /** What it reads now: `topic id-partition`. */
  reading = new Set<string>();
  /** What it was told that it may read. */
  #told: ReadonlySet<string> = new Set();
  #full = true;

  constructor(bench: ConsumerBench, number: number) {
    this.#bench = bench;
    this.#name = `m${number}`;
    this.instanceId = number % 3 === 0 ? `i${number}` : null;
  }

  get id(): string {
    return `${this.#name}.${this.#life}`;
  }

  #owned() {
    const topics = new Map<string, number[]>();
    for (const one of this.reading) {
      const [topicId = '', partition] = one.split(' ');
      topics.set(topicId, [...(topics.get(topicId) ?? []), Number(partition)]);
    }
    return [...topics].map(([topicId, partitions]) => ({ topicId, partitions }));
  }

  /** `lazy`: it says only what it must. `lost`: the answer does not arrive. */
  beat(lost: boolean, lazy: boolean): void {
    const full = this.#full || this.epoch === 0;
    const told = {
      rebalanceTimeoutMs: REBALANCE_MS,
      topicNames: this.names,
      topicRegex: this.regex ?? '',
      owned: this.#owned(),
    };
    const less = lazy ? {} : { owned: this.#owned() };
    const answer = this.#bench.beat(this.id, this.epoch, { instanceId: this.instanceId, ...(full ? told : less) });
    // After an error or a timeout clients say everything.
    this.#full = lost;
    if (!lost && !this.#bench.refuse) this.#take(answer);
  }

  #take(answer: BeatAnswer | Refused): void {
    if (answer.kind === 'refused') {
      expect(FENCING.has(answer.error), `error ${answer.error}`).toBe(true);
      this.reset();
      return;
    }
    this.epoch = answer.memberEpoch;
    if (answer.assignment === null) return;
    this.#told = new Set(
      answer.assignment.flatMap(({ topicId, partitions }) => partitions.map((partition) => `${topicId} ${partition}`)),
    );
    this.reading = new Set(this.#told);
    // It says so with the next heartbeat.
    this.#full = true;
  }

  /** Fenced: it gives up everything and begins anew. */
  reset(): void {
    this.epoch = 0;
    this.reading = new Set();
    this.#full = true;
  }

  leave(forGood: boolean): void {
    const epoch = forGood || this.instanceId === null ? -1 : -2;
    this.reading = new Set();
    this.#bench.beat(this.id, epoch, { instanceId: this.instanceId });
    this.#life += 1;
    this.reset();
  }

  /** The process dies without a word, and another comes in its place. */
  die(): void {
    this.#life += 1;
    this.reset();
  }
}

/** No partition has two readers; the coordinator's word for it, and the clients'. */
function checkReaders(bench: ConsumerBench, clients: readonly Client[]): void {
  const readers = new Map<string, string>();
  for (const client of clients) {
    // Who is not a member any more is a zombie until it hears of it: its commits are refused.
    if (!bench.group.members.has(client.id)) continue;
    for (const one of client.reading) {
      expect(readers.has(one), `${one} is read by ${client.id} and ${readers.get(one)}`).toBe(false);
      readers.set(one, client.id);
    }
  }
  const owners = new Set<string>();
  for (const member of bench.group.members.values()) {
    for (const owned of [member.assigned, member.revoking]) {
      for (const [topicId, partitions] of owned) {
        for (const partition of partitions.keys()) {
          expect(owners.has(`${topicId} ${partition}`), `${topicId} ${partition} has two owners`).toBe(false);
          owners.add(`${topicId} ${partition}`);
        }
      }
    }
  }
}

function play(bench: ConsumerBench, clients: readonly Client[], event: Event): void {
  bench.refuse = false;
  const client = 'who' in event ? clients[event.who] : undefined;
  switch (event.kind) {
    case 'beat':
      client?.beat(event.lost, event.lazy);
      return;
    case 'leave':
      client?.leave(event.forGood);
      return;
    case 'die':
      client?.die();
      return;
    case 'subscribe':
      if (client === undefined) return;
      client.names = event.names;
      client.regex = REGEXES[event.regex] ?? null;
      return;
    case 'topics':
      bench.setTopics(Object.fromEntries(NAMES.map((name, at) => [name, event.counts[at] ?? 0]).filter(([, n]) => n)));
      return;
    case 'time':
      bench.advance(event.ms);
      return;
    case 'unwritten':
      bench.refuse = true;
      clients[0]?.beat(true, false);
      bench.refuse = false;
      return;
  }
}

/** All go on in peace: after some rounds everybody has its target, and all of the topics are read. */
function converge(bench: ConsumerBench, clients: readonly Client[]): void {
  // The dead are noticed first.
  for (let round = 0; round < 30; round += 1) {
    bench.advance(SESSION_MS / 10);
    for (const client of clients) client.beat(false, round % 2 === 0);
    checkReaders(bench, clients);
  }
  expect(consumerStateName(bench.group)).toBe('Stable');
  const wanted: string[] = [];
  for (const [name, { id, partitions }] of bench.topics) {
    const read = clients.some(
      ({ names, regex }) => names.includes(name) || (regex !== null && new RegExp(`^(${regex})$`).test(name)),
    );
    if (read) for (let partition = 0; partition < partitions; partition += 1) wanted.push(`${id} ${partition}`);
  }
  const reading = clients.flatMap((client) => [...client.reading]);
  expect(reading.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(wanted.toSorted((a, b) => (a < b ? -1 : 1)));
}

test('members converge to the target whatever happened, and no partition is ever read by two', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 10, maxLength: 60 }), (events) => {
      const bench = new ConsumerBench({ a: 4, b: 3 });
      const clients = Array.from({ length: 7 }, (_, number) => new Client(bench, number));
      for (const one of events) {
        play(bench, clients, one);
        checkReaders(bench, clients);
      }
      expect(persistent(bench.restored())).toEqual(persistent(bench.group));
      expect(persistent(bench.restored((keys) => keys.toReversed()))).toEqual(persistent(bench.group));
      converge(bench, clients);
    }),
    { numRuns: 40, seed: 848 },
  );
});

test('topic ids of the bench are those of the wire', () => {
  expect(idOf('a')).toMatch(/^[\w-]{22}$/);
});
