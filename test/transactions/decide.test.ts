/** The state machine of one transactional id, transition by transition: the tables of section 5.2, error by error. */
import { describe, expect, test } from 'vitest';
import { completed, decideEnd, isExpired, isTimedOut } from '../../src/transactions/decide-end.ts';
import { decideInit, fenced } from '../../src/transactions/decide-init.ts';
import { decideAdd, verifyPartition } from '../../src/transactions/decide-partitions.ts';
import type { Decision } from '../../src/transactions/decision.ts';
import { NO_PARTITIONS } from '../../src/transactions/transaction.ts';
import type { Transaction, TransactionStatus } from '../../src/transactions/transaction.ts';

const NOW = 1_000_000;
const place = new Map([['t', new Set([0])]]);
const base: Transaction = {
  producerId: 7,
  previousProducerId: 7,
  nextProducerId: null,
  producerEpoch: 4,
  lastProducerEpoch: 3,
  timeoutMs: 1000,
  status: 'Empty',
  partitions: NO_PARTITIONS,
  updatedAt: NOW - 10,
  startedAt: null,
  clientVersion: 0,
};
const at = (status: TransactionStatus, more: Partial<Transaction> = {}): Transaction => {
  const isOpen = status === 'Ongoing' || status === 'PrepareCommit' || status === 'PrepareAbort';
  return { ...base, status, partitions: isOpen ? place : NO_PARTITIONS, startedAt: NOW - 5, ...more };
};
const known = (
  transaction: Transaction | null,
  pending = false,
): { transaction: Transaction | null; pending: boolean } => ({
  transaction,
  pending,
});
/** Short: the error, `ok`, `id?`, or what is written as `status id/epoch`, with the answer where it differs. */
const told = (decision: Decision): string => {
  if (decision.kind === 'refuse') return String(decision.error);
  if (decision.kind === 'needs-producer-id') return 'id?';
  const given = `${decision.producerId}/${decision.producerEpoch}`;
  if (decision.kind === 'answer') return `ok ${given}`;
  const { status, producerId, producerEpoch } = decision.next;
  const written = `${status} ${producerId}/${producerEpoch}`;
  if (decision.error !== 0) return `${written} then ${decision.error}`;
  return given === `${producerId}/${producerEpoch}` ? written : `${written} then ${given}`;
};

