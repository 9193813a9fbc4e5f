/**
 * Transactions of 100 records of 200 bytes over three partitions, RF 3: one producer, one transaction after the other, and ten producers
 * side by side. Our own client; `npm run interop -- --transactions` asks the same with Kafka's.
 */
import { TransactionalProducer } from '../../src/client/index.ts';
import { makeTopic, startBenchCluster } from '../bench-cluster.ts';
import type { BenchCluster } from '../bench-cluster.ts';
import type { Figures } from '../figure.ts';
import { Stretch } from '../node-processes.ts';
import type { Workload } from './workload.ts';

const TOPIC = 'transactions';
const PARTITIONS = 3;
const RECORDS = 100;
const VALUE_BYTES = 200;
const PRODUCERS = 10;

/** One transaction; to the milliseconds of its commit. */
async function one(producer: TransactionalProducer, value: Uint8Array): Promise<number> {
  producer.begin();
  for (let record = 0; record < RECORDS; record += 1) {
    const sent = producer.send({ topic: TOPIC, partition: record % PARTITIONS, key: null, value });
    // Its failure is the commit's.
    sent.catch(() => undefined);
  }
  const begun = performance.now();
  await producer.commit();
  return performance.now() - begun;
}

async function measure(bench: BenchCluster, figures: Figures, producers: number, seconds: number): Promise<void> {
  const value = Buffer.alloc(VALUE_BYTES, 'flotilla ');
  const commits: number[] = [];
  let done = 0;
  const begun = performance.now();
  const warmUntil = begun + (seconds * 1000) / 3;
  const until = begun + seconds * 1000;
  const lane = async (index: number): Promise<void> => {
    const client = bench.client();
    await client.refresh([TOPIC]);
    const producer = new TransactionalProducer(client, { transactionalId: `bench-${producers}-${index}` });
    await producer.init();
    for (let now = begun; now < until; now = performance.now()) {
      const took = await one(producer, value);
      if (now < warmUntil) continue;
      commits.push(took);
      done += 1;
    }
  };
  const stretch = new Stretch(bench.pids());
  await Promise.all(Array.from({ length: producers }, (_, index) => lane(index)));
  const { nodesCpu, otherCores, seconds: all } = stretch.end();
  const took = (performance.now() - warmUntil) / 1000;
  const who = producers === 1 ? 'one producer' : `${producers} producers`;
  figures.add(`${who}: transactions`, done / took, '/s', `${RECORDS} records of ${VALUE_BYTES} bytes each`);
  figures.latencies(`${who}: commit`, commits);
  figures.add(`${who}: server CPU`, (nodesCpu / all) * 100, '% of a core');
  figures.add(`${who}: other work on the machine`, otherCores * 100, '% of a core');
}

export const transactions: Workload = {
  name: 'transactions',
  about: `transactions of ${RECORDS} records of ${VALUE_BYTES} bytes, RF 3: one after the other, and ${PRODUCERS} producers side by side`,
  run: async (flush, figures, { quick }) => {
    const bench = await startBenchCluster(flush);
    try {
      await makeTopic(bench.client(), TOPIC, PARTITIONS);
      const seconds = quick ? 6 : 20;
      await measure(bench, figures, 1, seconds);
      await measure(bench, figures, PRODUCERS, seconds);
    } finally {
      await bench.close();
    }
  },
};
