/** The face of the batch room: headers, checks, building and reading. Decompressors are in `storage/compression`. */
export { buildBatch } from './batch-builder.ts';
export type { NewBatch, NewRecord } from './batch-builder.ts';
export { checkProduce, intactHeader, nextBatch } from './batch-check.ts';
export type { AcceptedBatch, BatchFault, NextBatch, ProduceRules, RefusedBatch } from './batch-check.ts';
export {
  BATCH_HEADER_SIZE,
  BATCH_LENGTH_END,
  BATCH_MAGIC,
  batchBaseOffset,
  batchCrc,
  batchEndOffset,
  batchTerm,
  readBatchHeader,
  stampBatch,
  stampTimestamp,
  writeBatchHeader,
} from './batch-header.ts';
export type { BatchHeader, TimestampType } from './batch-header.ts';
export {
  buildControlBatch,
  isControlBatch,
  markerBody,
  markerCoordinatorEpoch,
  readControlBatch,
} from './control-batch.ts';
export type { ControlRecord, ControlType, NewControlBatch } from './control-batch.ts';
export { crc32c, makeScriptCrc32c } from './crc32c.ts';
export type { Crc32c } from './crc32c.ts';
export { walkRawRecords } from './raw-records.ts';
export type { RawRecord } from './raw-records.ts';
export { readRecords, refuseCompressed } from './records.ts';
export type { Decompress, LogRecord, ReadRecords, RecordHeader } from './records.ts';
export { varintSize, VarintCursor, writeVarint } from './varint.ts';
export type { Compression } from '../compression/compression.ts';
