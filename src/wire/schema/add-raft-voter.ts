/**
 * AddRaftVoter (key 80): adds a voter to the metadata quorum.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const addRaftVoter = {
  key: 80,
  name: 'AddRaftVoter',
  versions: [0, 1],
  flexible: 0,
  request: {
    clusterId: 'string?',
    timeoutMs: 'int32',
    voterId: 'int32',
    voterDirectoryId: 'uuid',
    listeners: struct('[]', {
      name: 'string',
      host: 'string',
      port: 'uint16',
    }),
    ackWhenCommitted: 'bool 1+ = true',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string?',
  },
} as const satisfies ApiSchema;

export type AddRaftVoterRequest = Decoded<typeof addRaftVoter.request>;
export type AddRaftVoterResponse = Encodable<typeof addRaftVoter.response>;
