/**
 * AlterClientQuotas (key 49): changes client quotas.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const alterClientQuotas = {
  key: 49,
  name: 'AlterClientQuotas',
  versions: [0, 1],
  flexible: 1,
  request: {
    entries: struct('[]', {
      entity: struct('[]', {
        entityType: 'string',
        entityName: 'string?',
      }),
      ops: struct('[]', {
        key: 'string',
        value: 'float64',
        remove: 'bool',
      }),
    }),
    validateOnly: 'bool',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    entries: struct('[]', {
      errorCode: 'int16',
      errorMessage: 'string?',
      entity: struct('[]', {
        entityType: 'string',
        entityName: 'string?',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type AlterClientQuotasRequest = Decoded<typeof alterClientQuotas.request>;
export type AlterClientQuotasResponse = Encodable<typeof alterClientQuotas.response>;
