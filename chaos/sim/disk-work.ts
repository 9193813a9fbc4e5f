/**
 * One operation on a simulated disk, and who runs it: between the port of a process and the files that it opened.
 */
import type { DiskOperation, Latency } from './disk-faults.ts';
import type { Life } from './life.ts';
import type { SimDisk } from './sim-disk.ts';

/** One operation of a port, as `run` needs it. */
export interface DiskWork<T> {
  readonly operation: DiskOperation;
  readonly path: string;
  readonly latency: Latency;
  /** Takes effect and answers; throws {@link DiskError}. */
  apply(): T;
  /** Takes effect in part: at a crash, or before an injected failure. Absent: nothing happens. */
  applyPartly?(): void;
  /** Called instead of `apply` when a fault strikes, for what a failure breaks. Absent: `applyPartly`. */
  applyFailure?(): void;
}

/** Runs operations for one life of a process. */
export interface DiskDesk {
  readonly disk: SimDisk;
  readonly life: Life;
  /** Runs one operation as the rest of the simulated world sees it. */
  run<T>(work: DiskWork<T>): Promise<T>;
  /** Runs one operation now, faults included; throws a DiskError. */
  perform<T>(work: DiskWork<T>): T;
  /** Bytes that can still be written. */
  bytesLeft(): number;
}