describe('InitProducerId', () => {
  const init = (
    transaction: Transaction | null,
    expected: readonly [number, number] | null = null,
    freshId: number | null = null,
    pending = false,
  ): string =>
    told(
      decideInit(
        known(transaction, pending),
        {
          timeoutMs: 500,
          expected: expected === null ? null : { producerId: expected[0], producerEpoch: expected[1] },
        },
        freshId,
        NOW,
      ),
    );

  test('makes a new transactional id with a fresh producer id at epoch 0', () => {
    expect(init(null)).toBe('id?');
    expect(init(null, null, 99)).toBe('Empty 99/0');
    expect(init(null, [3, 4], 99)).toBe('Empty 99/0');
  });

  test('bumps the epoch of an idle one', () => {
    for (const status of ['Empty', 'CompleteCommit', 'CompleteAbort'] as const)
      expect(init(at(status))).toBe('Empty 7/5');
  });

  test('fences an open transaction, two epochs on, and tells the client to come back', () => {
    expect(init(at('Ongoing'))).toBe('PrepareAbort 7/6 then 51');
    expect(init(at('Ongoing'), [7, 4])).toBe('PrepareAbort 7/6 then 51');
  });

  test('waits for what is ending or being written', () => {
    expect(init(at('PrepareCommit'))).toBe('51');
    expect(init(at('PrepareAbort'))).toBe('51');
    for (const status of ['Empty', 'Ongoing', 'CompleteCommit'] as const)
      expect(init(at(status), null, null, true)).toBe('51');
    expect(init(null, null, null, true)).toBe('51');
  });

  test('lets a producer that knows itself go on, answers a repeat the same, and fences all others (KIP-360)', () => {
    expect(init(at('CompleteAbort'), [7, 4])).toBe('Empty 7/5');
    expect(init(at('Empty'), [7, 3])).toBe('Empty 7/4');
    expect(init(at('Empty'), [7, 2])).toBe('90');
    expect(init(at('Empty'), [7, 5])).toBe('90');
    expect(init(at('Empty'), [8, 4])).toBe('90');
    expect(init(at('Ongoing'), [8, 4])).toBe('90');
    expect(init(at('PrepareAbort'), [8, 4])).toBe('90');
    // A new producer without knowledge takes the repeat away from the old one.
    expect(init(at('Empty', { lastProducerEpoch: null }), [7, 3])).toBe('90');
  });

  test('takes a fresh producer id when the epochs are used up, and knows the repeat of that', () => {
    const used = at('CompleteCommit', { producerEpoch: 32_766 });
    expect(init(used)).toBe('id?');
    expect(init(used, null, 99)).toBe('Empty 99/0');
    expect(init(used, [7, 32_766], 99)).toBe('Empty 99/0');
    expect(init(at('CompleteCommit', { producerEpoch: 32_765 }))).toBe('Empty 7/32766');
    const rotated = at('Empty', { producerId: 99, previousProducerId: 7, producerEpoch: 0, lastProducerEpoch: 32_766 });
    expect(init(rotated, [7, 32_766])).toBe('Empty 99/0');
    expect(init(rotated, [7, 32_765])).toBe('90');
    expect(init(at('Ongoing', { producerEpoch: 32_766 }))).toBe('PrepareAbort 7/32767 then 51');
    expect(init(at('CompleteAbort', { producerEpoch: 32_767 }), null, 99)).toBe('Empty 99/0');
  });

  test('takes the new timeout, and forgets the transaction before', () => {
    const decision = decideInit(known(at('CompleteCommit')), { timeoutMs: 500, expected: null }, null, NOW);
    expect(decision).toMatchObject({
      next: { timeoutMs: 500, startedAt: null, updatedAt: NOW, lastProducerEpoch: null },
    });
  });
});

describe('AddPartitionsToTxn', () => {
  const add = (transaction: Transaction | null, id = 7, epoch = 4, pending = false, partitions = place): string =>
    told(
      decideAdd(
        known(transaction, pending),
        { producerId: id, producerEpoch: epoch, partitions, clientVersion: 0 },
        NOW,
      ),
    );

  test('begins a transaction', () => {
    for (const status of ['Empty', 'CompleteCommit', 'CompleteAbort'] as const) {
      expect(add(at(status))).toBe('Ongoing 7/4');
      const request = { producerId: 7, producerEpoch: 4, partitions: place, clientVersion: 2 };
      const decision = decideAdd(known(at(status)), request, NOW);
      expect(decision).toMatchObject({ next: { startedAt: NOW, partitions: place, clientVersion: 2 } });
    }
  });

  test('adds to an open one, whose age does not change', () => {
    const partitions = new Map([
      ['t', new Set([1])],
      ['u', new Set([0])],
    ]);
    const request = { producerId: 7, producerEpoch: 4, partitions, clientVersion: 0 };
    const decision = decideAdd(known(at('Ongoing')), request, NOW);
    const all = new Map([
      ['t', new Set([0, 1])],
      ['u', new Set([0])],
    ]);
    expect(decision).toMatchObject({ next: { status: 'Ongoing', startedAt: NOW - 5, partitions: all } });
    expect(place).toEqual(new Map([['t', new Set([0])]]));
  });

  test('writes nothing for what is in it already', () => {
    expect(add(at('Ongoing'))).toBe('ok 7/4');
  });

  test('is refused in the order of 51, 49, 90, 51', () => {
    expect(add(at('Ongoing'), 8, 9, true)).toBe('51');
    expect(add(null)).toBe('49');
    expect(add(at('Ongoing'), 8, 9)).toBe('49');
    expect(add(at('PrepareCommit'), 7, 3)).toBe('90');
    expect(add(at('Ongoing'), 7, 5)).toBe('90');
    expect(add(at('PrepareCommit'))).toBe('51');
    expect(add(at('PrepareAbort'))).toBe('51');
  });
});

