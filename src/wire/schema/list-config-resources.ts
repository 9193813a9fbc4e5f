/**
 * ListConfigResources (key 74): lists the names of configuration resources.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const listConfigResources = {
  key: 74,
  name: 'ListConfigResources',
  versions: [0, 1],
  flexible: 0,
  request: {
    resourceTypes: 'int8[] 1+',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    configResources: struct('[]', {
      resourceName: 'string',
      resourceType: 'int8 1+ = 16',
    }),
  },
} as const satisfies ApiSchema;

export type ListConfigResourcesRequest = Decoded<typeof listConfigResources.request>;
export type ListConfigResourcesResponse = Encodable<typeof listConfigResources.response>;
