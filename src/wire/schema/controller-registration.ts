/**
 * ControllerRegistration (key 70): registers a controller; between controllers.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const controllerRegistration = {
  key: 70,
  name: 'ControllerRegistration',
  versions: [0, 0],
  flexible: 0,
  request: {
    controllerId: 'int32',
    incarnationId: 'uuid',
    zkMigrationReady: 'bool',
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
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string?',
  },
} as const satisfies ApiSchema;

export type ControllerRegistrationRequest = Decoded<typeof controllerRegistration.request>;
export type ControllerRegistrationResponse = Encodable<typeof controllerRegistration.response>;
