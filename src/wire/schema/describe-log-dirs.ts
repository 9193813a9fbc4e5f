/**
 * DescribeLogDirs (key 35): shows directories and the sizes of replicas in them.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const describeLogDirs = {
  key: 35,
  name: 'DescribeLogDirs',
  versions: [1, 5],
  flexible: 2,
  request: {
    topics: struct('[]?', {
      topic: 'string',
      partitions: 'int32[]',
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16 3+',
    results: struct('[]', {
      errorCode: 'int16',
      logDir: 'string',
      topics: struct('[]', {
        name: 'string',
        partitions: struct('[]', {
          partitionIndex: 'int32',
          partitionSize: 'int64',
          offsetLag: 'int64',
          isFutureKey: 'bool',
        }),
      }),
      totalBytes: 'int64 4+ = -1',
      usableBytes: 'int64 4+ = -1',
      isCordoned: 'bool 5+ = false',
    }),
  },
} as const satisfies ApiSchema;

export type DescribeLogDirsRequest = Decoded<typeof describeLogDirs.request>;
export type DescribeLogDirsResponse = Encodable<typeof describeLogDirs.response>;
