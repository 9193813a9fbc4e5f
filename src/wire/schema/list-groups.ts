/**
 * ListGroups (key 16): lists the groups of one node.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const listGroups = {
  key: 16,
  name: 'ListGroups',
  versions: [0, 5],
  flexible: 3,
  request: {
    statesFilter: 'string[] 4+',
    typesFilter: 'string[] 5+',
  },
  response: {
    throttleTimeMs: 'int32 1+ = 0',
    errorCode: 'int16',
    groups: struct('[]', {
      groupId: 'string',
      protocolType: 'string',
      groupState: 'string 4+',
      groupType: 'string 5+',
    }),
  },
} as const satisfies ApiSchema;

export type ListGroupsRequest = Decoded<typeof listGroups.request>;
export type ListGroupsResponse = Encodable<typeof listGroups.response>;
