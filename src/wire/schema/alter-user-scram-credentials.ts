/**
 * AlterUserScramCredentials (key 51): sets or removes SCRAM passwords.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const alterUserScramCredentials = {
  key: 51,
  name: 'AlterUserScramCredentials',
  versions: [0, 0],
  flexible: 0,
  request: {
    deletions: struct('[]', {
      name: 'string',
      mechanism: 'int8',
    }),
    upsertions: struct('[]', {
      name: 'string',
      mechanism: 'int8',
      iterations: 'int32',
      salt: 'bytes',
      saltedPassword: 'bytes',
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    results: struct('[]', {
      user: 'string',
      errorCode: 'int16',
      errorMessage: 'string?',
    }),
  },
} as const satisfies ApiSchema;

export type AlterUserScramCredentialsRequest = Decoded<typeof alterUserScramCredentials.request>;
export type AlterUserScramCredentialsResponse = Encodable<typeof alterUserScramCredentials.response>;
