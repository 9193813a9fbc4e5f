/** Offsets inside of transactions: pending until the marker, in every version, across terms, and never without a transaction. */
import { describe, expect, test } from 'vitest';
import type { VerifyOffsets } from '../../src/coordinator/index.ts';
import { NodeBench } from './node-bench.ts';

const UNSTABLE = 88;

interface Commit {
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly group?: string;
  readonly member?: string;
  readonly generation?: number;
  readonly version?: number;
  readonly partition?: number;
  readonly topic?: string;
}

class Bench extends NodeBench {
  asked: Parameters<VerifyOffsets>[0][] = [];
  answers: number[] = [];

  constructor() {
    super();
    this.verify = (request) => {
      this.asked.push(request);
      return Promise.resolve([this.answers.shift() ?? 0]);
    };
  }

  async txnCommit(position: number, more: Commit = {}): Promise<number> {
    const { version = 3, producerId = 7, producerEpoch = 1, group = 'g', partition = 0, topic = 'orders' } = more;
    const request = {
      transactionalId: 'pay',
      groupId: group,
      producerId,
      producerEpoch,
      generationId: more.generation ?? -1,
      memberId: more.member ?? '',
      topics: [
        {
          name: topic,
          partitions: [{ partitionIndex: partition, committedOffset: position, committedMetadata: 'm' }],
        },
      ],
    };
    const answered = this.ask('txnOffsetCommit', version, request);
    if (!this.log.held) await this.clock.advance(0);
    return (await answered).topics[0]?.partitions[0]?.errorCode ?? -99;
  }

  /** The marker of a producer's transaction is written here, and committed. */
  async end(committed: boolean, producerId = 7): Promise<void> {
    const marker = { producerId, producerEpoch: 1, committed };
    this.log.appendMarker(marker);
    this.coordinator.transactionEnded(0, marker);
    await this.clock.advance(0);
  }

  /** Offset and error of orders-0 for somebody who wants stable offsets. */
  async stableFetch(version = 8, all = false): Promise<readonly [offset: number, error: number]> {
    const topics = all ? null : [{ name: 'orders', partitionIndexes: [0] }];
    const request = version >= 8 ? { groups: [{ groupId: 'g', topics }] } : { groupId: 'g', topics };
    const answered = this.ask('offsetFetch', version, { ...request, requireStable: true });
    await this.clock.advance(0);
    const { groups, topics: old } = await answered;
    const found = (groups[0]?.topics ?? old)[0]?.partitions[0];
    return [found?.committedOffset ?? -9, found?.errorCode ?? -9];
  }
}

async function ready(): Promise<Bench> {
  const bench = new Bench();
  await bench.lead();
  return bench;
}

