/**
 * int64 beyond 2^53, as stock clients may send them (Long.MAX_VALUE): each is taken for the greatest number there is where
 * that means the same, and refused with Kafka's code where it does not. No connection closes for them.
 */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../raft/index.ts';
import { batchCrc, readBatchHeader } from '../../storage/batch/batch-header.ts';
import { buildBatch } from '../../storage/batch/index.ts';
import {
  deleteRecordsHandler,
  fetchHandler,
  FetchSessions,
  listOffsetsHandler,
  produceHandler,
  writeTxnMarkersHandler,
} from '../../src/handlers/index.ts';
import { batchOf, SETTINGS, WALL } from '../partition/partition-rig.ts';
import { HandlerRig } from './handler-rig.ts';

const LONG_MAX = 2n ** 63n - 1n;
const LONG_MIN = -(2n ** 63n);
const BASE_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const CRC_AT = 17;

/** `batch` with an int64 of its header changed, and the right CRC. */
function patched(batch: Buffer, at: number, value: bigint): Buffer {
  const copy = Buffer.from(batch);
  copy.writeBigInt64BE(value, at);
  copy.writeUInt32BE(batchCrc(copy), CRC_AT);
  return copy;
}

describe('a position or a time beyond 2^53', () => {
  it.each([1, 4, 11])('ListOffsets %i: no record is as young as the end of time', async (version) => {
    const rig = new HandlerRig();
    await rig.host(1, 0);
    await rig.ask(produceHandler(rig.broker), 9, produced(batchOf(2)));
    const at = async (timestamp: bigint) => {
      const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp }] }];
      const handler = listOffsetsHandler(rig.broker);
      const answer = await rig.ask<{ topics: { partitions: object[] }[] }>(handler, version, { replicaId: -1, topics });
      return answer.topics[0]?.partitions[0];
    };
    expect(await at(LONG_MAX)).toMatchObject({ errorCode: 0, offset: -1, timestamp: -1 });
    expect(await at(2n ** 53n)).toMatchObject({ errorCode: 0, offset: -1 });
    expect(await at(LONG_MIN)).toMatchObject({ errorCode: 35, offset: -1 });
  });

  it('WriteTxnMarkers: nobody has such a producer', async () => {
    const rig = new HandlerRig();
    const hosted = await rig.host(1, 0);
    const marker = { producerEpoch: 0, transactionResult: true, coordinatorEpoch: 0 };
    const topics = [{ name: 'orders', partitionIndexes: [0] }];
    const markers = [LONG_MAX, LONG_MIN, 2n ** 53n].map((producerId) => ({ ...marker, producerId, topics }));
    const handler = writeTxnMarkersHandler(rig.broker, { onOffsetsMarker: () => undefined });
    const answer = await rig.ask<{ markers: { topics: { partitions: object[] }[] }[] }>(handler, 1, { markers });
    const refused = [{ partitionIndex: 0, errorCode: 42 }];
    expect(answer.markers.map(({ topics: [topic] }) => topic?.partitions)).toEqual([refused, refused, refused]);
    expect(hosted.stored()).toEqual([]);
  });

  it('Fetch and DeleteRecords: out of range', async () => {
    const rig = new HandlerRig();
    await rig.host(1, 0);
    const sessions = new FetchSessions(1, seededRandom('far'));
    const partitions = [{ partition: 0, fetchOffset: LONG_MAX, partitionMaxBytes: 100 }];
    const fetched = await rig.ask<{ responses: { partitions: object[] }[] }>(
      fetchHandler(rig.broker, sessions, { fetchBytesMax: 1000, bytesLeft: () => 1000 }),
      11,
      { maxWaitMs: 0, minBytes: 0, maxBytes: 1000, topics: [{ topic: 'orders', partitions }], forgottenTopicsData: [] },
    );
    expect(fetched.responses[0]?.partitions[0]).toMatchObject({ errorCode: 1 });
    const deleted = await rig.ask<{ topics: { partitions: object[] }[] }>(deleteRecordsHandler(rig.broker), 2, {
      topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, offset: LONG_MAX }] }],
      timeoutMs: 100,
    });
    expect(deleted.topics[0]?.partitions[0]).toMatchObject({ errorCode: 1 });
  });
});

