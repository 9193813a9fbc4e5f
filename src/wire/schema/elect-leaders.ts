/**
 * ElectLeaders (key 43): elects preferred or, on request, unclean leaders.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const electLeaders = {
  key: 43,
  name: 'ElectLeaders',
  versions: [0, 2],
  flexible: 2,
  request: {
    electionType: 'int8 1+',
    topicPartitions: struct('[]?', {
      topic: 'string',
      partitions: 'int32[]',
    }),
    timeoutMs: 'int32 = 60000',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16 1+',
    replicaElectionResults: struct('[]', {
      topic: 'string',
      partitionResult: struct('[]', {
        partitionId: 'int32',
        errorCode: 'int16',
        errorMessage: 'string?',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type ElectLeadersRequest = Decoded<typeof electLeaders.request>;
export type ElectLeadersResponse = Encodable<typeof electLeaders.response>;
