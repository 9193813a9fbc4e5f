/** Fetch over the wire: limits, long polls, who wakes them, and sessions (KIP-74, KIP-227, KIP-320, KIP-951). */
import { describe, expect, it, vi } from 'vitest';
import { offset, seededRandom } from '../../raft/index.ts';
import { nextEpochOf } from '../../src/handlers/fetch-session.ts';
import { FetchSessions } from '../../src/handlers/index.ts';
import { ZERO_UUID } from '../../src/wire/index.ts';
import { batchOf } from '../partition/partition-rig.ts';
import { body, fetching, first, NAMES, produce, size } from './fetch-rig.ts';
import type { FetchAnswer, Wanted } from './fetch-rig.ts';
import { created, topicIdOf } from './handler-rig.ts';

const VERSIONS = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18];

describe('fetch', () => {
  it.each(VERSIONS)('version %i: the stored bytes, offsets, and errors in the form of the version', async (version) => {
    const { hosted, ask } = await fetching();
    await produce(hosted, 2, 1);
    const answer = await ask([{ partition: 0 }], { version });
    expect(first(answer)).toMatchObject({
      partitionIndex: 0,
      errorCode: 0,
      highWatermark: 3,
      lastStableOffset: 3,
      abortedTransactions: null,
    });
    expect(Buffer.from(first(answer)?.records ?? [])).toEqual(
      Buffer.concat(hosted.at(1).log.batches.map(({ bytes }) => bytes)),
    );
    expect(answer.responses[0]).toMatchObject(version >= 13 ? { topicId: topicIdOf(1) } : { topic: 'orders' });
    if (version >= 5) expect(first(answer)?.logStartOffset).toBe(0);
    const codeOf = async (wanted: Wanted, topic = 1): Promise<number | undefined> =>
      first(await ask([wanted], { version, topic }))?.errorCode;
    expect(await codeOf({ partition: 0 }, 9)).toBe(version >= 13 ? 100 : 3);
    expect(await codeOf({ partition: 9 })).toBe(3);
    expect(await codeOf({ partition: 2 })).toBe(6);
    expect(await codeOf({ partition: 0, fetchOffset: 3 })).toBe(0);
    expect(await codeOf({ partition: 0, fetchOffset: 4 })).toBe(1);
    expect(await codeOf({ partition: 0, fetchOffset: -1 })).toBe(1);
    if (version >= 9) {
      expect(await codeOf({ partition: 0, currentLeaderEpoch: 0 })).toBe(74);
      expect(await codeOf({ partition: 0, currentLeaderEpoch: 2 })).toBe(75);
    }
    if (version >= 12) {
      const elsewhere = await ask([{ partition: 2 }], { version });
      expect(first(elsewhere)?.currentLeader).toMatchObject({ leaderId: 2, leaderEpoch: 1 });
      if (version >= 16) expect(elsewhere.nodeEndpoints).toMatchObject([{ nodeId: 2 }]);
    }
    expect(first(await ask([{ partition: 0 }], { version, isolationLevel: 1 }))?.abortedTransactions).toEqual([]);
  });

  it('tells a reader whose last term is older where it ended (v12+)', async () => {
    const { rig, hosted, ask } = await fetching();
    await produce(hosted, 2);
    hosted.assign(1, 2);
    await rig.clock.advance(1);
    await produce(hosted, 2);
    const answer = await ask([{ partition: 0, fetchOffset: 3, lastFetchedEpoch: 1 }]);
    expect(first(answer)).toMatchObject({ errorCode: 0, divergingEpoch: { epoch: 1, endOffset: 2 } });
    expect(size(answer)).toBe(0);
  });

  it('the first partition that has something gives its first batch whatever the limits, the others keep to them', async () => {
    const { rig, hosted, ask } = await fetching();
    rig.apply(...created(3, 'more', [1, 1, 1]));
    await produce(hosted, 5, 5);
    const batch = hosted.at(1).log.batches[0]?.bytes.length ?? 0;
    for (const maxBytes of [0, 1, batch - 1, batch])
      expect(size(await ask([{ partition: 0 }], { maxBytes })), `max ${maxBytes}`).toBe(batch);
    expect(size(await ask([{ partition: 0, partitionMaxBytes: 0 }]))).toBe(batch);
    expect(size(await ask([{ partition: 0, partitionMaxBytes: 2 * batch }]))).toBe(2 * batch);
    expect(size(await ask([{ partition: 0, partitionMaxBytes: 2 * batch - 1 }]))).toBe(batch);
    // The second of two: nothing is left for it.
    const second = await rig.host(1, 1);
    await produce(second, 5);
    const both = await ask([{ partition: 0 }, { partition: 1 }], { maxBytes: batch + 1 });
    expect([size(both, 0), size(both, 1)]).toEqual([batch, 0]);
    expect(both.responses[0]?.partitions[1]).toMatchObject({ errorCode: 0, highWatermark: 5 });
  });
});

