/** What a workload is: it gets a flush setting, starts what it needs, and tells figures. */
import type { Figures } from '../figure.ts';

export interface Workload {
  readonly name: string;
  readonly about: string;
  readonly run: (flush: string, figures: Figures, options: WorkloadOptions) => Promise<void>;
}

export interface WorkloadOptions {
  /** Shorter runs, for a look. */
  readonly quick: boolean;
}
