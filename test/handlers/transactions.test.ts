/**
 * Transactions at the leader of a partition, over the wire: the first batch of each is verified, markers end it, readers of
 * committed records wait for that, and admins see who is open.
 */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../raft/index.ts';
import {
  describeProducersHandler,
  fetchHandler,
  FetchSessions,
  listOffsetsHandler,
  produceHandler,
  writeTxnMarkersHandler,
} from '../../src/handlers/index.ts';
import type { MarkerHooks } from '../../src/handlers/index.ts';
import type { ApiHandler } from '../../src/server/index.ts';
import { batchOf, WALL } from '../partition/partition-rig.ts';
import { body as fetchBody, first, produce } from './fetch-rig.ts';
import type { FetchAnswer } from './fetch-rig.ts';
import { HandlerRig } from './handler-rig.ts';
import { at, codes, inside, producing } from './transaction-rig.ts';
import type { Produced } from './transaction-rig.ts';

describe('the first batch of a transaction', () => {
  it('is verified once; those that follow are appended as they are, until a marker ends it', async () => {
    const { rig, hosted, verifier, send } = await producing();
    const sent = [send(11, [inside(0)]), send(11, [inside(1)]), send(11, [inside(2)])];
    await rig.clock.advance(10);
    expect(sent.map(codes)).toEqual([[at(0)], [at(1)], [at(2)]]);
    expect(verifier.asked).toEqual([
      {
        transactionalId: 'tx',
        producerId: 7,
        producerEpoch: 0,
        adds: false,
        partitions: [{ topic: 'orders', index: 0 }],
      },
    ]);
    hosted.mark({ producerId: 7, committed: true });
    const next = send(12, [inside(3)]);
    await rig.clock.advance(10);
    expect([codes(next), verifier.asked[1]?.adds]).toEqual([[at(4)], true]);
  });

  it('is not overtaken by later ones of the same producer, while all others go on', async () => {
    const { rig, verifier, send } = await producing(null);
    const sent = [send(11, [inside(0)]), send(11, [inside(1)]), send(11, [batchOf(1)], null), send(11, [inside(2)])];
    await rig.clock.advance(10);
    expect(sent.map(codes)).toEqual([null, null, [at(0)], null]);
    verifier.answer(0);
    await rig.clock.advance(10);
    expect(sent.map(codes)).toEqual([[at(1)], [at(2)], [at(0)], [at(3)]]);
    expect(verifier.asked).toHaveLength(1);
  });

  it('that is refused lets no later one take its place; the repeat may come', async () => {
    const { rig, verifier, send } = await producing(null);
    const sent = [send(11, [inside(4)]), send(11, [inside(5)])];
    await rig.clock.advance(10);
    verifier.answer(15);
    await rig.clock.advance(10);
    expect(sent.map(codes)).toEqual([[19], [45]]);
    verifier.automatic = 0;
    const again = [send(11, [inside(4)]), send(11, [inside(5)])];
    await rig.clock.advance(10);
    expect(again.map(codes)).toEqual([[at(0)], [at(1)]]);
  });

  it('is verified again when a marker of its producer was written meanwhile: what was answered may be over', async () => {
    const { rig, hosted, verifier, send } = await producing(null);
    const sent = [send(11, [inside(0)]), send(11, [inside(1)])];
    await rig.clock.advance(10);
    hosted.mark({ producerId: 7, committed: false });
    verifier.answer(0);
    await rig.clock.advance(10);
    expect(verifier.asked).toHaveLength(2);
    expect(hosted.stored()).toEqual(['0:1']);
    verifier.answer(0);
    await rig.clock.advance(10);
    // The marker that ends a transaction comes before the batches of the next.
    expect(sent.map(codes)).toEqual([[at(1)], [at(2)]]);
  });

  it('is not appended when its transaction turns out to be over', async () => {
    const { rig, hosted, verifier, send } = await producing(null);
    const sent = send(11, [inside(0)]);
    await rig.clock.advance(10);
    hosted.mark({ producerId: 7, committed: false });
    verifier.answer(0);
    await rig.clock.advance(10);
    verifier.answer(120);
    await rig.clock.advance(10);
    expect(codes(sent)).toEqual([120]);
    expect(hosted.stored()).toEqual(['0:1']);
  });

  it('is not appended when the leadership was lost meanwhile, and is answered at once', async () => {
    const { rig, hosted, verifier, send } = await producing(null, { nodes: 3 });
    const sent = [send(11, [inside(0)]), send(11, [inside(1)])];
    await rig.clock.advance(10);
    hosted.assign(2, 2);
    await rig.clock.advance(1);
    expect(sent.map(codes)).toEqual([[6], [6]]);
    verifier.answer(0);
    await rig.clock.advance(100);
    expect(hosted.stored()).toEqual([]);
  });

  it('of all partitions of one request are verified in one call', async () => {
    const { rig, verifier, send } = await producing();
    const sent = send(12, [inside(0), inside(0)]);
    await rig.clock.advance(10);
    expect(codes(sent)).toEqual([at(0), at(0)]);
    expect(verifier.asked.map(({ partitions }) => partitions.map(({ index }) => index))).toEqual([[0, 1]]);
  });

  it('is repeated by its client for a duplicate without a second question', async () => {
    const { rig, verifier, send } = await producing();
    const sent = [send(11, [inside(0)]), send(11, [inside(0)])];
    await rig.clock.advance(10);
    expect([sent.map(codes), verifier.asked.length]).toEqual([[[at(0)], [at(0)]], 1]);
  });

  it('must have sequence 0 where the producer is not known (Produce 12); older clients may begin anywhere', async () => {
    const { rig, send } = await producing();
    const late = send(12, [inside(3)]);
    await rig.clock.advance(10);
    expect(codes(late)).toEqual([45]);
    const old = send(11, [inside(3)]);
    await rig.clock.advance(10);
    expect(codes(old)).toEqual([at(0)]);
  });

  it.each([
    [9, 120, 48],
    [10, 48, 48],
    [11, 120, 120],
    [12, 120, 120],
    [13, 120, 120],
    [9, 14, 19],
    [12, 15, 19],
    [12, 16, 19],
    [11, 51, 19],
    [11, 90, 47],
    [12, 49, 49],
  ])('version %i: what the coordinator answers with %i is shown as %i', async (version, says, shown) => {
    const { rig, hosted, send } = await producing(says);
    const sent = send(version, [inside(0)]);
    await rig.clock.advance(10);
    expect(codes(sent)).toEqual([shown]);
    expect(hosted.stored()).toEqual([]);
  });

  it('is asked for again while the transaction before it is being ended (Produce 12), but not for ever', async () => {
    const { rig, verifier, send } = await producing(51);
    const soon = send(12, [inside(0)]);
    await rig.clock.advance(50);
    expect(codes(soon)).toBeNull();
    verifier.automatic = 0;
    await rig.clock.advance(20);
    expect(codes(soon)).toEqual([at(0)]);
    verifier.automatic = 51;
    const never = send(12, [inside(0, { producerId: 8 })]);
    await rig.clock.advance(200);
    expect(codes(never)).toEqual([51]);
  });
});

