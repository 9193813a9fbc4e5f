/**
 * Bodies of control records and of the principal, as schemas.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { DataSchema, Decoded } from './field.ts';

const voter = {
  voterId: 'int32',
  voterDirectoryId: 'uuid 1+',
} as const;

export const defaultPrincipalData = {
  name: 'DefaultPrincipalData',
  versions: [0, 0],
  flexible: 0,
  fields: {
    type: 'string',
    name: 'string',
    tokenAuthenticated: 'bool',
  },
} as const satisfies DataSchema;
export type DefaultPrincipalData = Decoded<typeof defaultPrincipalData.fields>;

export const endTxnMarker = {
  name: 'EndTxnMarker',
  versions: [0, 0],
  flexible: null,
  fields: {
    coordinatorEpoch: 'int32',
  },
} as const satisfies DataSchema;
export type EndTxnMarker = Decoded<typeof endTxnMarker.fields>;

export const kRaftVersionRecord = {
  name: 'KRaftVersionRecord',
  versions: [0, 0],
  flexible: 0,
  fields: {
    version: 'int16',
    kRaftVersion: 'int16',
  },
} as const satisfies DataSchema;
export type KRaftVersionRecord = Decoded<typeof kRaftVersionRecord.fields>;

export const leaderChangeMessage = {
  name: 'LeaderChangeMessage',
  versions: [0, 1],
  flexible: 0,
  fields: {
    version: 'int16',
    leaderId: 'int32',
    voters: struct('[]', voter),
    grantingVoters: struct('[]', voter),
  },
} as const satisfies DataSchema;
export type LeaderChangeMessage = Decoded<typeof leaderChangeMessage.fields>;

export const snapshotFooterRecord = {
  name: 'SnapshotFooterRecord',
  versions: [0, 0],
  flexible: 0,
  fields: {
    version: 'int16',
  },
} as const satisfies DataSchema;
export type SnapshotFooterRecord = Decoded<typeof snapshotFooterRecord.fields>;

export const snapshotHeaderRecord = {
  name: 'SnapshotHeaderRecord',
  versions: [0, 0],
  flexible: 0,
  fields: {
    version: 'int16',
    lastContainedLogTimestamp: 'int64',
  },
} as const satisfies DataSchema;
export type SnapshotHeaderRecord = Decoded<typeof snapshotHeaderRecord.fields>;

export const votersRecord = {
  name: 'VotersRecord',
  versions: [0, 0],
  flexible: 0,
  fields: {
    version: 'int16',
    voters: struct('[]', {
      voterId: 'int32',
      voterDirectoryId: 'uuid',
      endpoints: struct('[]', {
        name: 'string',
        host: 'string',
        port: 'uint16',
      }),
      kRaftVersionFeature: struct('{}', {
        minSupportedVersion: 'int16',
        maxSupportedVersion: 'int16',
      }),
    }),
  },
} as const satisfies DataSchema;
export type VotersRecord = Decoded<typeof votersRecord.fields>;

export const controlRecordTypeSchema = {
  name: 'ControlRecordTypeSchema',
  versions: [0, 0],
  flexible: null,
  fields: {
    type: 'int16',
  },
} as const satisfies DataSchema;
export type ControlRecordTypeSchema = Decoded<typeof controlRecordTypeSchema.fields>;
