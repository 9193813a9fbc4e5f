/**
 * UpdateRaftVoter (key 82): changes the endpoints of a voter; between controllers.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const updateRaftVoter = {
  key: 82,
  name: 'UpdateRaftVoter',
  versions: [0, 0],
  flexible: 0,
  request: {
    clusterId: 'string?',
    currentLeaderEpoch: 'int32',
    voterId: 'int32',
    voterDirectoryId: 'uuid',
    listeners: struct('[]', {
      name: 'string',
      host: 'string',
      port: 'uint16',
    }),
    kRaftVersionFeature: struct('{}', {
      minSupportedVersion: 'int16',
      maxSupportedVersion: 'int16',
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    currentLeader: struct('{} tag 0', {
      leaderId: 'int32 = -1',
      leaderEpoch: 'int32 = -1',
      host: 'string',
      port: 'int32',
    }),
  },
} as const satisfies ApiSchema;

export type UpdateRaftVoterRequest = Decoded<typeof updateRaftVoter.request>;
export type UpdateRaftVoterResponse = Encodable<typeof updateRaftVoter.response>;
