/** ListOffsets, OffsetForLeaderEpoch, DeleteRecords, InitProducerId. */
import { describe, expect, it } from 'vitest';
import { incarnation, nodeId } from '../../raft/index.ts';
import {
  deleteRecordsHandler,
  initProducerIdHandler,
  listOffsetsHandler,
  offsetForLeaderEpochHandler,
  ProducerIds,
} from '../../src/handlers/index.ts';
import { batchOf, SETTINGS, WALL } from '../partition/partition-rig.ts';
import type { PartitionRig } from '../partition/partition-rig.ts';
import { noTransactions } from './no-transactions.ts';
import { HandlerRig } from './handler-rig.ts';

interface Found {
  readonly errorCode: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly leaderEpoch: number;
}
interface Listed {
  readonly topics: readonly { readonly partitions: readonly Found[] }[];
}

/** Two batches of term 1 at hours 0 and 1, one of term 2 at hour -1. */
async function filled(): Promise<{ rig: HandlerRig; hosted: PartitionRig }> {
  const rig = new HandlerRig();
  const hosted = await rig.host(1, 0);
  hosted.produce(batchOf(2, null, WALL));
  hosted.produce(batchOf(2, null, WALL + 60_000));
  await rig.clock.advance(5);
  hosted.assign(1, 2);
  await rig.clock.advance(5);
  hosted.produce(batchOf(1, null, WALL - 60_000));
  await rig.clock.advance(5);
  return { rig, hosted };
}

function list(
  rig: HandlerRig,
  version: number,
  timestamp: number,
  more: object = {},
  partitions = [0],
): Promise<Listed> {
  const asked = partitions.map((partitionIndex) => ({ partitionIndex, timestamp, ...more }));
  return rig.ask<Listed>(listOffsetsHandler(rig.broker), version, {
    replicaId: -1,
    topics: [{ name: 'orders', partitions: asked }],
  });
}
const only = (listed: Listed): Found | undefined => listed.topics[0]?.partitions[0];

describe('ListOffsets', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])(
    'version %i: earliest, latest, by time, with the record’s term',
    async (version) => {
      const { rig } = await filled();
      const epochs = version >= 4;
      const found = async (timestamp: number): Promise<readonly unknown[]> => {
        const answer = only(await list(rig, version, timestamp));
        return [answer?.errorCode, answer?.offset, answer?.timestamp, ...(epochs ? [answer?.leaderEpoch] : [])];
      };
      const expected = (offset: number, timestamp: number, term: number, code = 0): readonly unknown[] => [
        code,
        offset,
        timestamp,
        ...(epochs ? [term] : []),
      ];
      expect(await found(-2)).toEqual(expected(0, -1, 1));
      expect(await found(-1)).toEqual(expected(5, -1, 2));
      expect(await found(WALL)).toEqual(expected(0, WALL, 1));
      expect(await found(WALL + 1)).toEqual(expected(2, WALL + 60_000, 1));
      expect(await found(WALL + 60_001)).toEqual(expected(-1, -1, -1));
      const unsupported = expected(-1, -1, -1, 35);
      expect(await found(-3)).toEqual(version >= 7 ? expected(2, WALL + 60_000, 1) : unsupported);
      expect(await found(-4)).toEqual(version >= 8 ? expected(0, -1, 1) : unsupported);
      expect(await found(-5)).toEqual(version >= 9 ? expected(-1, -1, -1) : unsupported);
      expect(await found(-6)).toEqual(version >= 11 ? expected(-1, -1, -1) : unsupported);
      expect(await found(-7)).toEqual(unsupported);
    },
  );

  it('a partition named twice is 42, one elsewhere 6, an unknown one 3; terms are checked', async () => {
    const { rig } = await filled();
    expect((await list(rig, 5, -1, {}, [0, 0, 2, 9])).topics[0]?.partitions.map(({ errorCode }) => errorCode)).toEqual([
      42, 42, 6, 3,
    ]);
    const codeOf = async (currentLeaderEpoch: number): Promise<number | undefined> =>
      only(await list(rig, 5, -1, { currentLeaderEpoch }))?.errorCode;
    expect([await codeOf(-1), await codeOf(1), await codeOf(2), await codeOf(3)]).toEqual([0, 74, 0, 75]);
  });

  it('a new leader that does not know its end says 78, and 5 below version 5 (M40)', async () => {
    const rig = new HandlerRig();
    const hosted = await rig.host(1, 0, { nodes: 3 });
    for (const node of [2, 3]) hosted.at(node).log.automatic = false;
    hosted.produce(batchOf(1));
    await rig.clock.advance(20);
    hosted.assign(1, 2);
    await rig.clock.advance(20);
    expect(only(await list(rig, 5, -1))?.errorCode).toBe(78);
    expect(only(await list(rig, 4, -1))?.errorCode).toBe(5);
    expect(only(await list(rig, 5, -2))?.errorCode).toBe(0);
  });
});

