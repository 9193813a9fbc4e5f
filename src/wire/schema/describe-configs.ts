/**
 * DescribeConfigs (key 32): shows configuration of topics and nodes.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const describeConfigs = {
  key: 32,
  name: 'DescribeConfigs',
  versions: [1, 4],
  flexible: 4,
  request: {
    resources: struct('[]', {
      resourceType: 'int8',
      resourceName: 'string',
      configurationKeys: 'string[]?',
    }),
    includeSynonyms: 'bool = false',
    includeDocumentation: 'bool 3+ = false',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    results: struct('[]', {
      errorCode: 'int16',
      errorMessage: 'string?',
      resourceType: 'int8',
      resourceName: 'string',
      configs: struct('[]', {
        name: 'string',
        value: 'string?',
        readOnly: 'bool',
        configSource: 'int8 = -1',
        isSensitive: 'bool',
        synonyms: struct('[]', {
          name: 'string',
          value: 'string?',
          source: 'int8',
        }),
        configType: 'int8 3+ = 0',
        documentation: 'string? 3+',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type DescribeConfigsRequest = Decoded<typeof describeConfigs.request>;
export type DescribeConfigsResponse = Encodable<typeof describeConfigs.response>;
