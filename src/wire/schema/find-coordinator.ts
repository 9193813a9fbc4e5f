/**
 * FindCoordinator (key 10): finds the node that coordinates a group or a transactional id.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const findCoordinator = {
  key: 10,
  name: 'FindCoordinator',
  versions: [0, 6],
  flexible: 3,
  request: {
    key: 'string 0-3',
    keyType: 'int8 1+ = 0',
    coordinatorKeys: 'string[] 4+',
  },
  response: {
    throttleTimeMs: 'int32 1+ = 0',
    errorCode: 'int16 0-3',
    errorMessage: 'string? 1-3',
    nodeId: 'int32 0-3',
    host: 'string 0-3',
    port: 'int32 0-3',
    coordinators: struct('[] 4+', {
      key: 'string',
      nodeId: 'int32',
      host: 'string',
      port: 'int32',
      errorCode: 'int16',
      errorMessage: 'string?',
    }),
  },
} as const satisfies ApiSchema;

export type FindCoordinatorRequest = Decoded<typeof findCoordinator.request>;
export type FindCoordinatorResponse = Encodable<typeof findCoordinator.response>;
