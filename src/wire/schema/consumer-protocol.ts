/**
 * What consumers of a classic group tell each other through the coordinator, which does not look inside.
 *
 * On the wire each is preceded by its version as an int16. The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { DataSchema, Decoded } from './field.ts';

export const consumerProtocolSubscription = {
  name: 'ConsumerProtocolSubscription',
  versions: [0, 3],
  flexible: null,
  fields: {
    topics: 'string[]',
    userData: 'bytes? = null',
    ownedPartitions: struct('[] 1+', {
      topic: 'string',
      partitions: 'int32[]',
    }),
    generationId: 'int32 2+ = -1',
    rackId: 'string? 3+ = null',
  },
} as const satisfies DataSchema;
export type ConsumerProtocolSubscription = Decoded<typeof consumerProtocolSubscription.fields>;

export const consumerProtocolAssignment = {
  name: 'ConsumerProtocolAssignment',
  versions: [0, 3],
  flexible: null,
  fields: {
    assignedPartitions: struct('[]', {
      topic: 'string',
      partitions: 'int32[]',
    }),
    userData: 'bytes? = null',
  },
} as const satisfies DataSchema;
export type ConsumerProtocolAssignment = Decoded<typeof consumerProtocolAssignment.fields>;