describe('long poll', () => {
  it('an empty answer waits for max_wait, exactly, and leaves no timer', async () => {
    const { rig, handler } = await fetching();
    const asked = rig.send<FetchAnswer>(handler, 12, body([{ partition: 0 }], { maxWaitMs: 500 }));
    await rig.clock.advance(499);
    expect(asked.body).toBeNull();
    await rig.clock.advance(1);
    expect(asked.body).toMatchObject({ errorCode: 0 });
    expect(rig.clock.timers).toBe(0);
    expect(rig.parked).toBe(0);
  });

  it('is answered by what is committed, not by what is only appended', async () => {
    const { rig, hosted, handler } = await fetching();
    hosted.at(1).log.automatic = false;
    const asked = rig.send<FetchAnswer>(handler, 12, body([{ partition: 0 }], { maxWaitMs: 5000 }));
    hosted.produce(batchOf(1));
    await rig.clock.advance(50);
    expect(asked.body).toBeNull();
    hosted.at(1).log.flush();
    await rig.clock.advance(1);
    expect(first(asked.body ?? ({ responses: [] } as never))).toMatchObject({ highWatermark: 1 });
  });

  it('keeps to the memory that is left for answers, and does not wait for more than that', async () => {
    const one = batchOf(1).length;
    const { hosted, ask } = await fetching(10, one * 2);
    await produce(hosted, 1, 1, 1, 1);
    const answer = await ask([{ partition: 0 }], { minBytes: one * 4, maxWaitMs: 1000 });
    expect(size(answer)).toBe(one * 2);
  });

  it('waits until min_bytes are readable', async () => {
    const { rig, hosted, handler } = await fetching();
    const asked = rig.send<FetchAnswer>(handler, 12, body([{ partition: 0 }], { maxWaitMs: 5000, minBytes: 150 }));
    await produce(hosted, 1);
    expect(asked.body).toBeNull();
    await produce(hosted, 1);
    await produce(hosted, 1);
    expect(size(asked.body ?? ({ responses: [] } as never))).toBeGreaterThanOrEqual(150);
  });

  it('an error in any partition answers at once', async () => {
    const { rig, handler } = await fetching();
    const asked = rig.send<FetchAnswer>(handler, 12, body([{ partition: 0 }, { partition: 2 }], { maxWaitMs: 5000 }));
    await rig.clock.advance(0);
    expect(asked.body?.responses[0]?.partitions.map(({ errorCode }) => errorCode)).toEqual([0, 6]);
  });

  it('lost leadership and removal wake it with their errors', async () => {
    const one = await fetching();
    const parked = one.rig.send<FetchAnswer>(one.handler, 12, body([{ partition: 0 }], { maxWaitMs: 5000 }));
    await one.rig.clock.advance(5);
    one.hosted.assign(null, 2);
    await one.rig.clock.advance(5);
    expect(first(parked.body ?? ({ responses: [] } as never))?.errorCode).toBe(6);
    const two = await fetching();
    const removed = two.rig.send<FetchAnswer>(
      two.handler,
      13,
      body([{ partition: 0 }], { version: 13, maxWaitMs: 5000 }),
    );
    await two.rig.clock.advance(5);
    two.rig.apply({ kind: 'topic-removed', topicId: topicIdOf(1) });
    two.rig.hosted.delete(`${topicIdOf(1)}/0`);
    two.hosted.partition().close();
    await two.rig.clock.advance(5);
    expect(first(removed.body ?? ({ responses: [] } as never))?.errorCode).toBe(100);
  });

  it('is given up when its client has gone: no timer, nobody watched', async () => {
    const { rig, hosted, handler } = await fetching();
    const asked = rig.send(handler, 12, body([{ partition: 0 }], { maxWaitMs: 60_000 }));
    await rig.clock.advance(5);
    expect(rig.parked).toBe(1);
    rig.disconnect();
    await rig.clock.advance(1);
    expect(asked.result).toEqual({ kind: 'none' });
    expect(rig.clock.timers).toBe(0);
    const { reads } = hosted.at(1).log;
    await produce(hosted, 1);
    expect(hosted.at(1).log.reads).toBe(reads);
  });

  it('of many partitions looks once per turn, however many move in it', async () => {
    const { rig, hosted, handler } = await fetching();
    rig.apply(
      ...created(
        3,
        'many',
        Array.from({ length: 20 }, () => 1),
      ),
    );
    const many = [];
    for (let index = 0; index < 20; index += 1) many.push(await rig.host(3, index));
    NAMES[3] = 'many';
    const wanted = many.map((_, partition) => ({ partition }));
    const asked = rig.send<FetchAnswer>(handler, 12, body(wanted, { topic: 3, maxWaitMs: 5000, minBytes: 1 << 19 }));
    await rig.clock.advance(1);
    const before = many.map(({ nodes }) => nodes[0]?.log.reads ?? 0);
    for (const each of many) each.produce(batchOf(1));
    await rig.clock.advance(1);
    const after = many.map(({ nodes }) => nodes[0]?.log.reads ?? 0);
    expect(asked.body).toBeNull();
    expect(Math.max(...after.map((reads, at) => reads - (before[at] ?? 0)))).toBeLessThanOrEqual(2);
    expect(hosted.partition().highWatermark).toBe(0);
  });

  it('a read that fails is answered as storage error, 6 for clients that do not know that code', async () => {
    const { hosted, ask } = await fetching();
    await produce(hosted, 1);
    hosted.at(1).log.damage = new Error('sector');
    expect(first(await ask([{ partition: 0 }], { version: 6 }))?.errorCode).toBe(56);
    expect(first(await ask([{ partition: 0 }], { version: 5 }))?.errorCode).toBe(6);
  });
});

