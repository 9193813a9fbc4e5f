/**
 * Records of the internal topic `__consumer_offsets`: keys and values of commits and classic groups.
 *
 * A key is preceded by an int16 record type (0 and 1: offset commit, 2: group), a value by its version as an
 * int16. The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { DataSchema, Decoded } from './field.ts';

const memberMetadata = {
  memberId: 'string',
  groupInstanceId: 'string? 3+ = null',
  clientId: 'string',
  clientHost: 'string',
  rebalanceTimeout: 'int32 1+ = -1',
  sessionTimeout: 'int32',
  subscription: 'bytes',
  assignment: 'bytes',
} as const;

export const offsetCommitKey = {
  name: 'OffsetCommitKey',
  versions: [0, 0],
  flexible: null,
  fields: {
    group: 'string',
    topic: 'string',
    partition: 'int32',
  },
} as const satisfies DataSchema;
export type OffsetCommitKey = Decoded<typeof offsetCommitKey.fields>;

export const offsetCommitValue = {
  name: 'OffsetCommitValue',
  versions: [0, 4],
  flexible: 4,
  fields: {
    offset: 'int64',
    leaderEpoch: 'int32 3+ = -1',
    metadata: 'string',
    commitTimestamp: 'int64',
    expireTimestamp: 'int64 1 = -1',
    topicId: 'uuid 4+ tag 0',
  },
} as const satisfies DataSchema;
export type OffsetCommitValue = Decoded<typeof offsetCommitValue.fields>;

export const groupMetadataKey = {
  name: 'GroupMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: {
    group: 'string',
  },
} as const satisfies DataSchema;
export type GroupMetadataKey = Decoded<typeof groupMetadataKey.fields>;

export const groupMetadataValue = {
  name: 'GroupMetadataValue',
  versions: [0, 4],
  flexible: 4,
  fields: {
    protocolType: 'string',
    generation: 'int32',
    protocol: 'string?',
    leader: 'string?',
    currentStateTimestamp: 'int64 2+ = -1',
    members: struct('[]', memberMetadata),
  },
} as const satisfies DataSchema;
export type GroupMetadataValue = Decoded<typeof groupMetadataValue.fields>;
