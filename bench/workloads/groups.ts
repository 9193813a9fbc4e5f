/**
 * Ten consumers on 60 partitions: how long it takes until each of them has its six and a record of each; and when one dies without a word,
 * until the others have a record of each of its partitions. Both protocols with our own smallest client, and kafkajs for the first.
 */
import { Kafka, logLevel } from 'kafkajs';
import { leaderOf, makeTopic, produceTo, startBenchCluster, batchOf } from '../bench-cluster.ts';
import type { BenchCluster } from '../bench-cluster.ts';
import type { Figures } from '../figure.ts';
import { GroupMember } from '../group-member.ts';
import type { GroupProtocol } from '../group-member.ts';
import { until } from '../../test/e2e/deadline.ts';
import type { Workload } from './workload.ts';

const MEMBERS = 10;
const PARTITIONS = 60;
const TOPIC = 'grouped';
/** The shortest that groups allow. */
const SESSION_MS = 6000;
const HEARTBEAT_MS = 100;
const ROUNDS = 5;
const DEADLINE_MS = 30_000;

const SETTINGS = [
  'group.initial.rebalance.delay.ms=0',
  `group.consumer.session.timeout.ms=${SESSION_MS}`,
  `group.consumer.heartbeat.interval.ms=${HEARTBEAT_MS}`,
];

/** A record in each partition. */
async function fill(bench: BenchCluster): Promise<void> {
  const client = bench.client();
  await makeTopic(client, TOPIC, PARTITIONS);
  const records = batchOf(1, 100);
  for (let partition = 0; partition < PARTITIONS; partition += 1)
    await produceTo(client, leaderOf(client, TOPIC, partition), TOPIC, [{ partition, records }]);
}

/** Partitions that somebody of `members` has. */
function held(members: readonly GroupMember[]): number {
  return new Set(members.flatMap(({ read }) => [...read.keys()])).size;
}

/** Each has its share, and a record of each partition of it. */
function isSpread(members: readonly GroupMember[], count: number): boolean {
  const share = Math.floor(PARTITIONS / count);
  return held(members) === PARTITIONS && members.every(({ read }) => read.size >= share && read.size <= share + 1);
}

interface Times {
  readonly joined: number;
  readonly first: number;
  readonly moved: number;
}

async function round(bench: BenchCluster, protocol: GroupProtocol, number: number): Promise<Times> {
  const options = {
    protocol,
    group: `${protocol}-${number}`,
    topic: TOPIC,
    partitions: PARTITIONS,
    sessionMs: SESSION_MS,
    heartbeatMs: HEARTBEAT_MS,
  };
  const members: GroupMember[] = [];
  for (let index = 0; index < MEMBERS; index += 1) {
    const client = bench.client();
    // What a consumer does before it joins: connections, metadata.
    await client.refresh([TOPIC]);
    members.push(new GroupMember(client, `member-${protocol}-${number}-${index}`, options));
  }
  const failures: unknown[] = [];
  const begun = performance.now();
  for (const member of members) void member.run().catch((error: unknown) => failures.push(error));
  const settled = async (what: string, holds: () => boolean): Promise<void> => {
    await until(what, DEADLINE_MS, () => failures.length > 0 || holds());
    if (failures.length > 0) throw failures[0];
  };
  let first = Number.POSITIVE_INFINITY;
  await settled('all members have their share', () => {
    for (const { firstRead } of members) first = Math.min(first, (firstRead ?? Number.POSITIVE_INFINITY) - begun);
    return isSpread(members, MEMBERS);
  });
  const joined = Math.max(...members.flatMap(({ read }) => [...read.values()])) - begun;
  // Let everybody's heartbeats come and go.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const [victim, ...others] = members;
  const orphans = [...(victim?.read.keys() ?? [])];
  const killed = performance.now();
  victim?.kill();
  await settled('its partitions have moved', () => isSpread(others, MEMBERS - 1));
  const moved = Math.max(...others.flatMap(({ read }) => orphans.map((each) => read.get(each) ?? killed))) - killed;
  for (const member of others) member.kill();
  return { joined, first, moved };
}

/** Until each of ten stock consumers has had a record. */
async function kafkajsRound(bench: BenchCluster, number: number): Promise<number> {
  const kafka = new Kafka({ brokers: [...bench.cluster.brokers], clientId: 'bench', logLevel: logLevel.NOTHING });
  const consumers = Array.from({ length: MEMBERS }, () =>
    kafka.consumer({
      groupId: `kafkajs-${number}`,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: HEARTBEAT_MS,
    }),
  );
  const seen = new Map<number, Set<number>>();
  await Promise.all(consumers.map((consumer) => consumer.connect()));
  const begun = performance.now();
  await Promise.all(
    consumers.map(async (consumer, index) => {
      await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
      const eachMessage = ({ partition }: { readonly partition: number }): Promise<void> => {
        seen.set(index, (seen.get(index) ?? new Set()).add(partition));
        return Promise.resolve();
      };
      await consumer.run({ eachMessage });
    }),
  );
  await until('each has had a record', DEADLINE_MS, () => seen.size === MEMBERS);
  const took = performance.now() - begun;
  await Promise.all(consumers.map((consumer) => consumer.disconnect()));
  return took;
}

function tell(figures: Figures, what: string, times: readonly number[], note?: string): void {
  const sorted = times.toSorted((one, other) => one - other);
  figures.add(`${what}, median`, sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, 'ms', note);
  figures.add(`${what}, worst`, sorted.at(-1) ?? Number.NaN, 'ms', note);
}

export const groups: Workload = {
  name: 'groups',
  about: `${MEMBERS} consumers on ${PARTITIONS} partitions, initial delay 0: join to records, and one dies (session ${SESSION_MS} ms)`,
  run: async (flush, figures, { quick }) => {
    const bench = await startBenchCluster(flush, SETTINGS);
    try {
      await fill(bench);
      const rounds = quick ? 2 : ROUNDS;
      for (const protocol of ['classic', 'consumer'] as const) {
        const times: Times[] = [];
        // The first finds caches cold, and the internal topic missing.
        for (let number = 0; number <= rounds; number += 1) {
          const one = await round(bench, protocol, number);
          if (number > 0) times.push(one);
        }
        const note = `own client, heartbeat ${HEARTBEAT_MS} ms`;
        tell(
          figures,
          `${protocol}: join to the first record`,
          times.map(({ first }) => first),
          note,
        );
        tell(
          figures,
          `${protocol}: join to a record of each partition`,
          times.map(({ joined }) => joined),
          note,
        );
        tell(
          figures,
          `${protocol}: killed to its partitions read by others`,
          times.map(({ moved }) => moved),
          note,
        );
      }
      const stock: number[] = [];
      for (let number = 0; number <= rounds; number += 1) {
        const took = await kafkajsRound(bench, number);
        if (number > 0) stock.push(took);
      }
      tell(figures, 'classic: join to a record at each consumer', stock, `kafkajs, heartbeat ${HEARTBEAT_MS} ms`);
    } finally {
      await bench.close();
    }
  },
};
