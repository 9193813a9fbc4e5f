/**
 * DeleteGroups (key 42): deletes empty groups.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const deleteGroups = {
  key: 42,
  name: 'DeleteGroups',
  versions: [0, 2],
  flexible: 2,
  request: {
    groupsNames: 'string[]',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    results: struct('[]', {
      groupId: 'string',
      errorCode: 'int16',
    }),
  },
} as const satisfies ApiSchema;

export type DeleteGroupsRequest = Decoded<typeof deleteGroups.request>;
export type DeleteGroupsResponse = Encodable<typeof deleteGroups.response>;
