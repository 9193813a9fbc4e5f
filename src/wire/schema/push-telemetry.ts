/**
 * PushTelemetry (key 72): carries client metrics (KIP-714).
 *
 * The notation is explained in `field.ts`.
 */
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const pushTelemetry = {
  key: 72,
  name: 'PushTelemetry',
  versions: [0, 0],
  flexible: 0,
  request: {
    clientInstanceId: 'uuid',
    subscriptionId: 'int32',
    terminating: 'bool',
    compressionType: 'int8',
    metrics: 'bytes',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
  },
} as const satisfies ApiSchema;

export type PushTelemetryRequest = Decoded<typeof pushTelemetry.request>;
export type PushTelemetryResponse = Encodable<typeof pushTelemetry.response>;
