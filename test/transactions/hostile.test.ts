/** Requests of Kafka's own making, sensible or not, and numbers out of every range, to a coordinator that serves: all are answered. */
import { describe, expect, test } from 'vitest';
import { InternalTopic } from '../../src/coordinator-log/index.ts';
import { initProducerIdHandler, leaderHandlers, ProducerIds, transactionHandlers } from '../../src/handlers/index.ts';
import type { ApiHandler } from '../../src/server/index.ts';
import { incarnation, nodeId } from '../../raft/index.ts';
import { API_TABLE, responseFrame, WireCodec } from '../../src/wire/index.ts';
import type { ApiSchema, Encodable } from '../../src/wire/index.ts';
import { fixtureLines } from '../wire/fixture.ts';
import { TransactionBench } from './transaction-bench.ts';

const codec = new WireCodec();
const golden = fixtureLines('requests').map((line) => {
  const [, key, version, hex] = /"key":(\d+).*?"version":(\d+).*"hex":"([0-9a-f]*)"/.exec(line) ?? [];
  return { key: Number(key), version: Number(version), hex: hex ?? '' };
});

async function serving(): Promise<{ readonly bench: TransactionBench; readonly handlers: readonly ApiHandler[] }> {
  const bench = new TransactionBench();
  await bench.lead();
  const { coordinator } = bench;
  const offsets = new InternalTopic({
    name: '__consumer_offsets',
    image: () => bench.image,
    ensure: () => undefined,
  });
  const commands = { submit: () => Promise.resolve({ kind: 'unknown', reason: 'timeout' } as never) };
  const ids = new ProducerIds({ self: nodeId(1), incarnation: incarnation('life-1-1'), commands });
  const patterns = { compile: () => Promise.resolve(null) };
  const handlers = [
    initProducerIdHandler(ids, coordinator),
    ...transactionHandlers(coordinator, offsets, patterns),
    ...leaderHandlers(coordinator),
  ];
  return { bench, handlers };
}

async function answer(
  bench: TransactionBench,
  handler: ApiHandler,
  version: number,
  request: unknown,
): Promise<Buffer> {
  const context = { version, clientId: 'hostile', remote: '127.0.0.1:1', onGone: () => () => undefined };
  const pending = Promise.resolve(handler.handle(request, context));
  await bench.clock.advance(0);
  const result = await pending;
  if (result.kind !== 'response') throw new Error(`${handler.api.schema.name} ${version}: ${result.kind}`);
  return Buffer.concat(responseFrame(codec, handler.api.schema, version, 1, result.body as never));
}

describe('requests', () => {
  test('as Kafka writes them are all answered', async () => {
    const { bench, handlers } = await serving();
    let answered = 0;
    for (const { key, version, hex } of golden) {
      const handler = handlers.find(
        ({ api }) => api.schema.key === key && api.accepted[0] <= version && version <= api.accepted[1],
      );
      if (handler === undefined) continue;
      const request: unknown = codec.decodeRequest(handler.api.schema, version, Buffer.from(hex, 'hex'));
      expect((await answer(bench, handler, version, request)).length).toBeGreaterThan(4);
      answered += 1;
    }
    expect(answered).toBeGreaterThan(120);
    expect(bench.log.records().every(({ value }) => value !== null)).toBe(true);
  });

  test('with numbers out of every range change nothing', async () => {
    const { bench, handlers } = await serving();
    const { errorCode: _, ...producer } = await bench.init();
    const records = bench.log.records().length;
    const find = (schema: ApiSchema): ApiHandler => {
      const found = handlers.find(({ api }) => api.schema === schema && api.accepted[0] === 0);
      if (found === undefined) throw new Error(schema.name);
      return found;
    };
    const numbers = [-1, 7, 2 ** 53, Number.MAX_VALUE, -(2 ** 53)];
    const epochs = [-32_768, -1, 1, 32_767];
    for (const producerId of [...numbers, producer.producerId]) {
      for (const producerEpoch of epochs) {
        const asked = { transactionalId: 'pay', producerId, producerEpoch };
        const add: Encodable<typeof API_TABLE.addPartitionsToTxn.schema.request> = {
          v3AndBelowTransactionalId: 'pay',
          v3AndBelowProducerId: producerId,
          v3AndBelowProducerEpoch: producerEpoch,
          v3AndBelowTopics: [{ name: 't', partitions: [0, -1, 2 ** 31 - 1] }],
          transactions: [],
        };
        const init = { ...asked, transactionTimeoutMs: 60_000 };
        await answer(bench, find(API_TABLE.addPartitionsToTxn.schema), 3, add);
        await answer(bench, find(API_TABLE.addOffsetsToTxn.schema), 4, { ...asked, groupId: '' });
        await answer(bench, find(API_TABLE.endTxn.schema), 5, { ...asked, committed: true });
        if (producerId >= 0) await answer(bench, find(API_TABLE.initProducerId.schema), 5, init);
      }
    }
    expect(bench.log.records()).toHaveLength(records);
    expect(bench.state()).toMatchObject({ status: 'Empty', producerEpoch: 0 });
  });
});
