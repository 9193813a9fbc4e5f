/**
 * DescribeAcls (key 29): shows access rules.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const describeAcls = {
  key: 29,
  name: 'DescribeAcls',
  versions: [1, 3],
  flexible: 2,
  request: {
    resourceTypeFilter: 'int8',
    resourceNameFilter: 'string?',
    patternTypeFilter: 'int8 = 3',
    principalFilter: 'string?',
    hostFilter: 'string?',
    operation: 'int8',
    permissionType: 'int8',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string?',
    resources: struct('[]', {
      resourceType: 'int8',
      resourceName: 'string',
      patternType: 'int8 = 3',
      acls: struct('[]', {
        principal: 'string',
        host: 'string',
        operation: 'int8',
        permissionType: 'int8',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type DescribeAclsRequest = Decoded<typeof describeAcls.request>;
export type DescribeAclsResponse = Encodable<typeof describeAcls.response>;