describe('what does not fit the transaction', () => {
  it('a transactional batch in a request without transactional id is refused with all of the request', async () => {
    const { rig, hosted, send } = await producing();
    const sent = send(9, [inside(0), batchOf(1)], null);
    await rig.clock.advance(10);
    expect(codes(sent)).toEqual([53, 53]);
    expect(hosted.stored()).toEqual([]);
  });

  it('a batch of the same producer that is not transactional is refused while the transaction is open', async () => {
    const { rig, hosted, send } = await producing();
    send(9, [inside(0)]);
    const plain = send(9, [batchOf(1, { producerId: 7, sequence: 1 })]);
    const other = send(9, [batchOf(1, { producerId: 8, sequence: 0 })]);
    await rig.clock.advance(10);
    // The transaction was being verified, and only its own producer waited for that.
    expect([plain, other].map(codes)).toEqual([[48], [at(0)]]);
    expect(hosted.stored()).toHaveLength(2);
  });

  it('nobody to ask: the client is told to come again', async () => {
    const rig = new HandlerRig();
    await rig.host(1, 0);
    const topicData = [{ name: 'orders', partitionData: [{ index: 0, records: [inside(0)] }] }];
    const body = { transactionalId: 'tx', acks: -1, timeoutMs: 1000, topicData };
    const answer = await rig.ask<Produced>(produceHandler(rig.broker), 9, body);
    expect(answer.responses[0]?.partitionResponses[0]?.errorCode).toBe(19);
  });
});

