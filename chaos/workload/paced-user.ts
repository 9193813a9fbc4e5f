/** A user of the cluster that is all {@link PacedWork}: one act after the other, at its pace, under its name. */
import { PacedWork } from './paced-work.ts';
import type { PacedWorkOptions } from './paced-work.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface PacedUserOptions extends PacedWorkOptions {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
}

export abstract class PacedUser {
  readonly name: string;
  protected readonly work: PacedWork;

  constructor(home: WorkloadHome, options: PacedUserOptions) {
    this.name = options.name;
    this.work = new PacedWork(home, options, () => this.act());
  }

  /** What it has not been answered yet. */
  get pending(): number {
    return this.work.pending;
  }

  start(): this {
    this.work.start();
    return this;
  }

  /** It begins nothing more; what is on its way goes on. */
  stop(): void {
    this.work.stop();
  }

  protected abstract act(): Promise<void>;
}
