/**
 * ApiVersions: what this broker serves. An unknown version of this very request is answered in version 0 with error
 * 35 and the range of ApiVersions alone, so that clients can try again (KIP-511).
 */
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';

/** What this broker can do beyond APIs and versions, each level of it from 0 to here: always on, so the epoch never moves. */
const FEATURES: readonly { readonly name: string; readonly level: number }[] = [
  { name: 'group.version', level: 1 },
  // New clients let leaders add partitions to their transactions, and take a new epoch with each (KIP-890).
  { name: 'transaction.version', level: 2 },
];
const FEATURES_EPOCH = 0;
/** First version that may show a lowest level of 0. */
const ZERO_LEVEL_VERSION = 4;

/** What names of client software may look like (KIP-511). */
const SOFTWARE_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

/** @param served the other handlers of the server, whose versions are shown */
export function apiVersionsHandler(served: readonly ApiHandler[]): ApiHandler {
  const rows = [...served.map(({ api }) => api), API_TABLE.apiVersions]
    .map(({ schema, advertised }) => ({ apiKey: schema.key, minVersion: advertised[0], maxVersion: advertised[1] }))
    .sort((a, b) => a.apiKey - b.apiKey);
  const own = rows.filter(({ apiKey }) => apiKey === API_TABLE.apiVersions.schema.key);
  return apiHandler(API_TABLE.apiVersions, (request, context) => {
    if ('unsupported' in request) return respond({ errorCode: errorCode('UNSUPPORTED_VERSION'), apiKeys: own });
    const named =
      context.version < 3 ||
      (SOFTWARE_NAME.test(request.clientSoftwareName) && SOFTWARE_NAME.test(request.clientSoftwareVersion));
    if (!named) return respond({ errorCode: errorCode('INVALID_REQUEST'), apiKeys: [] });
    const minVersion = context.version < ZERO_LEVEL_VERSION ? 1 : 0;
    return respond({
      errorCode: 0,
      apiKeys: rows,
      supportedFeatures: FEATURES.map(({ name, level }) => ({ name, minVersion, maxVersion: level })),
      finalizedFeaturesEpoch: FEATURES_EPOCH,
      finalizedFeatures: FEATURES.map(({ name, level }) => ({ name, maxVersionLevel: level, minVersionLevel: level })),
    });
  });
}