interface Marked {
  readonly markers: readonly {
    readonly producerId: number;
    readonly topics: readonly {
      readonly name: string;
      readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[];
    }[];
  }[];
}

const marker = (topics: readonly (readonly [string, readonly number[]])[], more: object = {}): object => ({
  producerId: 7,
  producerEpoch: 0,
  transactionResult: true,
  coordinatorEpoch: 3,
  topics: topics.map(([name, partitionIndexes]) => ({ name, partitionIndexes })),
  ...more,
});
const markedCodes = ({ markers }: Marked): readonly (readonly number[])[] =>
  markers.map(({ topics }) => topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode)));

function marking(rig: HandlerRig, onOffsetsMarker: MarkerHooks['onOffsetsMarker'] = () => undefined): ApiHandler {
  return writeTxnMarkersHandler(rig.broker, { onOffsetsMarker });
}

describe('markers', () => {
  it.each([1, 2])('version %i: each partition has its own answer; senseless producers are refused', async (version) => {
    const rig = new HandlerRig();
    const hosted = await rig.host(1, 0);
    const topics = [
      ['orders', [0, 2, 9]],
      ['nowhere', [0]],
    ] as const;
    const markers = [marker(topics), marker([['orders', [0]]], { producerId: -1 })];
    const answer = await rig.ask<Marked>(marking(rig), version, { markers });
    expect(markedCodes(answer)).toEqual([[0, 6, 3, 3], [42]]);
    expect(hosted.stored()).toEqual(['0:1']);
    const older = { markers: [marker([['orders', [0]]], { coordinatorEpoch: 2 })] };
    expect(markedCodes(await rig.ask<Marked>(marking(rig), version, older))).toEqual([[52]]);
  });

  it('TV2 is told by version 2 alone: there, an epoch whose transaction is open is fenced', async () => {
    const { rig, send } = await producing();
    send(12, [inside(0)]);
    await rig.clock.advance(10);
    const asked = { markers: [marker([['orders', [0]]], { transactionVersion: 2 })] };
    expect(markedCodes(await rig.ask<Marked>(marking(rig), 2, asked))).toEqual([[47]]);
    const next = { markers: [marker([['orders', [0]]], { transactionVersion: 2, producerEpoch: 1 })] };
    expect(markedCodes(await rig.ask<Marked>(marking(rig), 2, next))).toEqual([[0]]);
  });

  it('in __consumer_offsets reach the group coordinator when they are committed, and the answer waits for it', async () => {
    const rig = new HandlerRig();
    await rig.host(2, 0);
    const told: unknown[] = [];
    const open: { done: () => void } = { done: () => undefined };
    const handler = marking(rig, (partition, { producerId, committed }, end) => {
      told.push([partition.id.index, producerId, committed, end, partition.highWatermark]);
      return new Promise((resolve) => (open.done = resolve));
    });
    const asked = rig.send<Marked>(handler, 1, { markers: [marker([['__consumer_offsets', [0]]])] });
    await rig.clock.advance(10);
    expect([told, asked.body]).toEqual([[[0, 7, true, 1, 1]], null]);
    open.done();
    await rig.clock.advance(1);
    expect(asked.body).not.toBeNull();
  });

  it('that cannot be committed are answered 7 in the end', async () => {
    const rig = new HandlerRig();
    const hosted = await rig.host(1, 0, { nodes: 3 });
    for (const node of [2, 3]) hosted.at(node).log.automatic = false;
    const asked = rig.send<Marked>(marking(rig), 1, { markers: [marker([['orders', [0]]])] });
    await rig.clock.advance(29_000);
    expect(asked.body).toBeNull();
    await rig.clock.advance(1_001);
    expect(asked.body === null ? null : markedCodes(asked.body)).toEqual([[7]]);
  });
});

