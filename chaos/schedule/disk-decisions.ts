/**
 * What is done to disks that are in use.
 *
 *   slow       every operation takes `factor` times as long (1: as usual)   slow-sync        so much longer takes each sync
 *   stall      nothing completes (or no operation of that name)             unstall          everything that waited does
 *   fail       the next operations of that name fail                        mend             none fails any more
 *   read-only  nothing can be changed, or again                             room             so many bytes are left; null: no limit
 *   lie        syncs say that they are done, and are not (outside of the promise)
 *
 * What is done to them while nobody runs is in `damage-decisions.ts`.
 */
import type { DiskErrorKind } from '../../storage/index.ts';
import type { DiskOperation } from '../sim/index.ts';
import { onMachine } from './act.ts';
import type { Act, OnNode } from './act.ts';

export interface Slow extends OnNode {
  readonly factor: number;
}

export interface SlowSync extends OnNode {
  readonly milliseconds: number;
}

export interface Stall extends OnNode {
  /** Default all. */
  readonly operation?: DiskOperation;
}

export interface Fail extends OnNode {
  readonly operation: DiskOperation;
  /** Default `io`. */
  readonly error?: DiskErrorKind;
  /** Part of the path; default any. */
  readonly path?: string;
  /** How often, default once; null: until `mend`. */
  readonly times?: number | null;
}

export interface OnOrOff extends OnNode {
  readonly on: boolean;
}

export interface Room extends OnNode {
  readonly bytes: number | null;
}

export const DISK_DECISIONS = {
  slow: onMachine<Slow>(({ disk }, { factor }) => {
    disk.slowness = factor;
  }),
  'slow-sync': onMachine<SlowSync>(({ disk }, { milliseconds }) => {
    disk.syncDelay = milliseconds;
  }),
  stall: onMachine<Stall>(({ disk }, { operation }) => disk.stall(operation ?? null)),
  unstall: onMachine<OnNode>(({ disk }) => disk.unstall()),
  fail: onMachine<Fail>(({ disk }, { operation, error, path, times }) => {
    disk.inject({
      operation,
      ...(error === undefined ? {} : { error }),
      ...(path === undefined ? {} : { path }),
      times: times === null ? Number.POSITIVE_INFINITY : (times ?? 1),
    });
  }),
  mend: onMachine<OnNode>(({ disk }) => disk.faults.clear()),
  'read-only': onMachine<OnOrOff>(({ disk }, { on }) => {
    disk.readOnly = on;
  }),
  room: onMachine<Room>(({ disk }, { bytes }) => {
    disk.capacityBytes = bytes === null ? Number.POSITIVE_INFINITY : disk.usedBytes() + bytes;
  }),
  lie: onMachine<OnOrOff>(({ disk }, { on }) => {
    disk.syncLies = on;
  }),
} as const satisfies Readonly<Record<string, Act<never>>>;
