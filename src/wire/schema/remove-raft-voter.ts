/**
 * RemoveRaftVoter (key 81): removes a voter from the metadata quorum.
 *
 * The notation is explained in `field.ts`.
 */
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const removeRaftVoter = {
  key: 81,
  name: 'RemoveRaftVoter',
  versions: [0, 0],
  flexible: 0,
  request: {
    clusterId: 'string?',
    voterId: 'int32',
    voterDirectoryId: 'uuid',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string?',
  },
} as const satisfies ApiSchema;

export type RemoveRaftVoterRequest = Decoded<typeof removeRaftVoter.request>;
export type RemoveRaftVoterResponse = Encodable<typeof removeRaftVoter.response>;
