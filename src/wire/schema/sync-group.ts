/**
 * SyncGroup (key 14): hands out the assignment that the group's leader made.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const syncGroup = {
  key: 14,
  name: 'SyncGroup',
  versions: [0, 5],
  flexible: 4,
  request: {
    groupId: 'string',
    generationId: 'int32',
    memberId: 'string',
    groupInstanceId: 'string? 3+ = null',
    protocolType: 'string? 5+ = null',
    protocolName: 'string? 5+ = null',
    assignments: struct('[]', {
      memberId: 'string',
      assignment: 'bytes',
    }),
  },
  response: {
    throttleTimeMs: 'int32 1+ = 0',
    errorCode: 'int16',
    protocolType: 'string? 5+ = null',
    protocolName: 'string? 5+ = null',
    assignment: 'bytes',
  },
} as const satisfies ApiSchema;

export type SyncGroupRequest = Decoded<typeof syncGroup.request>;
export type SyncGroupResponse = Encodable<typeof syncGroup.response>;