describe('verification', () => {
  const verify = (transaction: Transaction | null, id = 7, epoch = 4, topic = 't', pending = false): number =>
    verifyPartition(known(transaction, pending), { producerId: id, producerEpoch: epoch }, topic, 0);

  test('says yes for a partition of the open transaction, and 120 for any other', () => {
    expect(verify(at('Ongoing'))).toBe(0);
    expect(verify(at('Ongoing'), 7, 4, 't', true)).toBe(0);
    expect(verify(at('Ongoing'), 7, 4, 'u')).toBe(120);
    for (const status of ['Empty', 'CompleteCommit', 'CompleteAbort'] as const) expect(verify(at(status))).toBe(120);
  });

  test('refuses strangers and what is over', () => {
    expect(verify(null)).toBe(49);
    expect(verify(at('Ongoing'), 8)).toBe(49);
    expect(verify(at('Ongoing'), 7, 3)).toBe(90);
    expect(verify(at('PrepareCommit'))).toBe(51);
  });
});

describe('EndTxn', () => {
  const end = (
    transaction: Transaction | null,
    committed: boolean,
    clientVersion: number,
    epoch = 4,
    more: { id?: number; freshId?: number; pending?: boolean } = {},
  ): string =>
    told(
      decideEnd(
        known(transaction, more.pending ?? false),
        { producerId: more.id ?? 7, producerEpoch: epoch, committed, clientVersion },
        more.freshId ?? null,
        NOW,
      ),
    );
  const both = (
    status: TransactionStatus,
    clientVersion: number,
    epoch = 4,
    lastVersion = clientVersion,
  ): readonly string[] =>
    [true, false].map((committed) => end(at(status, { clientVersion: lastVersion }), committed, clientVersion, epoch));

  test('of TV1 follows the table', () => {
    expect(both('Ongoing', 0)).toEqual(['PrepareCommit 7/4', 'PrepareAbort 7/4']);
    expect(both('PrepareCommit', 0)).toEqual(['51', '48']);
    expect(both('PrepareAbort', 0)).toEqual(['48', '51']);
    expect(both('CompleteCommit', 0)).toEqual(['ok 7/4', '48']);
    expect(both('CompleteAbort', 0)).toEqual(['48', 'ok 7/4']);
    expect(both('Empty', 0)).toEqual(['48', '48']);
    for (const epoch of [3, 5]) expect(both('Ongoing', 0, epoch)).toEqual(['90', '90']);
    expect(both('CompleteCommit', 0, 3)).toEqual(['90', '90']);
  });

  test('of TV2 follows the table for the current epoch', () => {
    expect(both('Ongoing', 2)).toEqual(['PrepareCommit 7/5', 'PrepareAbort 7/5']);
    expect(both('PrepareCommit', 2)).toEqual(['90', '90']);
    expect(both('PrepareAbort', 2)).toEqual(['90', '90']);
    expect(both('CompleteCommit', 2)).toEqual(['48', 'PrepareAbort 7/5']);
    expect(both('CompleteAbort', 2)).toEqual(['48', 'PrepareAbort 7/5']);
    expect(both('Empty', 2)).toEqual(['48', 'PrepareAbort 7/5']);
  });

  test('of TV2 knows a repeat by the epoch before', () => {
    expect(both('Ongoing', 2, 3)).toEqual(['90', '90']);
    expect(both('PrepareCommit', 2, 3)).toEqual(['51', '48']);
    expect(both('PrepareAbort', 2, 3)).toEqual(['48', '51']);
    expect(both('CompleteCommit', 2, 3)).toEqual(['ok 7/4', '48']);
    expect(both('CompleteAbort', 2, 3)).toEqual(['48', 'ok 7/4']);
    expect(both('Empty', 2, 3)).toEqual(['90', '90']);
    for (const status of ['Ongoing', 'CompleteCommit', 'PrepareAbort', 'Empty'] as const)
      for (const epoch of [2, 5]) expect(both(status, 2, epoch)).toEqual(['90', '90']);
  });

  test('of TV2 under the epoch before is no repeat when the last transaction was of TV1: somebody else’s, who has replaced it', () => {
    for (const status of ['PrepareCommit', 'PrepareAbort', 'CompleteCommit', 'CompleteAbort'] as const)
      expect(both(status, 2, 3, 0)).toEqual(['90', '90']);
  });

  test('of an unknown id, another producer id or an id in transition is refused', () => {
    for (const version of [0, 2]) {
      expect(end(null, true, version)).toBe('49');
      expect(end(at('Ongoing'), true, version, 4, { id: 8 })).toBe('49');
      expect(end(at('Ongoing'), true, version, 9, { id: 8, pending: true })).toBe('51');
    }
  });

  test('of TV2 takes a fresh producer id for the next transaction when the epochs are used up', () => {
    const used = at('Ongoing', { producerEpoch: 32_766 });
    expect(end(used, true, 2, 32_766)).toBe('id?');
    expect(end(used, true, 2, 32_766, { freshId: 99 })).toBe('PrepareCommit 7/32767 then 99/0');
    const decision = decideEnd(
      known(used),
      { producerId: 7, producerEpoch: 32_766, committed: true, clientVersion: 2 },
      99,
      NOW,
    );
    if (decision.kind !== 'write') throw new Error(decision.kind);
    const done = completed(decision.next, NOW);
    expect(done).toMatchObject({ status: 'CompleteCommit', producerId: 99, producerEpoch: 0, previousProducerId: 7 });
    expect(end(decision.next, true, 2, 32_766)).toBe('51');
    expect(end(done, true, 2, 32_766)).toBe('ok 99/0');
    expect(end(done, false, 2, 32_766)).toBe('48');
    expect(end(done, true, 2, 32_765)).toBe('49');
    // TV1 does not use epochs up.
    expect(end(used, true, 0, 32_766)).toBe('PrepareCommit 7/32766');
  });

  test('of TV2 without a transaction dates it from now', () => {
    const request = { producerId: 7, producerEpoch: 4, committed: false, clientVersion: 2 };
    expect(decideEnd(known(at('Empty', { startedAt: null })), request, null, NOW)).toMatchObject({
      next: { startedAt: NOW },
    });
  });

  test('a producer that was fenced is told nothing of its successor', () => {
    const next = fenced(at('Ongoing'), NOW).next;
    for (const transaction of [next, completed(next, NOW)]) {
      for (const version of [0, 2]) {
        expect(end(transaction, false, version)).toBe('90');
        expect(end(transaction, true, version)).toBe('90');
      }
    }
  });
});

