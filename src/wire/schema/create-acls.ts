/**
 * CreateAcls (key 30): creates access rules.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const createAcls = {
  key: 30,
  name: 'CreateAcls',
  versions: [1, 3],
  flexible: 2,
  request: {
    creations: struct('[]', {
      resourceType: 'int8',
      resourceName: 'string',
      resourcePatternType: 'int8 = 3',
      principal: 'string',
      host: 'string',
      operation: 'int8',
      permissionType: 'int8',
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    results: struct('[]', {
      errorCode: 'int16',
      errorMessage: 'string?',
    }),
  },
} as const satisfies ApiSchema;

export type CreateAclsRequest = Decoded<typeof createAcls.request>;
export type CreateAclsResponse = Encodable<typeof createAcls.response>;
