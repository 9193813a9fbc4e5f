/** The storage room's face. Outsiders import this file only. */
export { crc32c } from './batch/index.ts';
export type { Clock, Timer } from './clock.ts';
export { DiskError } from './disk.ts';
export type { DirectoryEntry, Disk, DiskErrorKind, DiskFile, OpenMode, Pending } from './disk.ts';
export { isJsonObject, readJson } from './json.ts';
export { KeyValueError } from './key-value.ts';
export type { KeyRange, KeyValue, KeyValueChange, KeyValueErrorKind, KeyValueOpener } from './key-value.ts';
export type { OpenStore, StoreLimits, StoreOptions } from './open-store.ts';
export type {
  BatchRun,
  FlushPolicy,
  LogChange,
  LogFailure,
  LogSettings,
  ReadLimit,
  ReplicaLog,
  StoredBatch,
  AbortedRange,
  CompactionLimits,
  CompactionNeed,
  LogLife,
  TimestampedOffset,
} from './replica-log.ts';
export type {
  FoundGroup,
  Identity,
  Salvaged,
  SnapshotStore,
  Standing,
  Store,
  StoreRefusal,
  StoreStatus,
} from './store.ts';
export { CompactionStopped, PLAIN_LIFE } from './replica-log.ts';
export { openStore } from './data/open.ts';
export { describeFailure, lastingFailure } from './log-failure.ts';
export { LogFailed } from './log/log-failed.ts';
