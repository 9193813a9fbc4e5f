/**
 * Opening a data directory: lock, identity, standing, journal replay.
 */
import type { NodeId, Random } from '../raft/index.ts';
import type { Clock } from './clock.ts';
import type { Disk } from './disk.ts';
import type { KeyValueOpener } from './key-value.ts';
import type { Store, StoreRefusal } from './store.ts';

export interface StoreOptions {
  readonly directory: string;
  readonly node: NodeId;
  /** From the configuration, when it names one; else null. */
  readonly clusterId: string | null;
  /** Names a new directory. */
  readonly random: Random;
  readonly bootId: string;
  readonly disk: Disk;
  readonly keyValues: KeyValueOpener;
  readonly clock: Clock;
  readonly limits: StoreLimits;
  /** A journal write or fsync failed: nothing can be promised any more. Must end the process. */
  readonly fatal: (reason: string) => never;
}

export interface StoreLimits {
  readonly journalFileBytes: number;
  /** Journal bytes after which a checkpoint begins; at twice as much, appends wait. */
  readonly checkpointBytes: number;
  readonly openFilesMax: number;
  /** Bytes of recent batches kept in memory over all logs, and per log. */
  readonly tailBytesMax: number;
  readonly tailBytesPerLogMax: number;
  /** Free bytes on the disk below which appends are refused (failure kind `full`, cleared when space returns). */
  readonly freeBytesMin: number;
  /** flush=interval: time between two syncs. */
  readonly flushIntervalMs: number;
  /** flush=always: how long batches that the journal holds wait for others to go to their segment with; 0: end of the turn. */
  readonly segmentLagMs: number;
}

export type OpenStore = (options: StoreOptions) => Promise<Store | StoreRefusal>;
