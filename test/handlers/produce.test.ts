/** Produce over the wire: every version, every way to be refused, and acks=0. */
import { describe, expect, it } from 'vitest';
import { produceHandler } from '../../src/handlers/index.ts';
import { batchOf, SETTINGS } from '../partition/partition-rig.ts';
import { HandlerRig, topicIdOf } from './handler-rig.ts';

interface PartitionAnswer {
  readonly index: number;
  readonly errorCode: number;
  readonly baseOffset: number;
  readonly logAppendTimeMs: number;
  readonly logStartOffset: number;
  readonly errorMessage: string | null;
  readonly recordErrors: readonly { readonly batchIndex: number }[];
  readonly currentLeader: { readonly leaderId: number; readonly leaderEpoch: number };
}
interface ProduceAnswer {
  readonly responses: readonly {
    readonly name: string;
    readonly topicId: string;
    readonly partitionResponses: readonly PartitionAnswer[];
  }[];
  readonly nodeEndpoints: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
}

function body(
  version: number,
  topic: number | string,
  index: number,
  records: Buffer | null,
  acks = -1,
  timeoutMs = 1000,
): object {
  const named =
    version >= 13
      ? { topicId: topicIdOf(typeof topic === 'number' ? topic : 99) }
      : { name: topic === 1 ? 'orders' : topic === 2 ? '__consumer_offsets' : String(topic) };
  return {
    transactionalId: null,
    acks,
    timeoutMs,
    topicData: [{ ...named, partitionData: [{ index, records: records === null ? null : [records] }] }],
  };
}

const first = ({ responses }: ProduceAnswer): PartitionAnswer | undefined => responses[0]?.partitionResponses[0];
const VERSIONS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];

