/** What the codec promises beyond the golden bytes: no copies, defaults, named faults. */
import { expect, test } from 'vitest';
import {
  apiVersions,
  fetch,
  metadata,
  produce,
  requestFrame,
  responseFrame,
  WireCodec,
  WireError,
} from '../../src/wire/index.ts';
import type { FetchResponse, ProduceRequest } from '../../src/wire/index.ts';
import { readRequestHeader, readRequestStart, responseHeaderVersion } from '../../src/wire/index.ts';

function caught(action: () => unknown): WireError {
  try {
    action();
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const codec = (): WireCodec => new WireCodec();
const bytesOf = (parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);

function produceBody(records: Uint8Array): Buffer {
  const topicData = [{ name: 'orders', partitionData: [{ index: 3, records }] }];
  return bytesOf(codec().encodeRequest(produce, 9, { acks: -1, timeoutMs: 1000, topicData }).finish());
}

test('decoded records are a view of the frame', () => {
  const body = produceBody(Buffer.from('batch'));
  const request: ProduceRequest = codec().decodeRequest(produce, 9, body);
  const records = request.topicData[0]?.partitionData[0]?.records;
  expect(records?.buffer).toBe(body.buffer);
  expect(Buffer.from(records ?? []).toString()).toBe('batch');
});

test('a fetch response carries its batches as the very buffers that were given', () => {
  const batches = [Buffer.alloc(1000, 1), Buffer.alloc(2000, 2)];
  const partition = { partitionIndex: 0, errorCode: 0, highWatermark: 7, abortedTransactions: null, records: batches };
  const body: FetchResponse = { responses: [{ topic: 'orders', partitions: [partition] }] };
  const frame = responseFrame(codec(), fetch, 12, 42, body);
  expect(frame).toContain(batches[0]);
  expect(frame).toContain(batches[1]);
  const whole = bytesOf(frame);
  expect(whole.readInt32BE(0)).toBe(whole.length - 4);
  expect(whole.readInt32BE(4)).toBe(42);
  const read = codec().decodeResponse(fetch, 12, whole, 9).responses[0]?.partitions[0];
  expect(read).toMatchObject({
    highWatermark: 7,
    lastStableOffset: -1,
    currentLeader: { leaderId: -1, leaderEpoch: -1 },
  });
  expect(read?.records?.length).toBe(3000);
});

test('fields that a version lacks decode to their defaults', () => {
  const request = codec().decodeRequest(metadata, 0, Buffer.from([0, 0, 0, 0]));
  expect(request).toEqual({
    topics: [],
    allowAutoTopicCreation: true,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  });
});

test.each([
  ['truncated', '/topicData/0/partitionData/0/records', (body: Buffer) => body.subarray(0, body.length - 4)],
  ['truncated', '/transactionalId', () => Buffer.alloc(0)],
] as const)('a produce request that is %s is refused with the path %s', (reason, path, spoil) => {
  const error = caught(() => codec().decodeRequest(produce, 9, spoil(produceBody(Buffer.from('batch')))));
  expect(error).toMatchObject({ api: 'Produce', version: 9, reason, path });
});

test('bytes behind a request are ignored, as librdkafka needs it; behind an answer they are refused', () => {
  const allTopics = codec().decodeRequest(metadata, 13, Buffer.from('00000000010000', 'hex'));
  expect(allTopics).toMatchObject({ topics: null, includeTopicAuthorizedOperations: false });
  const body = bytesOf(codec().encodeResponse(apiVersions, 3, { errorCode: 0, apiKeys: [] }).finish());
  const spoiled = Buffer.concat([body, Buffer.from([0])]);
  expect(caught(() => codec().decodeResponse(apiVersions, 3, spoiled))).toMatchObject({ reason: 'trailing' });
});

test('an int64 beyond 2^53 is the greatest safe integer in hot use and kept in exact use', () => {
  const response = { errorCode: 0, apiKeys: [], finalizedFeaturesEpoch: 2 ** 53 - 1 };
  const body = bytesOf(codec().encodeResponse(apiVersions, 3, response).finish());
  expect(codec().decodeResponse(apiVersions, 3, body).finalizedFeaturesEpoch).toBe(2 ** 53 - 1);
  const at = body.indexOf(Buffer.from('001fffffffffffff', 'hex'));
  body.writeBigInt64BE(2n ** 62n + 1n, at);
  expect(codec().decodeResponse(apiVersions, 3, body).finalizedFeaturesEpoch).toBe(2 ** 53 - 1);
  const exact = new WireCodec({ int64: 'exact', keepUnknownTags: true }).decodeResponse(apiVersions, 3, body);
  expect(exact.finalizedFeaturesEpoch).toBe(2n ** 62n + 1n);
  body.writeBigInt64BE(-(2n ** 53n), at);
  expect(codec().decodeResponse(apiVersions, 3, body).finalizedFeaturesEpoch).toBe(1 - 2 ** 53);
});

test('a count that promises more items than there are bytes is refused before memory is taken', () => {
  const body = Buffer.from('000000010000000a7fffffff', 'hex');
  expect(caught(() => codec().decodeRequest(metadata, 0, Buffer.from('7fffffff', 'hex')))).toMatchObject({
    reason: 'length',
    path: '/topics',
  });
  expect(caught(() => codec().decodeRequest(produce, 3, body)).reason).toBe('length');
});

test('a string that is not UTF-8, and a null where none is allowed, are refused', () => {
  expect(caught(() => codec().decodeRequest(metadata, 0, Buffer.from('000000010002c328', 'hex')))).toMatchObject({
    reason: 'utf8',
    path: '/topics/0/name',
  });
  expect(caught(() => codec().decodeRequest(metadata, 0, Buffer.from('ffffffff', 'hex')))).toMatchObject({
    reason: 'null',
    path: '/topics',
  });
});

test('values that do not fit are refused by the encoder, with their path', () => {
  const topicData = [{ name: 'orders', partitionData: [{ index: 2 ** 31, records: null }] }];
  const error = caught(() => codec().encodeRequest(produce, 9, { acks: -1, timeoutMs: 1, topicData }));
  expect(error).toMatchObject({ reason: 'value', path: '/topicData/0/partitionData/0/index' });
  expect(caught(() => codec().encodeRequest(produce, 2, { acks: 1, timeoutMs: 1, topicData: [] })).reason).toBe(
    'version',
  );
});

test('ApiVersions is answered with response header v0 at every version, others with v1 when flexible', () => {
  expect([0, 3, 4].map((version) => responseHeaderVersion(apiVersions, version))).toEqual([0, 0, 0]);
  expect([11, 12].map((version) => responseHeaderVersion(fetch, version))).toEqual([0, 1]);
});

test('a request frame carries a header that reads back, and a null client id reads as the empty one', () => {
  const frame = bytesOf(
    requestFrame(codec(), metadata, 12, { correlationId: 7, clientId: 'tést' }, { topics: null }),
  ).subarray(4);
  expect(readRequestStart(frame)).toEqual({ apiKey: 3, apiVersion: 12, correlationId: 7 });
  expect(readRequestHeader(frame, metadata)).toMatchObject({ clientId: 'tést', bodyAt: 16 });
  const nameless = Buffer.from('0003000000000001ffff', 'hex');
  expect(readRequestHeader(nameless, metadata)).toMatchObject({ clientId: '', bodyAt: 10 });
});
