/**
 * DeleteAcls (key 31): deletes access rules.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const deleteAcls = {
  key: 31,
  name: 'DeleteAcls',
  versions: [1, 3],
  flexible: 2,
  request: {
    filters: struct('[]', {
      resourceTypeFilter: 'int8',
      resourceNameFilter: 'string?',
      patternTypeFilter: 'int8 = 3',
      principalFilter: 'string?',
      hostFilter: 'string?',
      operation: 'int8',
      permissionType: 'int8',
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    filterResults: struct('[]', {
      errorCode: 'int16',
      errorMessage: 'string?',
      matchingAcls: struct('[]', {
        errorCode: 'int16',
        errorMessage: 'string?',
        resourceType: 'int8',
        resourceName: 'string',
        patternType: 'int8 = 3',
        principal: 'string',
        host: 'string',
        operation: 'int8',
        permissionType: 'int8',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type DeleteAclsRequest = Decoded<typeof deleteAcls.request>;
export type DeleteAclsResponse = Encodable<typeof deleteAcls.response>;
