/**
 * JoinGroup (key 11): joins a classic group.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const joinGroup = {
  key: 11,
  name: 'JoinGroup',
  versions: [0, 9],
  flexible: 6,
  request: {
    groupId: 'string',
    sessionTimeoutMs: 'int32',
    rebalanceTimeoutMs: 'int32 1+ = -1',
    memberId: 'string',
    groupInstanceId: 'string? 5+ = null',
    protocolType: 'string',
    protocols: struct('[]', {
      name: 'string',
      metadata: 'bytes',
    }),
    reason: 'string? 8+ = null',
  },
  response: {
    throttleTimeMs: 'int32 2+ = 0',
    errorCode: 'int16',
    generationId: 'int32 = -1',
    protocolType: 'string? 7+ = null',
    protocolName: 'string null 7+',
    leader: 'string',
    skipAssignment: 'bool 9+ = false',
    memberId: 'string',
    members: struct('[]', {
      memberId: 'string',
      groupInstanceId: 'string? 5+ = null',
      metadata: 'bytes',
    }),
  },
} as const satisfies ApiSchema;

export type JoinGroupRequest = Decoded<typeof joinGroup.request>;
export type JoinGroupResponse = Encodable<typeof joinGroup.response>;
