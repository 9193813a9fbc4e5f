/**
 * LeaveGroup (key 13): leaves a classic group.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const leaveGroup = {
  key: 13,
  name: 'LeaveGroup',
  versions: [0, 5],
  flexible: 4,
  request: {
    groupId: 'string',
    memberId: 'string 0-2',
    members: struct('[] 3+', {
      memberId: 'string',
      groupInstanceId: 'string? = null',
      reason: 'string? 5+ = null',
    }),
  },
  response: {
    throttleTimeMs: 'int32 1+ = 0',
    errorCode: 'int16',
    members: struct('[] 3+', {
      memberId: 'string',
      groupInstanceId: 'string?',
      errorCode: 'int16',
    }),
  },
} as const satisfies ApiSchema;

export type LeaveGroupRequest = Decoded<typeof leaveGroup.request>;
export type LeaveGroupResponse = Encodable<typeof leaveGroup.response>;