describe('OffsetForLeaderEpoch', () => {
  it.each([2, 3, 4])('version %i: the largest term at or below the one asked for, and its end', async (version) => {
    const { rig } = await filled();
    const ask = async (leaderEpoch: number, currentLeaderEpoch = -1): Promise<unknown> => {
      const partitions = [{ partition: 0, currentLeaderEpoch, leaderEpoch }];
      const answer = await rig.ask<{
        topics: readonly { partitions: readonly { errorCode: number; leaderEpoch: number; endOffset: number }[] }[];
      }>(offsetForLeaderEpochHandler(rig.broker), version, {
        replicaId: -1,
        topics: [{ topic: 'orders', partitions }],
      });
      const {
        errorCode,
        leaderEpoch: term,
        endOffset,
      } = answer.topics[0]?.partitions[0] ?? { errorCode: -2, leaderEpoch: -2, endOffset: -2 };
      return [errorCode, term, endOffset];
    };
    expect(await ask(1)).toEqual([0, 1, 4]);
    expect(await ask(2)).toEqual([0, 2, 5]);
    expect(await ask(3)).toEqual([0, -1, -1]);
    expect(await ask(-1)).toEqual([0, -1, -1]);
    expect(await ask(1, 1)).toEqual([74, -1, -1]);
    expect(await ask(1, 3)).toEqual([75, -1, -1]);
  });
});

