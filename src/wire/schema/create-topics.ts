/**
 * CreateTopics (key 19): creates topics.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const createTopics = {
  key: 19,
  name: 'CreateTopics',
  versions: [2, 7],
  flexible: 5,
  request: {
    topics: struct('[]', {
      name: 'string',
      numPartitions: 'int32',
      replicationFactor: 'int16',
      assignments: struct('[]', {
        partitionIndex: 'int32',
        brokerIds: 'int32[]',
      }),
      configs: struct('[]', {
        name: 'string',
        value: 'string?',
      }),
    }),
    timeoutMs: 'int32 = 60000',
    validateOnly: 'bool = false',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    topics: struct('[]', {
      name: 'string',
      topicId: 'uuid 7+',
      errorCode: 'int16',
      errorMessage: 'string?',
      topicConfigErrorCode: 'int16 5+ tag 0',
      numPartitions: 'int32 5+ = -1',
      replicationFactor: 'int16 5+ = -1',
      configs: struct('[]? 5+', {
        name: 'string',
        value: 'string?',
        readOnly: 'bool',
        configSource: 'int8 = -1',
        isSensitive: 'bool',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type CreateTopicsRequest = Decoded<typeof createTopics.request>;
export type CreateTopicsResponse = Encodable<typeof createTopics.response>;
