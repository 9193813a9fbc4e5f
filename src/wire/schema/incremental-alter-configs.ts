/**
 * IncrementalAlterConfigs (key 44): changes single configuration keys.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const incrementalAlterConfigs = {
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: [0, 1],
  flexible: 1,
  request: {
    resources: struct('[]', {
      resourceType: 'int8',
      resourceName: 'string',
      configs: struct('[]', {
        name: 'string',
        configOperation: 'int8',
        value: 'string?',
      }),
    }),
    validateOnly: 'bool',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    responses: struct('[]', {
      errorCode: 'int16',
      errorMessage: 'string?',
      resourceType: 'int8',
      resourceName: 'string',
    }),
  },
} as const satisfies ApiSchema;

export type IncrementalAlterConfigsRequest = Decoded<typeof incrementalAlterConfigs.request>;
export type IncrementalAlterConfigsResponse = Encodable<typeof incrementalAlterConfigs.response>;