function produced(records: Buffer): object {
  const topicData = [{ name: 'orders', partitionData: [{ index: 0, records: [records] }] }];
  return { transactionalId: null, acks: -1, timeoutMs: 1000, topicData };
}

describe('a batch with an int64 beyond 2^53 in its header', () => {
  async function produce(records: Buffer, admission: Partial<typeof SETTINGS.admission>) {
    const rig = new HandlerRig();
    const hosted = await rig.host(1, 0, {
      settings: { ...SETTINGS, admission: { ...SETTINGS.admission, ...admission } },
    });
    const handler = produceHandler(rig.broker);
    const answer = await rig.ask<{ responses: { partitionResponses: { errorCode: number }[] }[] }>(
      handler,
      9,
      produced(records),
    );
    return { code: answer.responses[0]?.partitionResponses[0]?.errorCode, hosted };
  }
  const anyTime = { timestampBeforeMax: 2 ** 63, timestampAfterMax: 2 ** 63 };

  it.each([
    ['base timestamp', BASE_TIMESTAMP_AT, LONG_MAX],
    ['base timestamp', BASE_TIMESTAMP_AT, 2n ** 53n],
    ['base timestamp', BASE_TIMESTAMP_AT, LONG_MIN],
  ])('create time: %s at byte %i of %i is INVALID_TIMESTAMP, whatever the topic allows', async (_, at, value) => {
    const batch = patched(batchOf(3), at, value);
    expect((await produce(batch, anyTime)).code).toBe(32);
    expect((await produce(batch, {})).code).toBe(32);
  });

  it.each([LONG_MAX, LONG_MIN, 2n ** 53n])(
    'create time: a greatest timestamp of %i is set right from the records',
    async (value) => {
      const { code, hosted } = await produce(patched(batchOf(3), MAX_TIMESTAMP_AT, value), anyTime);
      expect([code, hosted.partition().logEnd]).toEqual([0, 3]);
    },
  );

  it.each([LONG_MAX, LONG_MIN])(
    'create time, records that are not looked at: a greatest timestamp of %i is 32',
    async (value) => {
      const record = { key: null, value: Buffer.alloc(500), timestamp: WALL };
      const compressed = Buffer.from(buildBatch({ records: [record] }));
      // The frame of a compressed batch is all that is looked at; that of lz4 begins with a magic number.
      const lz4 = Buffer.concat([compressed.subarray(0, 61), Buffer.from('04224d18604082', 'hex'), Buffer.alloc(4)]);
      lz4.writeInt32BE(lz4.length - 12, 8);
      lz4.writeInt16BE(3, 21);
      expect((await produce(patched(lz4, MAX_TIMESTAMP_AT, value), anyTime)).code).toBe(32);
      expect((await produce(patched(lz4, MAX_TIMESTAMP_AT, BigInt(WALL)), anyTime)).code).toBe(0);
    },
  );

  it.each([BASE_TIMESTAMP_AT, MAX_TIMESTAMP_AT])(
    'append time: byte %i does not count, the broker sets its own',
    async (at) => {
      const { code, hosted } = await produce(patched(batchOf(3), at, LONG_MAX), { timestampType: 'append' });
      expect(code).toBe(0);
      const header = readBatchHeader(
        Buffer.concat([
          ...(
            await hosted
              .partition()
              .replica.log.read(0 as never, { end: 3 as never, bytesMax: 1000 as never, atLeastOne: true })
          ).buffers,
        ]),
      );
      expect([header.timestampType, header.maxTimestamp]).toEqual(['append', WALL]);
      expect(Number.isSafeInteger(header.baseTimestamp)).toBe(true);
    },
  );

  it('a producer id that no node has given is INVALID_RECORD', async () => {
    const batch = batchOf(1, { producerId: 5, sequence: 0 });
    expect((await produce(patched(batch, PRODUCER_ID_AT, LONG_MAX), {})).code).toBe(87);
    expect((await produce(batch, {})).code).toBe(0);
  });
});
