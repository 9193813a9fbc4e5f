/**
 * DescribeGroups (key 15): shows classic groups and their members.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const describeGroups = {
  key: 15,
  name: 'DescribeGroups',
  versions: [0, 6],
  flexible: 5,
  request: {
    groups: 'string[]',
    includeAuthorizedOperations: 'bool 3+',
  },
  response: {
    throttleTimeMs: 'int32 1+ = 0',
    groups: struct('[]', {
      errorCode: 'int16',
      errorMessage: 'string? 6+ = null',
      groupId: 'string',
      groupState: 'string',
      protocolType: 'string',
      protocolData: 'string',
      members: struct('[]', {
        memberId: 'string',
        groupInstanceId: 'string? 4+ = null',
        clientId: 'string',
        clientHost: 'string',
        memberMetadata: 'bytes',
        memberAssignment: 'bytes',
      }),
      authorizedOperations: 'int32 3+ = -2147483648',
    }),
  },
} as const satisfies ApiSchema;

export type DescribeGroupsRequest = Decoded<typeof describeGroups.request>;
export type DescribeGroupsResponse = Encodable<typeof describeGroups.response>;
