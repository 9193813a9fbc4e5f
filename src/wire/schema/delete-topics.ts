/**
 * DeleteTopics (key 20): deletes topics by name, from v6 by id.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const deleteTopics = {
  key: 20,
  name: 'DeleteTopics',
  versions: [1, 6],
  flexible: 4,
  request: {
    topics: struct('[] 6+', {
      name: 'string? = null',
      topicId: 'uuid',
    }),
    topicNames: 'string[] 0-5',
    timeoutMs: 'int32',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    responses: struct('[]', {
      name: 'string null 6+',
      topicId: 'uuid 6+',
      errorCode: 'int16',
      errorMessage: 'string? 5+ = null',
    }),
  },
} as const satisfies ApiSchema;

export type DeleteTopicsRequest = Decoded<typeof deleteTopics.request>;
export type DeleteTopicsResponse = Encodable<typeof deleteTopics.response>;