describe('produce', () => {
  it.each(VERSIONS)(
    'version %i: offsets rise, and what is refused says why as far as the version can',
    async (version) => {
      const rig = new HandlerRig();
      await rig.host(1, 0);
      const handler = produceHandler(rig.broker);
      for (const [base, count] of [
        [0, 2],
        [2, 1],
      ] as const) {
        const answer = await rig.ask<ProduceAnswer>(handler, version, body(version, 1, 0, batchOf(count)));
        expect(first(answer)).toMatchObject({ index: 0, errorCode: 0, baseOffset: base, logAppendTimeMs: -1 });
        if (version >= 5) expect(first(answer)?.logStartOffset).toBe(0);
        if (version >= 13) expect(answer.responses[0]?.topicId).toBe(topicIdOf(1));
        else expect(answer.responses[0]?.name).toBe('orders');
      }
      const codeOf = async (
        topic: number | string,
        index: number,
        records: Buffer | null = batchOf(1),
      ): Promise<number | undefined> =>
        first(await rig.ask<ProduceAnswer>(handler, version, body(version, topic, index, records)))?.errorCode;
      expect(await codeOf('nowhere', 0)).toBe(version >= 13 ? 100 : 3);
      expect(await codeOf(1, 17)).toBe(3);
      expect(await codeOf(1, -1)).toBe(3);
      expect(await codeOf(1, 2)).toBe(6);
      expect(await codeOf(2, 0)).toBe(17);
      expect(await codeOf(1, 0, null)).toBe(87);
      expect(await codeOf(1, 0, Buffer.alloc(0))).toBe(87);
      const broken = batchOf(1);
      broken[broken.length - 1] = (broken[broken.length - 1] ?? 0) ^ 1;
      expect(await codeOf(1, 0, broken)).toBe(2);
    },
  );

  it('zstd needs version 7: below it 76', async () => {
    const rig = new HandlerRig();
    await rig.host(1, 0);
    const zstd = batchOf(1);
    // Attributes say zstd; the CRC is not looked at before.
    zstd.writeInt16BE(4, 21);
    const codeOf = async (version: number): Promise<number | undefined> =>
      first(await rig.ask<ProduceAnswer>(produceHandler(rig.broker), version, body(version, 1, 0, zstd)))?.errorCode;
    expect([await codeOf(6), await codeOf(7)]).toEqual([76, 2]);
  });

  it('names the records at fault from version 8 on (record_errors)', async () => {
    const rig = new HandlerRig();
    const settings = { ...SETTINGS, admission: { ...SETTINGS.admission, keyRequired: true } };
    await rig.host(1, 0, { nodes: 1, settings });
    const answer = await rig.ask<ProduceAnswer>(produceHandler(rig.broker), 8, body(8, 1, 0, batchOf(2)));
    expect(first(answer)).toMatchObject({
      errorCode: 87,
      baseOffset: -1,
      recordErrors: [{ batchIndex: 0 }, { batchIndex: 1 }],
    });
    expect(first(answer)?.errorMessage).toMatch(/keys/);
    expect(
      first(await rig.ask<ProduceAnswer>(produceHandler(rig.broker), 7, body(7, 1, 0, batchOf(2))))?.errorCode,
    ).toBe(87);
  });

  it('a leader elsewhere is named with its endpoint from version 10 on (KIP-951)', async () => {
    const rig = new HandlerRig();
    const answer = await rig.ask<ProduceAnswer>(produceHandler(rig.broker), 10, body(10, 1, 2, batchOf(1)));
    expect(first(answer)).toMatchObject({ errorCode: 6, currentLeader: { leaderId: 2, leaderEpoch: 1 } });
    expect(answer.nodeEndpoints).toMatchObject([{ nodeId: 2, host: 'node2', port: 9092 }]);
  });

  it('the leader named after a lost leadership is the one known when the answer is made', async () => {
    const rig = new HandlerRig();
    const hosted = await rig.host(1, 0, { nodes: 3 });
    hosted.at(2).log.automatic = false;
    const asked = rig.send<ProduceAnswer>(produceHandler(rig.broker), 10, body(10, 1, 0, batchOf(1), -1, 10_000));
    await rig.clock.advance(10);
    const replaced = { leader: 3, leaderIncarnation: 'life-3-1', leaderTerm: 2, unclean: false } as never;
    rig.apply({
      kind: 'partition-changed',
      topicId: topicIdOf(1),
      partition: 0,
      version: 1,
      replicas: null,
      isr: null,
      elr: null,
      lossy: null,
      leadership: replaced,
    });
    hosted.assign(3, 2);
    await rig.clock.advance(1);
    expect(asked.body?.responses[0]?.partitionResponses[0]).toMatchObject({
      errorCode: 6,
      currentLeader: { leaderId: 3, leaderEpoch: 2 },
    });
  });

  it('acks=all that is not committed in time is answered 7, and stays in the log', async () => {
    const rig = new HandlerRig();
    const hosted = await rig.host(1, 0, { nodes: 3 });
    hosted.at(2).log.automatic = false;
    const asked = rig.send<ProduceAnswer>(produceHandler(rig.broker), 9, body(9, 1, 0, batchOf(1), -1, 500));
    await rig.clock.advance(499);
    expect(asked.body).toBeNull();
    await rig.clock.advance(1);
    expect(first(asked.body ?? { responses: [], nodeEndpoints: [] })).toMatchObject({ errorCode: 7, baseOffset: -1 });
    expect(hosted.stored()).toEqual(['0:1']);
    hosted.at(2).log.flush();
    await rig.clock.advance(50);
    expect(hosted.partition().highWatermark).toBe(1);
  });

  it('the timeout of acks=1 is not the client’s: its own disk alone is waited for', async () => {
    const rig = new HandlerRig();
    const hosted = await rig.host(1, 0);
    hosted.at(1).log.automatic = false;
    const asked = rig.send<ProduceAnswer>(produceHandler(rig.broker), 9, body(9, 1, 0, batchOf(1), 1, 0));
    await rig.clock.advance(100);
    expect(asked.body).toBeNull();
    hosted.at(1).log.flush();
    await rig.clock.advance(1);
    expect(first(asked.body ?? { responses: [], nodeEndpoints: [] })).toMatchObject({ errorCode: 0, baseOffset: 0 });
    expect(rig.clock.timers).toBe(0);
  });

  it('acks other than -1, 0 and 1 are refused for each partition with 21, and nothing is written', async () => {
    const rig = new HandlerRig();
    const hosted = await rig.host(1, 0);
    const answer = await rig.ask<ProduceAnswer>(produceHandler(rig.broker), 9, body(9, 1, 0, batchOf(1), 2));
    expect(first(answer)?.errorCode).toBe(21);
    expect(hosted.stored()).toEqual([]);
  });

  it('acks=0: no answer when all is well, the connection closes when not', async () => {
    const rig = new HandlerRig();
    await rig.host(1, 0);
    const handler = produceHandler(rig.broker);
    expect(rig.send(handler, 9, body(9, 1, 0, batchOf(1), 0)).result).toEqual({ kind: 'none' });
    expect(rig.send(handler, 9, body(9, 1, 2, batchOf(1), 0)).result).toMatchObject({
      kind: 'close',
      reason: expect.stringContaining('6') as string,
    });
  });

  it('a request without topics, and one with a topic without partitions, are answered as they are', async () => {
    const rig = new HandlerRig();
    const handler = produceHandler(rig.broker);
    expect(await rig.ask(handler, 9, { acks: -1, timeoutMs: 1, topicData: [] })).toMatchObject({ responses: [] });
    expect(
      await rig.ask(handler, 9, { acks: 1, timeoutMs: 1, topicData: [{ name: 'orders', partitionData: [] }] }),
    ).toMatchObject({
      responses: [{ name: 'orders', partitionResponses: [] }],
    });
  });

  it('partitions of one request end each for itself; the answer keeps their order', async () => {
    const rig = new HandlerRig();
    await rig.host(1, 0);
    const partitionData = [2, 0, 1, 9].map((index) => ({ index, records: [batchOf(1)] }));
    const answer = await rig.ask<ProduceAnswer>(produceHandler(rig.broker), 9, {
      acks: -1,
      timeoutMs: 100,
      topicData: [{ name: 'orders', partitionData }],
    });
    expect(answer.responses[0]?.partitionResponses.map(({ index, errorCode }) => [index, errorCode])).toEqual([
      [2, 6],
      [0, 0],
      [1, 6],
      [9, 3],
    ]);
  });

  it('Kafka’s admin client may write internal topics', async () => {
    const rig = new HandlerRig();
    await rig.host(2, 0);
    const answer = await rig.ask<ProduceAnswer>(
      produceHandler(rig.broker),
      9,
      body(9, 2, 0, batchOf(1)),
      10,
      '__admin_client',
    );
    expect(first(answer)?.errorCode).toBe(0);
  });
});
