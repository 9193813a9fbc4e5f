/** The versions that are shown to clients, and the error codes. */
import { expect, test } from 'vitest';
import {
  accepts,
  API_TABLE,
  BATCH_FAULT_ERRORS,
  ERROR_CODES,
  errorCode,
  errorName,
  SERVED_APIS,
} from '../../src/wire/index.ts';
import { fixtureText } from './fixture.ts';

test('Produce shows version 0 for old librdkafka but is served from 3; unstable and broker-only versions are not shown', () => {
  expect(API_TABLE.produce.advertised).toEqual([0, 13]);
  expect([2, 3, 13, 14].map((version) => accepts(API_TABLE.produce, version))).toEqual([false, true, true, false]);
  expect(API_TABLE.initProducerId.advertised).toEqual([0, 5]);
  expect(API_TABLE.addPartitionsToTxn.advertised).toEqual([0, 3]);
});

test('the versions that old librdkafka looks for one by one are inside the ranges', () => {
  const needed: Readonly<Record<string, readonly number[]>> = {
    Produce: [0, 3, 7],
    Fetch: [4, 10],
    FindCoordinator: [0],
    OffsetCommit: [2],
    OffsetFetch: [1],
    JoinGroup: [0],
    SyncGroup: [0],
    Heartbeat: [0],
    LeaveGroup: [0],
    ListOffsets: [1],
    InitProducerId: [0],
    ApiVersions: [0, 3],
    Metadata: [0, 9],
  };
  for (const { schema, advertised } of SERVED_APIS) {
    for (const version of needed[schema.name] ?? [])
      expect(version >= advertised[0] && version <= advertised[1], schema.name).toBe(true);
  }
});

test('what is accepted has a schema, and keys rise', () => {
  for (const { schema, accepted } of SERVED_APIS) {
    expect(accepted[0]).toBeGreaterThanOrEqual(schema.versions[0]);
    expect(accepted[1]).toBeLessThanOrEqual(schema.versions[1]);
  }
  const keys = SERVED_APIS.map(({ schema }) => schema.key);
  expect(keys).toEqual(keys.toSorted((one, other) => one - other));
});

test('error codes, names and whether to retry are those of Kafka', () => {
  const table = Object.entries(ERROR_CODES).map(([name, { code, retriable }]) => [code, name, retriable]);
  expect(table).toEqual(JSON.parse(fixtureText('errors.json')));
  expect(errorCode('NOT_LEADER_OR_FOLLOWER')).toBe(6);
  expect([errorName(6), errorName(9999)]).toEqual(['NOT_LEADER_OR_FOLLOWER', null]);
  expect(Object.values(BATCH_FAULT_ERRORS).map((name) => errorCode(name))).toEqual([2, 87, 32, 10, 76]);
});
