/** Timeouts of transactions while wall clocks are wrong. */
import { describe, expect, test } from 'vitest';
import { millis } from '../../raft/index.ts';
import { OpenTransactions } from '../../src/transactions/open-transactions.ts';
import type { Transaction, TransactionStatus } from '../../src/transactions/transaction.ts';

const WALL = 1_700_000_000_000;
const HOURS = 3_600_000;

function open(transactionalId: string, startedAt: number, status: TransactionStatus = 'Ongoing') {
  const transaction: Transaction = {
    producerId: 7,
    previousProducerId: 7,
    nextProducerId: null,
    producerEpoch: 0,
    lastProducerEpoch: -1,
    timeoutMs: 1000,
    status,
    partitions: new Map([['t', new Set([0])]]),
    updatedAt: startedAt,
    startedAt,
    clientVersion: 2,
  };
  return { transactionalId, transaction };
}

describe('an open transaction', () => {
  test('that began by a wall clock hours ahead is over after its timeout, once that clock is right again', () => {
    const transactions = new OpenTransactions();
    const all = [open('ahead', WALL + 14 * HOURS)];
    expect(transactions.timedOut(all, millis(5000), WALL)).toEqual([]);
    expect(transactions.timedOut(all, millis(6000), WALL + 1000)).toEqual([]);
    expect(transactions.timedOut(all, millis(6001), WALL + 1001)).toEqual(all);
  });

  test('of a coordinator before is over by its own start, not by when it was first seen here', () => {
    const all = [open('old', WALL - 1001), open('young', WALL - 1000)];
    expect(new OpenTransactions().timedOut(all, millis(0), WALL)).toEqual([all[0]]);
  });

  test('has its own time: the one before it under the same id does not count, nor one that ends', () => {
    const transactions = new OpenTransactions();
    const second = [open('id', WALL + HOURS + 900)];
    transactions.timedOut([open('id', WALL + HOURS)], millis(0), WALL);
    expect(transactions.timedOut(second, millis(900), WALL + 900)).toEqual([]);
    expect(transactions.timedOut(second, millis(1800), WALL + 1800)).toEqual([]);
    expect(transactions.timedOut([open('id', WALL, 'PrepareCommit')], millis(9000), WALL + 9000)).toEqual([]);
    expect(transactions.timedOut(second, millis(9100), WALL + 9100)).toEqual([]);
  });
});
