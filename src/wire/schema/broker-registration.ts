/**
 * BrokerRegistration (key 62): registers a node's new life; between nodes.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const brokerRegistration = {
  key: 62,
  name: 'BrokerRegistration',
  versions: [0, 4],
  flexible: 0,
  request: {
    brokerId: 'int32',
    clusterId: 'string',
    incarnationId: 'uuid',
    listeners: struct('[]', {
      name: 'string',
      host: 'string',
      port: 'uint16',
      securityProtocol: 'int16',
    }),
    features: struct('[]', {
      name: 'string',
      minSupportedVersion: 'int16',
      maxSupportedVersion: 'int16',
    }),
    rack: 'string?',
    isMigratingZkBroker: 'bool 1+ = false',
    logDirs: 'uuid[] 2+',
    previousBrokerEpoch: 'int64 3+ = -1',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    brokerEpoch: 'int64 = -1',
  },
} as const satisfies ApiSchema;

export type BrokerRegistrationRequest = Decoded<typeof brokerRegistration.request>;
export type BrokerRegistrationResponse = Encodable<typeof brokerRegistration.response>;
