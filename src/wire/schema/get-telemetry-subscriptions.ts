/**
 * GetTelemetrySubscriptions (key 71): tells a client which metrics to send (KIP-714).
 *
 * The notation is explained in `field.ts`.
 */
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const getTelemetrySubscriptions = {
  key: 71,
  name: 'GetTelemetrySubscriptions',
  versions: [0, 0],
  flexible: 0,
  request: {
    clientInstanceId: 'uuid',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    clientInstanceId: 'uuid',
    subscriptionId: 'int32',
    acceptedCompressionTypes: 'int8[]',
    pushIntervalMs: 'int32',
    telemetryMaxBytes: 'int32',
    deltaTemporality: 'bool',
    requestedMetrics: 'string[]',
  },
} as const satisfies ApiSchema;

export type GetTelemetrySubscriptionsRequest = Decoded<typeof getTelemetrySubscriptions.request>;
export type GetTelemetrySubscriptionsResponse = Encodable<typeof getTelemetrySubscriptions.response>;
