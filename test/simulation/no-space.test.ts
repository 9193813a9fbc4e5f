/** Stories of a node alone whose disk takes no more: clients are told so at once, read what was acknowledged, and write again later. */
import { describe, expect, it } from 'vitest';
import { buildBatch } from '../../storage/batch/index.ts';
import { API_TABLE, errorCode } from '../../src/wire/index.ts';
import type { RecordWriter, Stage } from '../../chaos/workload/index.ts';
import { tell } from './story.ts';

const REFUSED = errorCode('KAFKA_STORAGE_ERROR');

/** The error code that each of so many produces gets, one after the other; none waits for space. */
async function codes({ cluster, history }: Stage, name: string, count: number): Promise<readonly number[]> {
  const client = cluster.client(name);
  await cluster.wait(client.topic('t'));
  const found: number[] = [];
  for (let number = 0; number < count; number += 1) {
    const id = `${name}-${number}`;
    const sentAt = cluster.world.now();
    const ours = { id, topic: 't', partition: 0, writer: name, number, sentAt, kept: true, once: false };
    const record = history.add(ours);
    const records = buildBatch({ records: [{ key: null, value: Buffer.from(id), timestamp: 0 }] });
    const topicData = [{ name: 't', partitionData: [{ index: 0, records }] }];
    const asked = client.on(1, API_TABLE.produce.schema, { acks: -1, timeoutMs: 30_000, topicData }, 31_000);
    const code = (await cluster.wait(asked, 1000)).responses[0]?.partitionResponses[0]?.errorCode ?? 0;
    history.fail(record, String(code));
    found.push(code);
  }
  return found;
}

async function isRefusedAndRead(stage: Stage, writer: RecordWriter, name: string): Promise<void> {
  const acked = writer.acked;
  expect(new Set(await codes(stage, `asks ${name}`, 5))).toEqual(new Set([REFUSED]));
  expect(writer.acked).toBe(acked);
  const reader = stage.reader({ topic: 't', name }).start();
  await stage.cluster.until(() => reader.count >= acked, 3000, 'what was acknowledged is read');
}

async function writesAgain({ cluster }: Stage, writer: RecordWriter, milliseconds: number): Promise<void> {
  const before = writer.acked;
  await cluster.until(() => writer.acked > before + 10, milliseconds, 'records are acknowledged again');
}

describe.each([
  { what: 'the journal', path: '.journal', settings: [] },
  { what: 'a segment (flush=os)', path: '/logs/', settings: ['flush=os'] },
])('a disk that refuses $what while bytes are free', ({ path, settings }) => {
  it.each([true, false])(
    'is as full as any, for a writer (idempotent=%s) too whose batch waits',
    async (idempotent) => {
      await tell({ nodes: 1, settings }, async (stage) => {
        const { cluster } = stage;
        await stage.topic('t');
        const writer = stage.writer({ topic: 't', idempotent }).start();
        await cluster.run(300);
        writer.stop();
        await stage.quiet();
        const fault = { operation: 'write', path, error: 'full', times: Number.POSITIVE_INFINITY } as const;
        const undo = cluster.machine(1).disk.inject(fault);
        await isRefusedAndRead(stage, writer, 'first');
        writer.start();
        await cluster.run(30_000);
        await isRefusedAndRead(stage, writer, 'second');
        undo();
        await writesAgain(stage, writer, 3000);
        expect(cluster.ends).toEqual([]);
        await stage.end();
      });
    },
  );
});

describe.each(['stopped', 'killed'] as const)('a node with a full disk that is %s', (how) => {
  it('refuses to start while there is no room, and then writes again', async () => {
    await tell({ nodes: 1, settings: ['disk.free.min.bytes=0'] }, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      const writer = stage.writer({ topic: 't' }).start();
      await cluster.run(300);
      const { disk } = cluster.machine(1);
      disk.capacityBytes = disk.usedBytes();
      // Long enough for a checkpoint, which finds no space either.
      await cluster.run(40_000);
      await isRefusedAndRead(stage, writer, 'reader');
      if (how === 'stopped') await cluster.wait(cluster.stop(1), 10_000);
      else cluster.kill(1);
      const refused = await cluster.wait(cluster.tryStart(1));
      expect(refused).toMatchObject({ kind: 'refused', message: expect.stringContaining('no space') });
      disk.capacityBytes = Number.POSITIVE_INFINITY;
      await cluster.wait(cluster.start(1));
      await cluster.untilReady();
      await writesAgain(stage, writer, 5000);
      await stage.end();
    });
  });
});