describe('offsets of a transaction', () => {
  test.each([0, 1, 2, 3, 4, 5])('count when it commits, in version %i', async (version) => {
    const bench = await ready();
    expect(await bench.txnCommit(5, { version })).toBe(0);
    expect(bench.asked).toEqual([
      {
        transactionalId: 'pay',
        producerId: 7,
        producerEpoch: 1,
        adds: version >= 5,
        partitions: [{ topic: '__consumer_offsets', index: 0 }],
      },
    ]);
    expect(await bench.fetch('g')).toBe(-1);
    expect(await bench.stableFetch()).toEqual([-1, UNSTABLE]);
    await bench.end(true);
    expect(await bench.fetch('g')).toBe(5);
    expect(await bench.stableFetch()).toEqual([5, 0]);
  });

  test('never did when it aborts, and nothing is left of a group that was made for them', async () => {
    const bench = await ready();
    await bench.txnCommit(5);
    expect(bench.coordinator.partitions()[0]?.group('g')).not.toBeNull();
    await bench.end(false);
    expect(await bench.fetch('g')).toBe(-1);
    expect(await bench.stableFetch()).toEqual([-1, 0]);
    expect(bench.coordinator.partitions()[0]?.group('g')).toBeNull();
  });

  test('leave what counted before as it was until then', async () => {
    const bench = await ready();
    await bench.commit('g', 3);
    await bench.txnCommit(5);
    expect(await bench.fetch('g')).toBe(3);
    expect(await bench.stableFetch(8, true)).toEqual([-1, UNSTABLE]);
    expect(await bench.stableFetch(7)).toEqual([-1, UNSTABLE]);
    await bench.end(false);
    expect(await bench.stableFetch(8, true)).toEqual([3, 0]);
    await bench.txnCommit(6);
    await bench.end(true);
    expect(await bench.fetch('g')).toBe(6);
  });

  test('do not go before a commit outside that was written behind them', async () => {
    const bench = await ready();
    await bench.txnCommit(5);
    await bench.commit('g', 9);
    await bench.end(true);
    expect(await bench.fetch('g')).toBe(9);
    await bench.lead();
    expect(await bench.fetch('g')).toBe(9);
  });

  test('of two producers are apart', async () => {
    const bench = await ready();
    await bench.txnCommit(5, { producerId: 7 });
    await bench.txnCommit(6, { producerId: 8 });
    await bench.end(false, 8);
    expect(await bench.stableFetch()).toEqual([-1, UNSTABLE]);
    await bench.end(true, 7);
    expect(await bench.stableFetch()).toEqual([5, 0]);
  });

  test('the last of a producer is the one that counts', async () => {
    const bench = await ready();
    for (const position of [5, 6, 4]) expect(await bench.txnCommit(position)).toBe(0);
    // Asked once: the transaction is known to be open here.
    expect(bench.asked).toHaveLength(1);
    await bench.end(true);
    expect(await bench.fetch('g')).toBe(4);
    expect(await bench.txnCommit(8)).toBe(0);
    expect(bench.asked).toHaveLength(2);
  });

  test('are found again by a later coordinator, pending, committed or aborted', async () => {
    const bench = await ready();
    await bench.txnCommit(5);
    await bench.lead();
    expect(await bench.stableFetch()).toEqual([-1, UNSTABLE]);
    await bench.end(true);
    await bench.lead();
    expect(await bench.stableFetch()).toEqual([5, 0]);
    await bench.txnCommit(6);
    await bench.end(false);
    await bench.lead();
    expect(await bench.stableFetch()).toEqual([5, 0]);
  });

  test('end also while the coordinator reads its log', async () => {
    const bench = await ready();
    await bench.txnCommit(5);
    bench.log.readsHeld = true;
    bench.coordinator.lead(bench.log.lead(true));
    bench.log.commit();
    await bench.end(true);
    bench.log.openReads();
    await bench.loaded();
    expect(await bench.stableFetch()).toEqual([5, 0]);
  });

  test('are deleted with the offset that they would replace', async () => {
    const bench = await ready();
    await bench.commit('g', 3);
    await bench.txnCommit(5);
    const answered = bench.ask('offsetDelete', 0, {
      groupId: 'g',
      topics: [{ name: 'orders', partitions: [{ partitionIndex: 0 }] }],
    });
    await bench.clock.advance(0);
    expect((await answered).topics[0]?.partitions[0]?.errorCode).toBe(0);
    await bench.end(true);
    expect(await bench.stableFetch()).toEqual([-1, 0]);
    await bench.lead();
    expect(await bench.stableFetch()).toEqual([-1, 0]);
  });
});

describe('a group that is deleted', () => {
  test('takes its pending offsets with it', async () => {
    const bench = await ready();
    await bench.commit('g', 3);
    await bench.txnCommit(5);
    await bench.txnCommit(6, { partition: 1 });
    const deleted = bench.ask('deleteGroups', 2, { groupsNames: ['g'] });
    await bench.clock.advance(0);
    expect((await deleted).results[0]?.errorCode).toBe(0);
    await bench.end(true);
    expect(await bench.fetch('g')).toBe(-1);
    expect(await bench.fetch('g', 1)).toBe(-1);
    expect(bench.coordinator.partitions()[0]?.group('g')).toBeNull();
    await bench.lead();
    expect(await bench.fetch('g', 1)).toBe(-1);
  });
});