describe('the end', () => {
  test('keeps the producer and drops the partitions', () => {
    expect(completed(at('PrepareCommit'), NOW)).toMatchObject({
      status: 'CompleteCommit',
      producerId: 7,
      producerEpoch: 4,
      partitions: NO_PARTITIONS,
      updatedAt: NOW,
    });
    expect(completed(at('PrepareAbort'), NOW).status).toBe('CompleteAbort');
    expect(() => completed(at('Ongoing'), NOW)).toThrow('Ongoing cannot be completed');
  });

  test('open transactions time out, and nothing else does', () => {
    expect(isTimedOut(at('Ongoing', { startedAt: NOW - 1001 }), NOW)).toBe(true);
    expect(isTimedOut(at('Ongoing', { startedAt: NOW - 1000 }), NOW)).toBe(false);
    expect(isTimedOut(at('PrepareCommit', { startedAt: 0 }), NOW)).toBe(false);
    expect(isTimedOut(at('CompleteCommit', { startedAt: 0 }), NOW)).toBe(false);
  });

  test('idle ids expire, and nothing else does', () => {
    for (const status of ['Empty', 'CompleteCommit', 'CompleteAbort'] as const) {
      expect(isExpired(at(status, { updatedAt: NOW - 50 }), NOW, 50)).toBe(true);
      expect(isExpired(at(status, { updatedAt: NOW - 49 }), NOW, 50)).toBe(false);
    }
    for (const status of ['Ongoing', 'PrepareCommit', 'PrepareAbort'] as const)
      expect(isExpired(at(status, { updatedAt: 0 }), NOW, 50)).toBe(false);
  });
});
