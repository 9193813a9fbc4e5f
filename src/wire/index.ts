/** The face of the wire room, for servers: lean, without the APIs that only the wire tool needs. */
export { accepts, API_TABLE, SERVED_APIS } from './api-table.ts';
export type { ApiName, ServedApi, VersionRange } from './api-table.ts';
export { BATCH_FAULT_ERRORS } from './batch-fault.ts';
export { isFlexible, WireCodec } from './codec.ts';
export { ERROR_CODES, errorCode, errorName } from './error-code.ts';
export type { ErrorCode, ErrorName } from './error-code.ts';
export { isFar } from './reader.ts';
export { FrameReader } from './frame-reader.ts';
export type { FrameResult } from './frame-reader.ts';
export {
  readRequestHeader,
  readRequestStart,
  readResponseHeader,
  requestFrame,
  responseFrame,
  responseHeaderVersion,
} from './frame.ts';
export type { RequestHeader, RequestStart } from './frame.ts';
export { coordinatorPartition, javaStringHash, murmur2, partitionOfKey } from './hash.ts';
export { ZERO_UUID } from './plan.ts';
export type { ApiSchema, DataSchema, Decoded, Encodable, RecordsInput } from './schema/field.ts';
export * from './schema/consumer-protocol.ts';
export * from './schema/group-record.ts';
export * from './schema/served.ts';
export * from './schema/transaction-record.ts';
export { WireError } from './wire-error.ts';
export type { WireFault } from './wire-error.ts';