describe('readers', () => {
  it('of committed records are woken by the marker, and told what was aborted; ListOffsets agrees', async () => {
    const { rig, hosted, send } = await producing();
    const fetches = fetchHandler(rig.broker, new FetchSessions(10, seededRandom('sessions')), {
      fetchBytesMax: 1 << 20,
      bytesLeft: () => Number.POSITIVE_INFINITY,
    });
    await produce(hosted, 1);
    send(11, [inside(0)]);
    await rig.clock.advance(5);
    await produce(hosted, 1);
    const wait = { maxWaitMs: 500, minBytes: 1, isolationLevel: 1 };
    const early = await rig.ask<FetchAnswer>(fetches, 12, fetchBody([{ partition: 0 }], wait));
    expect(first(early)).toMatchObject({ highWatermark: 3, lastStableOffset: 1, abortedTransactions: [] });
    const parked = rig.send<FetchAnswer>(fetches, 12, fetchBody([{ partition: 0, fetchOffset: 1 }], wait));
    await produce(hosted, 1);
    await rig.clock.advance(100);
    expect(parked.body).toBeNull();
    hosted.mark({ producerId: 7, committed: false });
    await rig.clock.advance(10);
    expect(parked.body === null ? null : first(parked.body)).toMatchObject({
      highWatermark: 5,
      lastStableOffset: 5,
      abortedTransactions: [{ producerId: 7, firstOffset: 1 }],
    });
    const plain = await rig.ask<FetchAnswer>(fetches, 12, fetchBody([{ partition: 0 }]));
    expect(first(plain)).toMatchObject({ lastStableOffset: 5, abortedTransactions: null });
  });

  it('latest is the last stable offset, and no time above it is found', async () => {
    const { rig, hosted, send } = await producing();
    await produce(hosted, 1);
    send(11, [inside(0)]);
    await rig.clock.advance(5);
    hosted.produce(batchOf(1, null, WALL + 5));
    await rig.clock.advance(5);
    const ask = async (isolationLevel: number, timestamp: number): Promise<unknown> => {
      const partitions = [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp }];
      const body = { replicaId: -1, isolationLevel, topics: [{ name: 'orders', partitions }] };
      const answer = await rig.ask<{ topics: { partitions: { offset: number }[] }[] }>(
        listOffsetsHandler(rig.broker),
        7,
        body,
      );
      return answer.topics[0]?.partitions[0]?.offset;
    };
    expect([await ask(0, -1), await ask(1, -1)]).toEqual([3, 1]);
    expect(await ask(1, -2)).toBe(0);
    expect([await ask(0, WALL), await ask(0, WALL + 1), await ask(1, WALL + 1)]).toEqual([0, 2, -1]);
  });
});

describe('DescribeProducers', () => {
  it('shows who is open, and since when', async () => {
    const { rig, send } = await producing();
    send(11, [inside(4)]);
    await rig.clock.advance(10);
    interface Described {
      readonly topics: readonly {
        readonly partitions: readonly { readonly errorCode: number; readonly activeProducers: readonly object[] }[];
      }[];
    }
    const body = { topics: [{ name: 'orders', partitionIndexes: [0, 2, 9] }] };
    const answer = await rig.ask<Described>(describeProducersHandler(rig.broker), 0, body);
    const partitions = answer.topics[0]?.partitions ?? [];
    expect(partitions.map(({ errorCode }) => errorCode)).toEqual([0, 6, 3]);
    expect(partitions[0]?.activeProducers).toMatchObject([
      { producerId: 7, producerEpoch: 0, lastSequence: 4, coordinatorEpoch: -1, currentTxnStartOffset: 0 },
    ]);
  });
});
