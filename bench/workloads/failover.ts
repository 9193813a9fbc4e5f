/**
 * The longest gap between acknowledgements when a node dies or falls silent under a producer with acks=all; and whether
 * anything acknowledged is missing afterwards.
 *
 *   leader, controller, both in one: kill -9, then started again       leader paused: SIGSTOP, then SIGCONT
 */
import { AdminClient, Consumer, Producer } from '../../src/client/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { until } from '../../test/e2e/deadline.ts';
import { makeTopic, startBenchCluster } from '../bench-cluster.ts';
import type { BenchCluster } from '../bench-cluster.ts';
import { percentile } from '../figure.ts';
import type { Figures } from '../figure.ts';
import type { Workload } from './workload.ts';

const TOPIC = 'failover';
const SEND_EVERY_MS = 2;
const PAUSE_MS = 6000;
/** A paused node answers nothing and closes nothing: the client must not wait for it longer than the cluster does. */
const ANSWER_TIMEOUT_MS = 500;

type Victim = 'leader' | 'controller' | 'leader and controller';

/** Sends numbered records all the time, and knows the gaps between acknowledgements. */
class SteadyProducer {
  readonly acknowledged: number[] = [];
  failed = 0;
  readonly #producer: Producer;
  readonly #timer: NodeJS.Timeout;
  #next = 0;
  #lastAck = performance.now();
  #gap = 0;

  constructor(client: KafkaClient) {
    this.#producer = new Producer(client, { acks: 'all', idempotent: true, deliveryTimeoutMs: 60_000 });
    this.#timer = setInterval(() => this.#send(), SEND_EVERY_MS);
  }

  /** Forgets the gaps so far. */
  begin(): void {
    this.#gap = 0;
    this.#lastAck = performance.now();
  }
  /** The longest since `begin`. */
  get gap(): number {
    return this.#gap;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#producer.flush();
    await this.#producer.close();
  }

  #send(): void {
    const number = this.#next;
    this.#next += 1;
    this.#producer.push({ topic: TOPIC, partition: 0, key: null, value: Buffer.from(String(number)) }, (result) => {
      if (result instanceof Error) {
        this.failed += 1;
        return;
      }
      this.acknowledged.push(number);
      const now = performance.now();
      this.#gap = Math.max(this.#gap, now - this.#lastAck);
      this.#lastAck = now;
    });
  }
}

async function roles(client: KafkaClient): Promise<{ readonly leader: number; readonly controller: number }> {
  return until('a leader and a controller', 30_000, async () => {
    const { controller } = await new AdminClient(client).describeCluster();
    await client.refresh([TOPIC]);
    const leader = client.leaderOf(TOPIC, 0);
    return leader !== null && leader.isr.length === 3 && controller !== null && { leader: leader.leader, controller };
  });
}

/** Brings leader and controller together, or apart, as the victim asks; null when that did not come about. */
async function findVictim(client: KafkaClient, victim: Victim): Promise<number | null> {
  const { leader, controller } = await roles(client);
  if (victim === 'leader and controller') return leader === controller ? leader : null;
  if (leader === controller) return null;
  return victim === 'leader' ? leader : controller;
}

async function hurt(bench: BenchCluster, id: number, how: 'kill' | 'pause', producer: SteadyProducer): Promise<number> {
  producer.begin();
  if (how === 'kill') {
    await bench.cluster.kill(id);
    const before = producer.acknowledged.length;
    await until('acknowledgements go on', 30_000, () => producer.acknowledged.length > before + 50);
    const { gap } = producer;
    await bench.cluster.restart(id);
    return gap;
  }
  bench.cluster.signal(id, 'SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  bench.cluster.signal(id, 'SIGCONT');
  const before = producer.acknowledged.length;
  await until('acknowledgements go on', 30_000, () => producer.acknowledged.length > before + 50);
  return producer.gap;
}

/** Rounds until `wanted` gaps of that kind are measured. */
async function rounds(
  bench: BenchCluster,
  client: KafkaClient,
  producer: SteadyProducer,
  victim: Victim,
  how: 'kill' | 'pause',
  wanted: number,
  figures: Figures,
): Promise<void> {
  const gaps: number[] = [];
  for (let attempt = 0; gaps.length < wanted && attempt < wanted * 6 + 6; attempt += 1) {
    const id = await findVictim(client, victim);
    if (id !== null) gaps.push(await hurt(bench, id, how, producer));
    else {
      // Another constellation: killing the controller moves that role, and the leader's when it is both.
      const { controller } = await roles(client);
      await hurt(bench, controller, 'kill', producer);
    }
  }
  const label = `${how === 'kill' ? 'kill -9' : `SIGSTOP for ${PAUSE_MS / 1000} s`} of ${victim}`;
  figures.add(`${label}: longest gap, median of ${gaps.length}`, percentile(gaps, 0.5), 'ms');
  figures.add(`${label}: longest gap, worst of ${gaps.length}`, percentile(gaps, 1), 'ms');
}

async function missing(
  client: KafkaClient,
  acknowledged: readonly number[],
): Promise<{ readonly lost: number; readonly twice: number }> {
  const consumer = new Consumer(client, { assignments: [{ topic: TOPIC, partition: 0, from: { offset: 0 } }] });
  const seen = new Map<number, number>();
  for (;;) {
    const polled = await consumer.poll();
    for (const { records } of polled) {
      for (const { value } of records) {
        const number = Number(Buffer.from(value ?? []).toString());
        seen.set(number, (seen.get(number) ?? 0) + 1);
      }
    }
    if (consumer.caughtUp) break;
  }
  return {
    lost: acknowledged.filter((number) => !seen.has(number)).length,
    twice: [...seen.values()].filter((count) => count > 1).length,
  };
}

export const failover: Workload = {
  name: 'failover',
  about: 'a node dies (kill -9) or falls silent (SIGSTOP) under acks=all: longest gap between acknowledgements',
  run: async (flush, figures, { quick }) => {
    const bench = await startBenchCluster(flush);
    try {
      const client = bench.client({ requestTimeoutMs: ANSWER_TIMEOUT_MS, connectTimeoutMs: ANSWER_TIMEOUT_MS });
      await makeTopic(client, TOPIC, 1);
      const producer = new SteadyProducer(client);
      await until('first acknowledgements', 10_000, () => producer.acknowledged.length > 50);
      const admin = bench.client();
      for (const victim of ['leader', 'controller', 'leader and controller'] as const) {
        await rounds(bench, admin, producer, victim, 'kill', quick ? 3 : 20, figures);
      }
      for (const victim of ['leader', 'leader and controller'] as const) {
        await rounds(bench, admin, producer, victim, 'pause', quick ? 1 : 5, figures);
      }
      await producer.stop();
      const { lost, twice } = await missing(admin, producer.acknowledged);
      figures.add('acknowledged', producer.acknowledged.length, 'records');
      figures.add('acknowledged and missing', lost, 'records');
      figures.add('there twice', twice, 'records');
      figures.add('given up by the producer', producer.failed, 'records');
    } finally {
      await bench.close();
    }
  },
};
