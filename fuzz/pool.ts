/**
 * Threads that take pieces until there are none. A thread that does not come on is a hang, one that dies (out of memory) a crash: both
 * are told as failures of the execution under way, and another thread takes its place.
 *
 * A process that is stopped and goes on has not hung: what counts are ticks of this process's own timer.
 */
import { Worker } from 'node:worker_threads';
import { inputOf } from './run.ts';
import type { Failure, Tally } from './run.ts';
import { targetNamed } from './targets.ts';
import type { ThreadData, ThreadMessage } from './thread.ts';
import type { Piece } from './work.ts';

const TICK_MS = 1000;

export interface PoolOptions {
  /** The program whose threads call `startThread`. */
  readonly program: URL;
  readonly seed: string;
  readonly jobs: number;
  readonly onFailure: (failure: Failure) => void;
  readonly onDone: (piece: Piece, tally: Tally) => void;
}

interface Lane {
  worker: Worker;
  readonly at: Float64Array;
  piece: Piece | null;
  /** Where it was at the last tick that saw it move, and ticks since. */
  seen: number;
  still: number;
}

export class Pool {
  readonly #options: PoolOptions;
  readonly #next: () => Piece | null;
  readonly #lanes: Lane[] = [];
  /** What is left of pieces whose thread was lost. */
  readonly #left: Piece[] = [];
  #finish: () => void = () => undefined;
  #open = 0;

  /** @param next the next piece; null: there is none any more */
  constructor(options: PoolOptions, next: () => Piece | null) {
    this.#options = options;
    this.#next = next;
  }

  /** Resolves when all pieces are done. */
  async run(): Promise<void> {
    const timer = setInterval(() => this.#tick(), TICK_MS);
    await new Promise<void>((resolve) => {
      this.#finish = resolve;
      this.#open = this.#options.jobs;
      for (let lane = 0; lane < this.#options.jobs; lane += 1) this.#begin();
    });
    clearInterval(timer);
    await Promise.all(this.#lanes.map(({ worker }) => worker.terminate()));
  }

  #begin(): void {
    const shared = new SharedArrayBuffer(8);
    const at = new Float64Array(shared);
    const lane: Lane = { worker: this.#start(shared), at, piece: null, seen: -1, still: 0 };
    this.#lanes.push(lane);
    lane.worker.on('message', (message: ThreadMessage) => this.#onMessage(lane, message));
    lane.worker.on('error', (error) => this.#replace(lane, `crash: ${error.name}`, String(error.stack ?? error)));
    this.#hand(lane);
  }

  #start(at: SharedArrayBuffer): Worker {
    const workerData: ThreadData = { seed: this.#options.seed, at };
    return new Worker(this.#options.program, { workerData });
  }

  #hand(lane: Lane): void {
    lane.piece = this.#left.pop() ?? this.#next();
    lane.still = 0;
    if (lane.piece !== null) return lane.worker.postMessage(lane.piece);
    this.#open -= 1;
    if (this.#open === 0) this.#finish();
  }

  #onMessage(lane: Lane, message: ThreadMessage): void {
    if (message.kind === 'failure') {
      // Buffers come over as plain bytes.
      const { failure } = message;
      return this.#options.onFailure({ ...failure, input: Buffer.from(failure.input) });
    }
    this.#options.onDone(message.piece, new Map(message.tally));
    this.#hand(lane);
  }

  #tick(): void {
    for (const lane of [...this.#lanes]) {
      if (lane.piece === null) continue;
      const now = lane.at[0] ?? 0;
      lane.still = now === lane.seen ? lane.still + 1 : 0;
      lane.seen = now;
      const bound = targetNamed(lane.piece.target)?.hangSeconds ?? 0;
      if (lane.still > bound) this.#replace(lane, 'hang', `not done after ${bound} s`);
    }
  }

  /** The thread is lost at the execution under way; what was left of its piece is another's. */
  #replace(lane: Lane, kind: string, message: string): void {
    const { piece } = lane;
    const where = this.#lanes.indexOf(lane);
    if (piece === null || where === -1) return;
    this.#lanes.splice(where, 1);
    void lane.worker.terminate();
    const target = targetNamed(piece.target);
    const index = lane.at[0] ?? piece.from;
    if (target !== null) {
      const { chosen, bytes } = inputOf(target, this.#options.seed, index);
      this.#options.onFailure({
        target: target.name,
        case: chosen.name,
        seed: this.#options.seed,
        index,
        kind,
        message,
        input: bytes,
      });
    }
    this.#options.onDone({ ...piece, to: index + 1 }, new Map());
    if (index + 1 < piece.to) this.#left.push({ ...piece, from: index + 1 });
    this.#begin();
  }
}
