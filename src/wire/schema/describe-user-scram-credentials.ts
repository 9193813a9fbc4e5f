/**
 * DescribeUserScramCredentials (key 50): shows which SCRAM passwords exist.
 *
 * The notation is explained in `field.ts`.
 */
import type { ApiSchema } from './field.ts';

export const describeUserScramCredentials = {
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: [0, 0],
  flexible: 0,
  request: {
    users: ['[]?', {
      name: 'string',
    }],
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string?',
    results: ['[]', {
      user: 'string',
      errorCode: 'int16',
      errorMessage: 'string?',
      credentialInfos: ['[]', {
        mechanism: 'int8',
        iterations: 'int32',
      }],
    }],
  },
} as const satisfies ApiSchema;
