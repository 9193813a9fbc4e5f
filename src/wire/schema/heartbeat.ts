/**
 * Heartbeat (key 12): keeps a member of a classic group alive.
 *
 * The notation is explained in `field.ts`.
 */
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const heartbeat = {
  key: 12,
  name: 'Heartbeat',
  versions: [0, 4],
  flexible: 4,
  request: {
    groupId: 'string',
    generationId: 'int32',
    memberId: 'string',
    groupInstanceId: 'string? 3+ = null',
  },
  response: {
    throttleTimeMs: 'int32 1+ = 0',
    errorCode: 'int16',
  },
} as const satisfies ApiSchema;

export type HeartbeatRequest = Decoded<typeof heartbeat.request>;
export type HeartbeatResponse = Encodable<typeof heartbeat.response>;
