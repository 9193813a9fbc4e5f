/**
 * UpdateFeatures (key 57): raises or lowers finalized features.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const updateFeatures = {
  key: 57,
  name: 'UpdateFeatures',
  versions: [0, 2],
  flexible: 0,
  request: {
    timeoutMs: 'int32 = 60000',
    featureUpdates: struct('[]', {
      feature: 'string',
      maxVersionLevel: 'int16',
      allowDowngrade: 'bool 0',
      upgradeType: 'int8 1+ = 1',
    }),
    validateOnly: 'bool 1+ = false',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string?',
    results: struct('[] 0-1', {
      feature: 'string',
      errorCode: 'int16',
      errorMessage: 'string?',
    }),
  },
} as const satisfies ApiSchema;

export type UpdateFeaturesRequest = Decoded<typeof updateFeatures.request>;
export type UpdateFeaturesResponse = Encodable<typeof updateFeatures.response>;
