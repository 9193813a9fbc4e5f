/** Markers find the leaders, many in one request, again and again until they are written, and nobody holds up anybody for long. */
import { describe, expect, test } from 'vitest';
import { term } from '../../raft/index.ts';
import { MarkerSender } from '../../src/transactions/index.ts';
import type { MarkerJob } from '../../src/transactions/marker-job.ts';
import type { WriteTxnMarkersRequest } from '../../src/wire/index.ts';
import { image, SILENT, topic, topicId } from '../coordinator/node-bench.ts';
import { TestClock } from '../coordinator/test-clock.ts';
import { bodyOf, HeldCalls } from './broker-bench.ts';
import type { Call } from './broker-bench.ts';

class Bench {
  readonly clock = new TestClock();
  readonly calls = new HeldCalls();
  image = image([topic('t', topicId(1), [1, 2, 1]), topic('u', topicId(2), [2])]);
  readonly sender = new MarkerSender({
    calls: this.calls,
    image: () => this.image,
    clock: this.clock,
    sink: SILENT,
    settings: { markerRetryMs: 50, markerTimeoutMs: 1000 },
  });
  readonly done: string[] = [];
  over = false;

  send(name: string, partitions: Readonly<Record<string, readonly number[]>>, producerId = 7): void {
    const job: MarkerJob = {
      transactionalId: name,
      marker: { producerId, producerEpoch: 3, committed: true, coordinatorTerm: term(9), transactionVersion: 2 },
      partitions: new Map(Object.entries(partitions).map(([each, indexes]) => [each, new Set(indexes)])),
      active: () => !this.over,
      done: () => void this.done.push(name),
    };
    this.sender.send(job);
  }

  /** Answers with `code` for all of the request, or for the partitions that `codes` names. */
  async answer(call: Call | undefined, code: number, codes: Readonly<Record<string, number>> = {}): Promise<void> {
    const { markers } = bodyOf<WriteTxnMarkersRequest>(call);
    await call?.answer({
      markers: markers.map(({ producerId, topics }) => ({
        producerId,
        topics: topics.map(({ name, partitionIndexes }) => ({
          name,
          partitions: partitionIndexes.map((partitionIndex) => ({
            partitionIndex,
            errorCode: codes[`${name}-${partitionIndex}`] ?? code,
          })),
        })),
      })),
    });
  }

  take(): readonly Call[] {
    return this.calls.calls.splice(0);
  }
}

const placesOf = ({ body }: Call): readonly string[] =>
  (body as WriteTxnMarkersRequest).markers.flatMap(({ producerId, topics }) =>
    topics.flatMap(({ name, partitionIndexes }) => partitionIndexes.map((index) => `${producerId}:${name}-${index}`)),
  );

describe('markers', () => {
  test('go to the leader of each partition, in one request for each node', async () => {
    const bench = new Bench();
    bench.send('pay', { t: [0, 1, 2], u: [0] });
    const calls = bench.take();
    expect(calls.map(({ node, api, version }) => [node, api, version])).toEqual([
      [1, 'WriteTxnMarkers', 2],
      [2, 'WriteTxnMarkers', 2],
    ]);
    expect(calls.map(placesOf)).toEqual([
      ['7:t-0', '7:t-2'],
      ['7:t-1', '7:u-0'],
    ]);
    expect(bodyOf<WriteTxnMarkersRequest>(calls[0]).markers[0]).toMatchObject({
      producerEpoch: 3,
      transactionResult: true,
      coordinatorEpoch: 9,
      transactionVersion: 2,
    });
    await bench.answer(calls[0], 0);
    expect(bench.done).toEqual([]);
    await bench.answer(calls[1], 0);
    expect(bench.done).toEqual(['pay']);
  });

  test('of a transaction without partitions are done at once', () => {
    const bench = new Bench();
    bench.send('pay', {});
    expect(bench.done).toEqual(['pay']);
    expect(bench.take()).toEqual([]);
  });

  test('of several transactions leave together once an answer is there', async () => {
    const bench = new Bench();
    bench.send('a', { t: [0] }, 1);
    bench.send('b', { t: [0] }, 2);
    bench.send('c', { t: [2] }, 3);
    const [first, ...others] = bench.take();
    expect(others).toEqual([]);
    await bench.answer(first, 0);
    const [second] = bench.take();
    expect(second === undefined ? [] : placesOf(second)).toEqual(['2:t-0', '3:t-2']);
    await bench.answer(second, 0);
    expect(bench.done).toEqual(['a', 'b', 'c']);
  });

  test('do not wait long for a request whose answer takes long', async () => {
    const bench = new Bench();
    bench.send('slow', { t: [0] }, 1);
    bench.take();
    bench.send('other', { t: [2] }, 2);
    await bench.clock.advance(19);
    expect(bench.take()).toEqual([]);
    await bench.clock.advance(2);
    const [call] = bench.take();
    await bench.answer(call, 0);
    expect(bench.done).toEqual(['other']);
  });

  test.each([
    ['no answer', null],
    ['NOT_LEADER_OR_FOLLOWER', 6],
    ['NOT_ENOUGH_REPLICAS', 19],
    ['REQUEST_TIMED_OUT', 7],
    ['UNKNOWN_TOPIC_OR_PARTITION', 3],
    ['KAFKA_STORAGE_ERROR', 56],
    ['COORDINATOR_LOAD_IN_PROGRESS', 14],
  ] as const)('that were not written (%s) are sent again, to whoever leads then', async (_, code) => {
    const bench = new Bench();
    bench.send('pay', { t: [0, 2] });
    const [first] = bench.take();
    if (code === null) await first?.answer(null);
    else await bench.answer(first, 0, { 't-2': code });
    bench.image = image([topic('t', topicId(1), [1, 2, 2])]);
    await bench.clock.advance(60);
    const again = bench.take();
    expect(again.map((call) => [call.node, ...placesOf(call)])).toEqual(
      code === null
        ? [
            [1, '7:t-0'],
            [2, '7:t-2'],
          ]
        : [[2, '7:t-2']],
    );
    for (const call of again) await bench.answer(call, 0);
    expect(bench.done).toEqual(['pay']);
  });

  test('wait while a partition has no leader', async () => {
    const bench = new Bench();
    bench.image = image([topic('t', topicId(1), [null])]);
    bench.send('pay', { t: [0] });
    await bench.clock.advance(500);
    expect(bench.take()).toEqual([]);
    bench.image = image([topic('t', topicId(1), [2])]);
    await bench.clock.advance(60);
    await bench.answer(bench.take()[0], 0);
    expect(bench.done).toEqual(['pay']);
  });

  test('in topics that were deleted are not missed', async () => {
    const bench = new Bench();
    bench.send('pay', { t: [0], gone: [0, 1] });
    await bench.answer(bench.take()[0], 0);
    expect(bench.done).toEqual(['pay']);
    bench.send('all gone', { gone: [0] });
    expect(bench.done).toEqual(['pay', 'all gone']);
  });

  test('that are older than the producer there are not sent for ever', async () => {
    const bench = new Bench();
    bench.send('pay', { t: [0] });
    await bench.answer(bench.take()[0], 47);
    expect(bench.done).toEqual(['pay']);
  });

  test('are not sent any more when the term is over, whoever has refused them', async () => {
    const bench = new Bench();
    bench.send('pay', { t: [0] });
    await bench.answer(bench.take()[0], 52);
    bench.over = true;
    await bench.clock.advance(1000);
    expect(bench.take()).toEqual([]);
    expect(bench.done).toEqual([]);
  });
});
