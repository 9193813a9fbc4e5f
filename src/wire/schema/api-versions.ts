/**
 * ApiVersions (key 18): tells which APIs and versions this node speaks.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const apiVersions = {
  key: 18,
  name: 'ApiVersions',
  versions: [0, 4],
  flexible: 3,
  request: {
    clientSoftwareName: 'string 3+',
    clientSoftwareVersion: 'string 3+',
  },
  response: {
    errorCode: 'int16',
    apiKeys: struct('[]', {
      apiKey: 'int16',
      minVersion: 'int16',
      maxVersion: 'int16',
    }),
    throttleTimeMs: 'int32 1+ = 0',
    supportedFeatures: struct('[] 3+ tag 0', {
      name: 'string',
      minVersion: 'int16',
      maxVersion: 'int16',
    }),
    finalizedFeaturesEpoch: 'int64 3+ tag 1 = -1',
    finalizedFeatures: struct('[] 3+ tag 2', {
      name: 'string',
      maxVersionLevel: 'int16',
      minVersionLevel: 'int16',
    }),
    zkMigrationReady: 'bool 3+ tag 3 = false',
  },
} as const satisfies ApiSchema;

export type ApiVersionsRequest = Decoded<typeof apiVersions.request>;
export type ApiVersionsResponse = Encodable<typeof apiVersions.response>;
