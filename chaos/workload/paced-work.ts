/**
 * What one user of the cluster does again and again, at a pace, until told to stop.
 *
 * ```
 *  start ─▶ act ──pace──▶ act ──pace──▶ …        stop: nothing more is begun, what is under way goes on
 * ```
 * That a node refuses or does not answer is part of the work; any other failure in it ends the run.
 */
import { ClientError } from '../../src/client/index.ts';
import type { Pace } from './pace.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface PacedWorkOptions {
  /** Milliseconds between two acts when busy. */
  readonly everyMs: number;
  /** Absent: always busy. */
  readonly pace?: Pace;
  /** One that is not over lets the next ones out. Default: they go on side by side. */
  readonly oneAtATime?: boolean;
}

export class PacedWork {
  readonly #home: WorkloadHome;
  readonly #options: PacedWorkOptions;
  readonly #act: () => Promise<void>;
  #running = false;
  /** What is under way. */
  pending = 0;

  constructor(home: WorkloadHome, options: PacedWorkOptions, act: () => Promise<void>) {
    this.#home = home;
    this.#options = options;
    this.#act = act;
  }

  start(): void {
    this.#running = true;
    this.#tick();
  }

  stop(): void {
    this.#running = false;
  }

  /** Something beside the acts. */
  do(work: () => Promise<void>): void {
    this.pending += 1;
    void work().then(
      () => void (this.pending -= 1),
      (error: unknown) => {
        this.pending -= 1;
        if (!(error instanceof ClientError)) this.#home.world.fail(error);
      },
    );
  }

  #tick(): void {
    if (!this.#running) return;
    const { pace, everyMs, oneAtATime = false } = this.#options;
    if (!oneAtATime || this.pending === 0) this.do(this.#act);
    this.#home.world.after(pace?.wait(everyMs) ?? everyMs, () => this.#tick());
  }
}