describe('verification', () => {
  test.each([
    ['not in the transaction', 120, [48, 48, 48, 48, 120, 120]],
    ['the transaction is ending', 51, [15, 15, 15, 15, 15, 51]],
    ['its coordinator is away', 15, [15, 15, 15, 15, 15, 15]],
    ['its coordinator has moved', 16, [15, 15, 15, 15, 15, 15]],
    ['its coordinator is loading', 14, [14, 14, 14, 14, 14, 14]],
    ['a newer epoch', 47, [47, 47, 47, 47, 47, 47]],
    ['another producer id', 49, [49, 49, 49, 49, 49, 49]],
  ] as const)('%s: %i is told as each version knows it, and nothing is written', async (_, error, codes) => {
    for (const [version, code] of codes.entries()) {
      const bench = await ready();
      bench.answers = [error];
      expect(await bench.txnCommit(5, { version })).toBe(code);
      expect(bench.log.records()).toEqual([]);
    }
  });

  test('is asked for again when a marker of the producer was written meanwhile', async () => {
    const bench = await ready();
    const answers = [0, 120];
    bench.verify = async () => {
      const answer = answers.shift() ?? 0;
      if (answers.length === 1) await bench.end(false);
      return [answer];
    };
    expect(await bench.txnCommit(5)).toBe(48);
    expect(await bench.stableFetch()).toEqual([-1, 0]);
  });

  test('that ends after the coordinator has moved ends in 16', async () => {
    const bench = await ready();
    bench.verify = async () => {
      await bench.lead();
      return [0];
    };
    expect(await bench.txnCommit(5)).toBe(16);
  });
});

describe('members', () => {
  test('commit with their generation, as outside of transactions', async () => {
    const bench = await ready();
    const { id, generation } = await bench.stable('g');
    expect(await bench.txnCommit(5, { member: id, generation })).toBe(0);
    expect(await bench.txnCommit(5, { member: id, generation: generation + 1 })).toBe(22);
    expect(await bench.txnCommit(5, { member: 'stranger', generation })).toBe(25);
    // Old versions have no place for either.
    expect(await bench.txnCommit(5, { version: 0 })).toBe(0);
    expect(await bench.txnCommit(5, { member: 'nobody', generation: 1, group: 'none' })).toBe(22);
  });

  test('groups, topics and partitions that do not exist are told apart', async () => {
    const bench = await ready();
    expect(await bench.txnCommit(5, { group: '' })).toBe(24);
    expect(await bench.txnCommit(5, { topic: 'nowhere' })).toBe(3);
    expect(await bench.txnCommit(5, { partition: 3 })).toBe(3);
    expect(bench.log.records()).toEqual([]);
    bench.log.refuse = 'producer-fenced';
    expect(await bench.txnCommit(5)).toBe(47);
  });
});

describe('a log that is written anew', () => {
  test('keeps pending offsets, and what they would replace, where they are', async () => {
    const bench = await ready();
    const small = { compactionBytesMin: 1500, compactionFactor: 2 };
    Object.assign(bench.coordinator.options.settings, small);
    await bench.lead();
    await bench.commit('g', 3);
    await bench.txnCommit(5);
    for (let index = 0; index < 60; index += 1) await bench.commit('other', index);
    expect(bench.log.logStart).toBe(0);
    await bench.end(true);
    for (let index = 0; index < 60 && bench.log.logStart === 0; index += 1) await bench.commit('other', index);
    expect(bench.log.logStart).toBeGreaterThan(0);
    await bench.lead();
    expect(await bench.stableFetch()).toEqual([5, 0]);
  });
});
