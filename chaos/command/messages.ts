/** What the process that counts and the processes that run seeds say to each other. */
import type { ShapeOptions } from '../nemesis/index.ts';
import type { SeedOutcome } from './seed-run.ts';

/** Run this seed. */
export interface Task {
  readonly seed: string;
  readonly shape: ShapeOptions;
  readonly shrinks: boolean;
  readonly commit: string;
}

export type FromWorker =
  | { readonly kind: 'shrinking'; readonly left: number; readonly runs: number }
  /** `coreSeconds`: of this process since it began. */
  | { readonly kind: 'done'; readonly outcome: SeedOutcome; readonly coreSeconds: number }
  /** The harness itself failed. */
  | { readonly kind: 'broken'; readonly reason: string };
