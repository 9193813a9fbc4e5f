/**
 * DescribeUserScramCredentials (key 50): shows which SCRAM passwords exist.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const describeUserScramCredentials = {
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: [0, 0],
  flexible: 0,
  request: {
    users: struct('[]?', {
      name: 'string',
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string?',
    results: struct('[]', {
      user: 'string',
      errorCode: 'int16',
      errorMessage: 'string?',
      credentialInfos: struct('[]', {
        mechanism: 'int8',
        iterations: 'int32',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type DescribeUserScramCredentialsRequest = Decoded<typeof describeUserScramCredentials.request>;
export type DescribeUserScramCredentialsResponse = Encodable<typeof describeUserScramCredentials.response>;
