/**
 * DescribeClientQuotas (key 48): shows client quotas.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const describeClientQuotas = {
  key: 48,
  name: 'DescribeClientQuotas',
  versions: [0, 1],
  flexible: 1,
  request: {
    components: struct('[]', {
      entityType: 'string',
      matchType: 'int8',
      match: 'string?',
    }),
    strict: 'bool',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string?',
    entries: struct('[]?', {
      entity: struct('[]', {
        entityType: 'string',
        entityName: 'string?',
      }),
      values: struct('[]', {
        key: 'string',
        value: 'float64',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type DescribeClientQuotasRequest = Decoded<typeof describeClientQuotas.request>;
export type DescribeClientQuotasResponse = Encodable<typeof describeClientQuotas.response>;