describe('sessions', () => {
  it('a full fetch opens one, incremental ones name changes only and are answered with news only', async () => {
    const { rig, hosted, ask } = await fetching();
    const other = await rig.host(1, 1);
    await produce(hosted, 1);
    const full = await ask([{ partition: 0 }, { partition: 1 }], { session: [0, 0] });
    const id = full.sessionId;
    expect(id).toBeGreaterThan(0);
    expect(full.responses[0]?.partitions).toHaveLength(2);
    const quiet = await ask([{ partition: 0, fetchOffset: 1 }], { session: [id, 1] });
    expect(quiet).toMatchObject({ errorCode: 0, sessionId: id, responses: [] });
    await produce(other, 1);
    const news = await ask([], { session: [id, 2] });
    expect(news.responses[0]?.partitions.map(({ partitionIndex }) => partitionIndex)).toEqual([1]);
    const forgotten = await ask([], { session: [id, 3], forget: [1] });
    expect(forgotten.responses).toEqual([]);
  });

  it('looks again only at what has moved: records, lost leadership, a new log start', async () => {
    const { rig, hosted, ask } = await fetching();
    const other = await rig.host(1, 1);
    await produce(hosted, 1, 1);
    const caughtUp = [{ partition: 0, fetchOffset: 2 }, { partition: 1 }];
    const { sessionId: id } = await ask(caughtUp, { session: [0, 0] });
    const reads = [hosted, other].map((each) => vi.spyOn(each.partition(), 'read'));
    expect((await ask([], { session: [id, 1] })).responses).toEqual([]);
    expect(reads.map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    await produce(other, 1);
    expect(first(await ask([], { session: [id, 2] }))).toMatchObject({ partitionIndex: 1, highWatermark: 1 });
    expect(reads.map(({ mock }) => mock.calls.length)).toEqual([0, 1]);
    await ask([{ partition: 1, fetchOffset: 1 }], { session: [id, 3] });
    hosted.at(1).replica.input({ kind: 'advance-log-start', to: offset(1) });
    await hosted.clock.advance(5);
    expect(first(await ask([], { session: [id, 4] }))).toMatchObject({ partitionIndex: 0, logStartOffset: 1 });
    expect((await ask([], { session: [id, 5] })).responses).toEqual([]);
    hosted.assign(null, 2);
    await hosted.clock.advance(5);
    expect(first(await ask([], { session: [id, 6] }))).toMatchObject({ partitionIndex: 0, errorCode: 6 });
  });

  it('an unknown id is 70, a wrong epoch 71; epoch -1 closes, epoch 0 begins anew', async () => {
    const { ask } = await fetching();
    expect(await ask([], { session: [77, 1] })).toMatchObject({ errorCode: 70, sessionId: 0, responses: [] });
    const { sessionId: id } = await ask([{ partition: 0 }], { session: [0, 0] });
    expect(await ask([], { session: [id, 2] })).toMatchObject({ errorCode: 71 });
    expect(await ask([], { session: [id, 1] })).toMatchObject({ errorCode: 0, sessionId: id });
    const { sessionId: anew } = await ask([{ partition: 0 }], { session: [id, 0] });
    expect(anew).not.toBe(id);
    expect(await ask([], { session: [id, 2] })).toMatchObject({ errorCode: 70 });
    expect(await ask([{ partition: 0 }], { session: [anew, -1] })).toMatchObject({ errorCode: 0, sessionId: 0 });
    expect(await ask([], { session: [anew, 1] })).toMatchObject({ errorCode: 70 });
  });

  it('names and ids do not mix: 106, without partitions', async () => {
    const { ask } = await fetching();
    const { sessionId: id } = await ask([{ partition: 0 }], { session: [0, 0] });
    expect(await ask([], { version: 13, session: [id, 1] })).toMatchObject({ errorCode: 106, responses: [] });
  });

  it('an error is told again and again, and what follows it is told in full', async () => {
    const { rig, hosted, ask } = await fetching();
    const { sessionId: id } = await ask([{ partition: 0 }], { session: [0, 0] });
    hosted.assign(null, 2);
    await rig.clock.advance(1);
    expect(first(await ask([], { session: [id, 1] }))?.errorCode).toBe(6);
    expect(first(await ask([], { session: [id, 2] }))?.errorCode).toBe(6);
    hosted.assign(1, 3);
    await rig.clock.advance(1);
    expect(first(await ask([], { session: [id, 3] }))).toMatchObject({ errorCode: 0, highWatermark: 0 });
    expect((await ask([], { session: [id, 4] })).responses).toEqual([]);
  });

  it('a partition that gave records goes behind the others, so that all get their turn', async () => {
    const { rig, hosted, ask } = await fetching();
    const other = await rig.host(1, 1);
    await produce(hosted, 1, 1);
    await produce(other, 1, 1);
    const one = { partitionMaxBytes: 1 };
    const { sessionId: id } = await ask(
      [
        { partition: 0, ...one },
        { partition: 1, ...one },
      ],
      { session: [0, 0], maxBytes: 1 },
    );
    const next = await ask([], { session: [id, 1], maxBytes: 1 });
    expect(
      next.responses[0]?.partitions
        .filter(({ records }) => (records?.length ?? 0) > 0)
        .map(({ partitionIndex }) => partitionIndex),
    ).toEqual([1]);
  });

  it('a session in use is not thrown out by a newcomer, one unused for two minutes is', async () => {
    const { rig, ask } = await fetching(1);
    const { sessionId: id } = await ask([{ partition: 0 }], { session: [0, 0] });
    expect((await ask([{ partition: 0 }], { session: [0, 0] })).sessionId).toBe(0);
    expect(await ask([], { session: [id, 1] })).toMatchObject({ errorCode: 0 });
    await rig.clock.advance(120_000);
    expect((await ask([{ partition: 0 }], { session: [0, 0] })).sessionId).toBeGreaterThan(0);
    expect(await ask([], { session: [id, 2] })).toMatchObject({ errorCode: 70 });
  });

  it('epochs wrap from 2^31-1 to 1', () => {
    const sessions = new FetchSessions(1, seededRandom('wrap'));
    const request = (sessionId: number, sessionEpoch: number): never =>
      ({ sessionId, sessionEpoch, topics: [], forgottenTopicsData: [] }) as never;
    const opened = sessions.begin(request(0, 0), false, 0);
    if (opened.kind !== 'targets' || opened.session === null) throw new Error('no session');
    const { id } = opened.session;
    // The only way there is to count: 2^31 requests. What the step does is told by its neighbours.
    expect(sessions.begin(request(id, 1), false, 0).kind).toBe('targets');
    expect(sessions.begin(request(id, 1), false, 0).kind).toBe('wrong-epoch');
    expect(nextEpochOf(2 ** 31 - 1)).toBe(1);
    expect(nextEpochOf(1)).toBe(2);
  });
});

it('the zero id is nobody’s topic', async () => {
  const { rig, handler } = await fetching();
  const answer = await rig.ask<FetchAnswer>(handler, 13, {
    maxWaitMs: 0,
    minBytes: 0,
    topics: [{ topicId: ZERO_UUID, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 }] }],
  });
  expect(first(answer)?.errorCode).toBe(100);
});
