/**
 * DescribeCluster (key 60): tells nodes, controller and cluster id.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const describeCluster = {
  key: 60,
  name: 'DescribeCluster',
  versions: [0, 2],
  flexible: 0,
  request: {
    includeClusterAuthorizedOperations: 'bool',
    endpointType: 'int8 1+ = 1',
    includeFencedBrokers: 'bool 2+',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string? = null',
    endpointType: 'int8 1+ = 1',
    clusterId: 'string',
    controllerId: 'int32 = -1',
    brokers: struct('[]', {
      brokerId: 'int32',
      host: 'string',
      port: 'int32',
      rack: 'string? = null',
      isFenced: 'bool 2+',
    }),
    clusterAuthorizedOperations: 'int32 = -2147483648',
  },
} as const satisfies ApiSchema;

export type DescribeClusterRequest = Decoded<typeof describeCluster.request>;
export type DescribeClusterResponse = Encodable<typeof describeCluster.response>;
