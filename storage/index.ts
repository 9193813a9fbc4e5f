/** The storage room's face. Outsiders import this file only. */
export type { Clock, Timer } from './clock.ts';
export { DiskError } from './disk.ts';
export type { DirectoryEntry, Disk, DiskErrorKind, DiskFile, OpenMode, Pending } from './disk.ts';
export { KeyValueError } from './key-value.ts';
export type { KeyRange, KeyValue, KeyValueChange, KeyValueErrorKind, KeyValueOpener } from './key-value.ts';
