/**
 * Processes that run seeds: as many as there are jobs, each with one task at a time.
 *
 * ```
 *  run ──task──▶ worker 1 ──outcome──▶ run          a worker that dies or fails is the harness broken, not a violation
 * ```
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { FromWorker, Task } from './messages.ts';
import type { SeedOutcome } from './seed-run.ts';

/** The harness, not the cluster, is broken. Exit code 2. */
export class HarnessError extends Error {
  override readonly name = 'HarnessError';
}

/**
 * For less CPU a seed; none changes what runs. A world's objects live for seconds and die together, so new ones get room enough that
 * few are copied, and no thread marks them meanwhile. Much code runs for a short time: it is compiled plainly at its first call, and
 * the optimizing compiler, whose threads took a third of a worker's first thirty seeds, inlines less.
 */
const V8_FLAGS = [
  '--enable-source-maps',
  '--always-sparkplug',
  '--max-inlined-bytecode-size-cumulative=500',
  '--no-flush-bytecode',
  '--single-threaded-gc',
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
  '--initial-old-space-size=256',
];

export class Worker {
  readonly #child: ChildProcess;
  #answer: { resolve: (outcome: SeedOutcome) => void; reject: (error: Error) => void } | null = null;
  #seed = '';
  #closed = false;
  /** Of its process so far. */
  coreSeconds = 0;
  /** Told of progress in shortening a schedule. */
  onShrinking: (seed: string, left: number, runs: number) => void = () => undefined;

  /** @param entry the program, to be started with the one argument `worker` */
  constructor(entry: string) {
    this.#child = fork(entry, ['worker'], {
      execArgv: V8_FLAGS,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message: FromWorker) => this.#onMessage(message));
    this.#child.on('exit', (code, signal) => this.#fail(`a worker ended with ${signal ?? code} at seed ${this.#seed}`));
  }

  run(task: Task): Promise<SeedOutcome> {
    this.#seed = task.seed;
    return new Promise((resolve, reject) => {
      this.#answer = { resolve, reject };
      this.#child.send(task);
    });
  }

  /** What it is at is lost. */
  close(): void {
    this.#closed = true;
    this.#child.kill('SIGKILL');
  }

  #onMessage(message: FromWorker): void {
    switch (message.kind) {
      case 'shrinking':
        return this.onShrinking(this.#seed, message.left, message.runs);
      case 'broken':
        return this.#fail(`seed ${this.#seed}: ${message.reason}`);
      case 'done': {
        this.coreSeconds = message.coreSeconds;
        const answer = this.#answer;
        this.#answer = null;
        answer?.resolve(message.outcome);
      }
    }
  }

  #fail(reason: string): void {
    const answer = this.#answer;
    this.#answer = null;
    if (!this.#closed) answer?.reject(new HarnessError(reason));
  }
}
