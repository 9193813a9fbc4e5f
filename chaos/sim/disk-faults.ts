/**
 * What a test or the nemesis has ordered a disk to do wrong: fail operations by path, and how slow it is.
 */
import type { Random } from '../../raft/index.ts';
import { DiskError } from '../../storage/index.ts';
import type { DiskErrorKind } from '../../storage/index.ts';

/** Names of the operations of `Disk` and `DiskFile`, for faults and for {@link DiskWatch}. */
export type DiskOperation =
  | 'open'
  | 'write'
  | 'read'
  | 'datasync'
  | 'truncate'
  | 'size'
  | 'close'
  | 'readFile'
  | 'list'
  | 'exists'
  | 'makeDirectory'
  | 'rename'
  | 'removeFile'
  | 'removeTree'
  | 'syncDirectory'
  | 'freeBytes';

/** One kind of failure to inject. */
export interface DiskFault {
  readonly operation: DiskOperation;
  /** Which paths; absent: all. A string matches a path that contains it. */
  readonly path?: string | RegExp;
  /** What the operation fails with; default `io`. */
  readonly error?: DiskErrorKind;
  /** How often it strikes before it is used up; default 1, Infinity for ever. */
  readonly times?: number;
  /** Chance of striking when it applies; default 1. */
  readonly probability?: number;
}

/** Milliseconds an operation takes: `least` plus an exponential tail with mean `tail`. */
export interface Latency {
  readonly least: number;
  readonly tail: number;
}

/** Draws one latency. */
export function drawLatency(latency: Latency, chance: Random): number {
  return latency.least - latency.tail * Math.log(1 - chance.fraction());
}

export class DiskFaults {
  #faults: { readonly fault: DiskFault; left: number }[] = [];

  /** Adds a fault; the answer takes it back. */
  add(fault: DiskFault): () => void {
    const entry = { fault, left: fault.times ?? 1 };
    this.#faults.push(entry);
    return () => {
      this.#faults = this.#faults.filter((other) => other !== entry);
    };
  }

  clear(): void {
    this.#faults = [];
  }

  /** The error that this operation must fail with; null when it goes well. */
  strike(operation: DiskOperation, path: string, chance: Random): DiskError | null {
    if (this.#faults.length === 0) return null;
    for (const entry of this.#faults) {
      const { fault } = entry;
      if (fault.operation !== operation || !matches(fault.path, path)) continue;
      if (fault.probability !== undefined && chance.fraction() >= fault.probability) continue;
      entry.left -= 1;
      if (entry.left <= 0) this.#faults = this.#faults.filter((other) => other !== entry);
      const kind = fault.error ?? 'io';
      return new DiskError(kind, path, `simulated ${kind} error in ${operation} of ${path}`);
    }
    return null;
  }
}

function matches(pattern: string | RegExp | undefined, path: string): boolean {
  if (pattern === undefined) return true;
  return typeof pattern === 'string' ? path.includes(pattern) : pattern.test(path);
}
