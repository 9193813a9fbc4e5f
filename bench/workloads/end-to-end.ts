/** 1,000 records of 1 KiB a second: from when a record was due to when the consumer has it. */
import { buildBatch, nextBatch, readRecords, refuseCompressed } from '../../storage/batch/index.ts';
import { fetchFrom, leaderOf, makeTopic, produceTo, startBenchCluster } from '../bench-cluster.ts';
import { Stretch } from '../node-processes.ts';
import type { Workload } from './workload.ts';

const RATE = 1000;
const VALUE_BYTES = 1024;

function numbered(number: number): Uint8Array {
  const value = Buffer.alloc(VALUE_BYTES);
  value.writeUInt32BE(number);
  return buildBatch({ records: [{ key: null, value, timestamp: Date.now() }] });
}

export const endToEnd: Workload = {
  name: 'end-to-end',
  about: '1,000 records of 1 KiB a second, acks=all, RF 3: due to received',
  run: async (flush, figures, { quick }) => {
    const bench = await startBenchCluster(flush);
    try {
      const producer = bench.client();
      const consumer = bench.client();
      await makeTopic(producer, 'e2e', 1);
      await consumer.refresh(['e2e']);
      const node = leaderOf(producer, 'e2e', 0);
      const count = RATE * (quick ? 10 : 30);
      const warm = RATE * 3;
      const times: number[] = [];
      const started = performance.now() + 200;
      const dueAt = (number: number): number => started + (number * 1000) / RATE;
      const read = async (): Promise<void> => {
        for (let offset = 0; offset < count;) {
          const { records } = await fetchFrom(consumer, node, 'e2e', 0, offset, {
            maxWaitMs: 500,
            partitionBytes: 1 << 20,
            bytes: 50 << 20,
          });
          const now = performance.now();
          for (let at = 0; ;) {
            const batch = nextBatch(records, at);
            if (batch.kind !== 'batch') break;
            const opened = readRecords(records.subarray(at, at + batch.size), refuseCompressed, 1 << 20);
            if (opened.kind === 'refused') throw new Error(opened.detail);
            for (const record of opened.records) {
              const number = Buffer.from(record.value ?? []).readUInt32BE(0);
              if (number >= warm) times.push(now - dueAt(number));
              offset = record.offset + 1;
            }
            at += batch.size;
          }
        }
      };
      const write = async (): Promise<void> => {
        const sent: Promise<void>[] = [];
        for (let number = 0; number < count;) {
          while (number < count && dueAt(number) <= performance.now()) {
            sent.push(produceTo(producer, node, 'e2e', [{ partition: 0, records: numbered(number) }]));
            number += 1;
          }
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        await Promise.all(sent);
      };
      const stretch = new Stretch(bench.pids());
      await Promise.all([read(), write()]);
      const { seconds, nodesCpu, otherCores } = stretch.end();
      figures.latencies('due to received', times);
      figures.add('server CPU', (nodesCpu / seconds) * 100, '% of a core');
      figures.add('other work on the machine', otherCores * 100, '% of a core');
    } finally {
      await bench.close();
    }
  },
};