describe('DeleteRecords', () => {
  interface Deleted {
    readonly topics: readonly {
      readonly partitions: readonly { readonly errorCode: number; readonly lowWatermark: number }[];
    }[];
  }
  const ask = async (
    rig: HandlerRig,
    offset: number,
    name = 'orders',
    partitionIndex = 0,
  ): Promise<readonly unknown[]> => {
    const topics = [{ name, partitions: [{ partitionIndex, offset }] }];
    const answer = await rig.ask<Deleted>(deleteRecordsHandler(rig.broker), 2, { timeoutMs: 1000, topics }, 1100);
    const { errorCode, lowWatermark } = answer.topics[0]?.partitions[0] ?? { errorCode: -2, lowWatermark: -2 };
    return [errorCode, lowWatermark];
  };

  it('moves the log start, never beyond the high watermark and never back', async () => {
    const { rig, hosted } = await filled();
    expect(await ask(rig, 2)).toEqual([0, 2]);
    expect(hosted.partition().logStart).toBe(2);
    expect(await ask(rig, 1)).toEqual([0, 2]);
    expect(await ask(rig, 6)).toEqual([1, -1]);
    expect(await ask(rig, -2)).toEqual([1, -1]);
    expect(await ask(rig, -1)).toEqual([0, 5]);
    expect(hosted.partition().logStart).toBe(5);
  });

  it('is answered when every ISR member has the new start on disk; 7 when one has not in time', async () => {
    const rig = new HandlerRig();
    const hosted = await rig.host(1, 0, { nodes: 3 });
    hosted.produce(batchOf(2));
    await rig.clock.advance(300);
    hosted.at(3).log.automatic = false;
    const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, offset: 2 }] }];
    const body = { timeoutMs: 1000, topics };
    const asked = rig.send<Deleted>(deleteRecordsHandler(rig.broker), 2, body);
    await rig.clock.advance(500);
    expect(asked.body).toBeNull();
    hosted.at(3).log.flush();
    await rig.clock.advance(20);
    expect(asked.body?.topics[0]?.partitions[0]).toMatchObject({ errorCode: 0, lowWatermark: 2 });
    hosted.produce(batchOf(1), 'leader');
    await rig.clock.advance(20);
    hosted.at(3).log.flush();
    await rig.clock.advance(20);
    expect(await ask(rig, 3)).toEqual([7, -1]);
  });

  it('refuses internal topics with 17, unknown ones with 3, replicas elsewhere with 6, and compacted topics with 44', async () => {
    const { rig } = await filled();
    expect(await ask(rig, 0, '__consumer_offsets')).toEqual([17, -1]);
    expect(await ask(rig, 0, 'nothing')).toEqual([3, -1]);
    expect(await ask(rig, 0, 'orders', 2)).toEqual([6, -1]);
    const compacted = new HandlerRig();
    await compacted.host(1, 0, { nodes: 1, settings: { ...SETTINGS, log: { ...SETTINGS.log, delete: false } } });
    expect(await ask(compacted, 0)).toEqual([44, -1]);
  });
});

describe('InitProducerId', () => {
  function ids(blocks: readonly (number | null)[]): {
    rig: HandlerRig;
    asked: () => number;
    handler: ReturnType<typeof initProducerIdHandler>;
  } {
    let asked = 0;
    const producerIds = new ProducerIds({
      self: nodeId(1),
      incarnation: incarnation('life-1-1'),
      commands: {
        submit: async () => {
          const block = blocks[asked] ?? null;
          asked += 1;
          await Promise.resolve();
          return (
            block === null
              ? { kind: 'unknown', reason: 'timeout' }
              : { kind: 'answer', answer: { kind: 'done', value: { first: block, count: 3 } } }
          ) as never;
        },
      },
    });
    return { rig: new HandlerRig(), asked: () => asked, handler: initProducerIdHandler(producerIds, noTransactions()) };
  }

  it.each([0, 1, 2, 3, 4, 5])('version %i: a fresh id and epoch 0, whatever was passed', async (version) => {
    const { rig, handler } = ids([10]);
    const passed = version >= 3 ? { producerId: 77, producerEpoch: 5 } : {};
    expect(
      await rig.ask(handler, version, { transactionalId: null, transactionTimeoutMs: 0, ...passed }),
    ).toMatchObject({ errorCode: 0, producerId: 10, producerEpoch: 0 });
    expect(await rig.ask(handler, version, { transactionalId: 'tx', transactionTimeoutMs: 60_000 })).toMatchObject({
      errorCode: 15,
      producerId: -1,
    });
  });

  it('many at once share a block, no id is given twice, and a block is asked for once', async () => {
    const { rig, handler, asked } = ids([10, 50, null, 90]);
    const requests = Array.from({ length: 8 }, () =>
      rig.send<{ producerId: number; errorCode: number }>(handler, 0, {
        transactionalId: null,
        transactionTimeoutMs: 0,
      }),
    );
    await rig.clock.advance(10);
    expect(requests.map(({ body }) => body?.producerId)).toEqual([10, 11, 12, 50, 51, 52, -1, -1]);
    expect(requests.slice(6).map(({ body }) => body?.errorCode)).toEqual([14, 14]);
    expect(asked()).toBe(3);
    expect(await rig.ask(handler, 0, { transactionalId: null, transactionTimeoutMs: 0 })).toMatchObject({
      producerId: 90,
    });
  });
});
