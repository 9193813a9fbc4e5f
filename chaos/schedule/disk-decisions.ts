/**
 * What is done to disks.
 *
 *   slow      every operation takes `factor` times as long (1: as usual)     stall, unstall   nothing completes in between
 *   fail      the next operations of that name fail                          room             so many bytes are left; null: no limit
 *   flip-bit  damage at rest, in the cache and on the platter                cut-file         the file ends at `size`
 */
import type { DiskErrorKind } from '../../storage/index.ts';
import type { DiskOperation } from '../sim/index.ts';
import { onMachine } from './act.ts';
import type { Act, OnNode } from './act.ts';

export interface Slow extends OnNode {
  readonly factor: number;
}

export interface Fail extends OnNode {
  readonly operation: DiskOperation;
  /** Default `io`. */
  readonly error?: DiskErrorKind;
  /** Part of the path; default any. */
  readonly path?: string;
  /** How often; default once. */
  readonly times?: number;
}

export interface Room extends OnNode {
  readonly bytes: number | null;
}

export interface FlipBit extends OnNode {
  readonly path: string;
  /** From the file's beginning. */
  readonly bit: number;
}

export interface CutFile extends OnNode {
  readonly path: string;
  readonly size: number;
}

export const DISK_DECISIONS = {
  slow: onMachine<Slow>(({ disk }, { factor }) => {
    disk.slowness = factor;
  }),
  stall: onMachine<OnNode>(({ disk }) => disk.stall()),
  unstall: onMachine<OnNode>(({ disk }) => disk.unstall()),
  fail: onMachine<Fail>(({ disk }, { operation, error, path, times }) => {
    disk.inject({
      operation,
      ...(error === undefined ? {} : { error }),
      ...(path === undefined ? {} : { path }),
      ...(times === undefined ? {} : { times }),
    });
  }),
  room: onMachine<Room>(({ disk }, { bytes }) => {
    disk.capacityBytes = bytes === null ? Number.POSITIVE_INFINITY : disk.usedBytes() + bytes;
  }),
  'flip-bit': onMachine<FlipBit>((machine, { path, bit }) => {
    const size = machine.disk.cachedBytes(path)?.length ?? 0;
    if (machine.running) return `${machine.name} runs`;
    if (bit >= size * 8) return `${path} of ${machine.name} has no bit ${bit}`;
    machine.disk.flipBit(path, bit);
    return undefined;
  }),
  'cut-file': onMachine<CutFile>((machine, { path, size }) => {
    const found = machine.disk.cachedBytes(path)?.length ?? 0;
    if (machine.running) return `${machine.name} runs`;
    if (size > found) return `${path} of ${machine.name} has only ${found} bytes`;
    machine.disk.truncateAtRest(path, size);
    return undefined;
  }),
} as const satisfies Readonly<Record<string, Act<never>>>;
