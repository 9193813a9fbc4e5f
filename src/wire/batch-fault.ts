/**
 * Which Kafka error a refused batch is answered with.
 */
import type { BatchFault } from '../../storage/batch/index.ts';
import type { ErrorName } from './error-code.ts';

export const BATCH_FAULT_ERRORS: { readonly [Fault in BatchFault]: ErrorName } = {
  corrupt: 'CORRUPT_MESSAGE',
  'invalid-record': 'INVALID_RECORD',
  'invalid-timestamp': 'INVALID_TIMESTAMP',
  'too-large': 'MESSAGE_TOO_LARGE',
  'unsupported-compression': 'UNSUPPORTED_COMPRESSION_TYPE',
};
