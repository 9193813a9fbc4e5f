/**
 * The question whether partitions are in a transaction: many in one request, each answered for itself, and errors as
 * producers know them.
 */
import { describe, expect, test } from 'vitest';
import { millis } from '../../raft/index.ts';
import { InternalTopic } from '../../src/coordinator-log/index.ts';
import { RemoteVerifier } from '../../src/transactions/index.ts';
import type { AddPartitionsToTxnRequest } from '../../src/wire/index.ts';
import { image, topic, topicId } from '../coordinator/node-bench.ts';
import { TestClock } from '../coordinator/test-clock.ts';
import { bodyOf, HeldCalls } from './broker-bench.ts';
import type { Call } from './broker-bench.ts';

class Bench {
  readonly clock = new TestClock();
  readonly calls = new HeldCalls();
  asked = 0;
  image = image([topic('__transaction_state', topicId(0), [2])]);
  readonly verifier = new RemoteVerifier({
    calls: this.calls,
    topic: new InternalTopic({
      name: '__transaction_state',
      image: () => this.image,
      ensure: () => (this.asked += 1),
    }),
    timeout: millis(1000),
    clock: this.clock,
  });

  verify(id: string, partitions: readonly number[] = [0], adds = false): Promise<readonly number[]> {
    const places = partitions.map((index) => ({ topic: 't', index }));
    return this.verifier.verify({ transactionalId: id, producerId: 7, producerEpoch: 1, adds, partitions: places });
  }

  take(): readonly Call[] {
    return this.calls.calls.splice(0);
  }

  /** All of the request have `code`, but partition 1 has none. */
  async answer(call: Call | undefined, code: number): Promise<void> {
    const { transactions } = bodyOf<AddPartitionsToTxnRequest>(call);
    await call?.answer({
      errorCode: 0,
      resultsByTransaction: transactions.map(({ transactionalId, topics }) => ({
        transactionalId,
        topicResults: topics.map(({ name, partitions }) => ({
          name,
          resultsByPartition: partitions.map((partitionIndex) => ({
            partitionIndex,
            partitionErrorCode: partitionIndex === 1 ? 0 : code,
          })),
        })),
      })),
    });
  }
}

const idsOf = ({ body }: Call): readonly string[] =>
  (body as AddPartitionsToTxnRequest).transactions.map(({ transactionalId }) => transactionalId);

describe('verification', () => {
  test.each([true, false])('goes to the coordinator and is answered in order (adds: %s)', async (adds) => {
    const bench = new Bench();
    const asked = bench.verify('pay', [2, 1, 0], adds);
    const [call] = bench.take();
    expect(call).toMatchObject({ node: 2, api: 'AddPartitionsToTxn', version: 5 });
    expect(bodyOf<AddPartitionsToTxnRequest>(call).transactions[0]).toMatchObject({
      verifyOnly: !adds,
      producerId: 7,
      producerEpoch: 1,
      topics: [{ name: 't', partitions: [2, 1, 0] }],
    });
    await bench.answer(call, 120);
    expect(await asked).toEqual([120, 0, 120]);
  });

  test('of many transactions is one request, of one id never twice in it', async () => {
    const bench = new Bench();
    const all = ['a', 'b', 'c', 'b', 'd'].map((id) => bench.verify(id));
    const [first] = bench.take();
    expect(first === undefined ? [] : idsOf(first)).toEqual(['a']);
    await bench.answer(first, 0);
    const [second] = bench.take();
    expect(second === undefined ? [] : idsOf(second)).toEqual(['b', 'c', 'd']);
    await bench.answer(second, 0);
    const [third] = bench.take();
    expect(third === undefined ? [] : idsOf(third)).toEqual(['b']);
    await bench.answer(third, 49);
    expect(await Promise.all(all)).toEqual([[0], [0], [0], [49], [0]]);
  });

  test('does not wait long for another that takes long', async () => {
    const bench = new Bench();
    void bench.verify('slow');
    bench.take();
    const other = bench.verify('other');
    await bench.clock.advance(21);
    await bench.answer(bench.take()[0], 0);
    expect(await other).toEqual([0]);
  });

  test('without an answer, or an incomplete one, is 15 for each partition; nobody there: 15, and the topic is asked for', async () => {
    const bench = new Bench();
    const lost = bench.verify('pay', [0, 1]);
    await bench.take()[0]?.answer(null);
    expect(await lost).toEqual([15, 15]);
    const odd = bench.verify('pay', [0, 1]);
    await bench.take()[0]?.answer({ errorCode: 0, resultsByTransaction: [] });
    expect(await odd).toEqual([15, 15]);
    bench.image = image([topic('__transaction_state', topicId(0), [null])]);
    expect(await bench.verify('pay')).toEqual([15]);
    bench.image = image([]);
    expect(await bench.verify('pay')).toEqual([15]);
    expect(bench.asked).toBe(1);
  });

  test('of a fenced producer is told as producers know it', async () => {
    const bench = new Bench();
    const asked = bench.verify('pay');
    await bench.answer(bench.take()[0], 90);
    expect(await asked).toEqual([47]);
  });
});
