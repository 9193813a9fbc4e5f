/**
 * BrokerHeartbeat (key 63): keeps a node unfenced; between nodes.
 *
 * The notation is explained in `field.ts`.
 */
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const brokerHeartbeat = {
  key: 63,
  name: 'BrokerHeartbeat',
  versions: [0, 2],
  flexible: 0,
  request: {
    brokerId: 'int32',
    brokerEpoch: 'int64 = -1',
    currentMetadataOffset: 'int64',
    wantFence: 'bool',
    wantShutDown: 'bool',
    offlineLogDirs: 'uuid[] 1+ tag 0',
    cordonedLogDirs: 'uuid[]? 2+ tag 1 = null',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    isCaughtUp: 'bool = false',
    isFenced: 'bool = true',
    shouldShutDown: 'bool',
  },
} as const satisfies ApiSchema;

export type BrokerHeartbeatRequest = Decoded<typeof brokerHeartbeat.request>;
export type BrokerHeartbeatResponse = Encodable<typeof brokerHeartbeat.response>;
