/**
 * AlterConfigs (key 33): replaces the whole configuration of topics or nodes.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const alterConfigs = {
  key: 33,
  name: 'AlterConfigs',
  versions: [0, 2],
  flexible: 2,
  request: {
    resources: struct('[]', {
      resourceType: 'int8',
      resourceName: 'string',
      configs: struct('[]', {
        name: 'string',
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

export type AlterConfigsRequest = Decoded<typeof alterConfigs.request>;
export type AlterConfigsResponse = Encodable<typeof alterConfigs.response>;
