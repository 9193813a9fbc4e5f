/** Records of transactions against those that Kafka itself has written. */
import { describe, expect, test } from 'vitest';
import { decodeTransactionRecord, transactionRecord } from '../../src/transactions/transaction-record.ts';
import { STATUSES } from '../../src/transactions/transaction.ts';
import type { Transaction } from '../../src/transactions/transaction.ts';
import { WireCodec } from '../../src/wire/index.ts';
import { fixtureLines } from '../wire/fixture.ts';

interface Golden {
  readonly topic: string;
  readonly valueVersion: number;
  readonly key: { readonly transactionalId: string };
  readonly value: Readonly<Record<string, unknown>>;
  readonly unknownTags?: unknown;
  readonly keyHex: string;
  readonly valueHex: string;
}

const codec = new WireCodec();
const golden = fixtureLines('coordinator-records')
  .map((line) => JSON.parse(line) as Golden)
  .filter(({ topic }) => topic === '__transaction_state');
const hex = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString('hex');
const known = ({ value }: Golden): boolean => STATUSES[Number(value['transactionStatus'])] !== undefined;
/** int64 beyond 2^53 is refused by the codec; such a record is kept as it is. */
const exact = (line: Golden): boolean =>
  Object.values(line.value).every((value) => typeof value !== 'number' || Number.isSafeInteger(value));

const transaction: Transaction = {
  producerId: 4711,
  previousProducerId: 4711,
  nextProducerId: null,
  producerEpoch: 3,
  lastProducerEpoch: 2,
  timeoutMs: 60_000,
  status: 'Ongoing',
  partitions: new Map([
    ['a', new Set([2, 0])],
    ['b', new Set([1])],
  ]),
  updatedAt: 1_700_000_000_123,
  startedAt: 1_700_000_000_000,
  clientVersion: 2,
};

describe('golden records', () => {
  test('of both versions are read, and keys come out byte for byte', () => {
    expect(golden.length).toBeGreaterThanOrEqual(12);
    let read = 0;
    for (const line of golden.filter((each) => known(each) && exact(each))) {
      const record = { key: Buffer.from(line.keyHex, 'hex'), value: Buffer.from(line.valueHex, 'hex') };
      const decoded = decodeTransactionRecord(codec, record);
      if (decoded.kind !== 'transaction' || decoded.value === null)
        throw new Error(`${line.valueHex}: ${decoded.kind}`);
      const { transactionalId } = line.key;
      expect(decoded.transactionalId).toBe(transactionalId);
      expect(decoded.value.producerId).toBe(line.value['producerId']);
      expect(decoded.value.producerEpoch).toBe(line.value['producerEpoch']);
      expect(hex(transactionRecord(codec, transactionalId, null).key)).toBe(line.keyHex);
      read += 1;
    }
    expect(read).toBeGreaterThanOrEqual(4);
  });

  test('of version 1 are written the same', () => {
    for (const line of golden.filter((each) => each.valueVersion === 1 && known(each) && exact(each))) {
      const decoded = decodeTransactionRecord(codec, {
        key: Buffer.from(line.keyHex, 'hex'),
        value: Buffer.from(line.valueHex, 'hex'),
      });
      if (decoded.kind !== 'transaction' || decoded.value === null) throw new Error(`read as ${decoded.kind}`);
      const { value } = line;
      const isNull = value['transactionPartitions'] === null;
      // What Kafka's coordinator never writes: null, or partitions, where its state does not have them.
      if (
        line.unknownTags !== undefined ||
        'nextProducerEpoch' in value ||
        isNull !== (value['transactionStatus'] === 0)
      )
        continue;
      if (['transactionStartTimestampMs', 'transactionLastUpdateTimestampMs'].some((name) => Number(value[name]) < -1))
        continue;
      expect(hex(transactionRecord(codec, line.key.transactionalId, decoded.value).value)).toBe(line.valueHex);
    }
    // And one that was put together by hand from Kafka's schema.
    const record = transactionRecord(codec, 't', {
      ...transaction,
      producerId: 1,
      previousProducerId: 1,
      startedAt: 5,
    });
    expect(hex(record.key)).toBe('0000000174');
    const value =
      '0001' +
      '0000000000000001' +
      '0003' +
      '0000ea60' +
      '01' +
      '03' +
      '0261' +
      '03' +
      '00000002' +
      '00000000' +
      '00' +
      '0262' +
      '02' +
      '00000001' +
      '00' +
      '0000018bcfe5687b' +
      '0000000000000005' +
      '02' +
      '0008' +
      '0000000000000001' +
      '02' +
      '02' +
      '0002';
    expect(hex(record.value)).toBe(value);
  });
});

describe('records', () => {
  test('come back as they were, but for the last epoch', () => {
    const record = transactionRecord(codec, 'pay', transaction);
    expect(decodeTransactionRecord(codec, record)).toEqual({
      kind: 'transaction',
      transactionalId: 'pay',
      value: { ...transaction, lastProducerEpoch: null },
    });
    const { key, value } = transactionRecord(codec, 'pay', null);
    expect(value).toBeNull();
    expect(decodeTransactionRecord(codec, { key, value })).toEqual({
      kind: 'transaction',
      transactionalId: 'pay',
      value: null,
    });
  });

  test('that are not understood are kept and said to be so', () => {
    const { key, value } = transactionRecord(codec, 'pay', transaction);
    const broken = Buffer.from(value ?? []).subarray(0, 9);
    expect(decodeTransactionRecord(codec, { key, value: broken })).toMatchObject({ kind: 'other' });
    expect(decodeTransactionRecord(codec, { key: Buffer.from([0]), value })).toMatchObject({ kind: 'other' });
    expect(decodeTransactionRecord(codec, { key: Buffer.from([0, 7, 1]), value })).toEqual({
      kind: 'other',
      reason: null,
    });
    const strange = Buffer.from(value ?? []);
    strange[2 + 8 + 2 + 4] = 99;
    expect(decodeTransactionRecord(codec, { key, value: strange })).toMatchObject({
      reason: 'a transaction in state 99',
    });
  });
});
