/**
 * The world: virtual time, machines, and everything between them, from one seed.
 *
 *   world ── scheduler (queue, time, trace)
 *     ├── machine node1 ── disk, key-value stores, clock ── life 1, life 2, … (one set of ports each)
 *     ├── machine node2 …
 *     └── network (streams, partitions)
 *
 * One seed is one run: `traceHash()` of two runs with the same seed and the same code is equal. Each event is
 * delivered from a tick of its own, so that all promise jobs of the one before have run before time moves. An error
 * or an unhandled rejection anywhere inside fails the run with its seed.
 */
import { assert, seededRandom } from '../../raft/index.ts';
import type { Random } from '../../raft/index.ts';
import { LifeEnded } from './life.ts';
import { Machine } from './machine.ts';
import { SimNetwork } from './sim-network.ts';
import { Scheduler } from './scheduler.ts';
import { Trace } from './trace.ts';
import { armTraps, disarmTraps, nextTick, nextTurn } from './traps.ts';

export interface WorldOptions {
  /** Everything follows from it. */
  readonly seed: string | number;
  /** Keep every event as a line of text (slow); for finding where two runs part. */
  readonly record?: boolean;
  /** Wall clock at the beginning, milliseconds since 1970. */
  readonly wallStart?: number;
}

export interface RunLimits {
  /** Virtual milliseconds from now; default 600,000. */
  readonly milliseconds?: number;
  /** Events; default 20 million. */
  readonly events?: number;
}

/** An error inside the simulation, with the seed that brings it back. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
}

/** Why a run ended: `stop` said so or something failed; nothing left; the next event is beyond the time limit; too many events. */
type Outcome = 'stopped' | 'idle' | 'late' | 'spent';

const DEFAULT_WALL_START = 1_750_000_000_000;
/**
 * Events between two turns of the real event loop. A turn costs 1.2 µs, a tick 0.3; but only between turns does Node tell
 * of unhandled rejections, so that a run fails for one at most so many events late.
 */
const EVENTS_PER_TURN = 16;
/** Events in one instant after which the world believes that a node spins. */
const EVENTS_PER_INSTANT_MAX = 1_000_000;

export class World {
  readonly seed: string;
  /** For tests and fault plans; fork it by label. */
  readonly random: Random;
  readonly trace: Trace;
  readonly scheduler: Scheduler;
  readonly network: SimNetwork;
  /**
   * Called after each event and all promise jobs that it caused, with the index of the machine that it was for (-1: the
   * world's own). For checkers: it may look, and {@link fail}.
   */
  afterEvent: ((machine: number) => void) | null = null;
  readonly #wallStart: number;
  readonly #machines = new Map<string, Machine>();
  #failure: { readonly error: unknown } | null = null;
  #running = false;

  constructor(options: WorldOptions) {
    this.seed = String(options.seed);
    this.random = seededRandom(this.seed);
    this.trace = new Trace(options.record ?? false);
    this.scheduler = new Scheduler(this.trace, this.random.fork('ties'));
    this.network = new SimNetwork(this.scheduler, this.random.fork('network'));
    this.#wallStart = options.wallStart ?? DEFAULT_WALL_START;
  }

  /** True virtual time in milliseconds since the beginning. */
  now(): number {
    return this.scheduler.now;
  }

  /** The machine of that name, made when it is first asked for. */
  machine(name: string): Machine {
    let machine = this.#machines.get(name);
    if (machine === undefined) {
      machine = new Machine({
        name,
        index: this.#machines.size,
        random: this.random.fork(`machine ${name}`),
        scheduler: this.scheduler,
        network: this.network,
        wallStart: this.#wallStart,
      });
      this.#machines.set(name, machine);
      this.network.add(machine);
    }
    return machine;
  }

  machines(): readonly Machine[] {
    return [...this.#machines.values()];
  }

  /** Calls `callback` after `delay` virtual milliseconds, as an event of the world's own (a fault, a check). */
  after(delay: number, callback: () => void): void {
    this.scheduler.schedule(null, 'event', delay, callback);
  }

  /**
   * As {@link after}, but at a virtual time, which must not be past, and without a trace: whoever decides by chance and whoever
   * repeats the decisions run the same world.
   */
  decide(at: number, callback: () => void): void {
    this.scheduler.decide(at, callback);
  }

  /** 16 hex digits over everything that has happened. */
  traceHash(): string {
    return this.trace.hash();
  }

  /** Makes the run fail with `error` before its next event. For checkers. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /**
   * Runs until `stop` answers true (asked after each event; the answer is then true) or nothing is left to happen
   * or a limit is reached (false). Throws {@link SimulationError} when something failed inside.
   */
  async run(stop: () => boolean, limits: RunLimits = {}): Promise<boolean> {
    assert(!this.#running, 'the world runs already: one run, runFor or complete at a time, and none from inside');
    const until = this.now() + (limits.milliseconds ?? 600_000);
    this.#running = true;
    const outcome = await this.#loop(stop, until, limits.events ?? 20_000_000).finally(() => {
      this.#running = false;
    });
    if (this.#failure !== null) throw this.#report(this.#failure.error);
    if (outcome === 'late') this.scheduler.advanceTo(until);
    return outcome === 'stopped';
  }

  /** Lets `milliseconds` of virtual time pass. */
  async runFor(milliseconds: number): Promise<void> {
    const until = this.now() + milliseconds;
    await this.run(() => false, { milliseconds });
    if (this.now() < until) this.scheduler.advanceTo(until);
  }

  /** Runs until `promise` settles and answers as it does; throws when it is still open at the limit. */
  async complete<T>(promise: Promise<T>, limits: RunLimits = {}): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    promise.then(settle, settle);
    const done = await this.run(() => settled, limits);
    if (!done)
      throw this.#report(new Error('the promise did not settle: nothing is left to happen, or the limit is reached'));
    return promise;
  }

  /** What to print when a run fails: seed, virtual time, hash, last events, last log lines. */
  describeFailure(error?: unknown): string {
    const lines = [
      `seed ${this.seed} at ${this.now().toFixed(3)} ms, event ${this.trace.count}, trace ${this.traceHash()}`,
    ];
    if (error !== undefined) lines.push(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    for (const machine of this.#machines.values()) {
      lines.push(`-- ${machine.name}: ${machine.describe()}`, ...machine.log.lines.slice(-8));
    }
    lines.push('-- last events', ...this.trace.tail().slice(-24));
    return lines.join('\n');
  }

  #look(): void {
    if (this.afterEvent === null) return;
    try {
      this.afterEvent(this.scheduler.current?.machine ?? -1);
    } catch (error) {
      this.fail(error);
    }
  }

  #report(error: unknown): SimulationError {
    return new SimulationError(this.describeFailure(error), { cause: error });
  }

  /** An error of a dying life is how its stack unwinds; any other fails the run. */
  #caught(error: unknown): void {
    if (error instanceof LifeEnded) return;
    const owner = this.scheduler.current;
    if (owner !== null && !owner.alive) return;
    this.fail(error);
  }

  #loop(stop: () => boolean, until: number, events: number): Promise<Outcome> {
    const limit = this.trace.count + events;
    let instant = this.now();
    let inInstant = 0;
    let turnAt = this.trace.count;
    const others = process.listeners('unhandledRejection');
    const onRejection = (reason: unknown): void => this.#caught(reason);
    const onSprung = (error: unknown): void => this.fail(error);
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', onRejection);
    const restore = (): void => {
      process.off('unhandledRejection', onRejection);
      for (const other of others) process.on('unhandledRejection', other);
    };
    return new Promise((resolve, reject) => {
      const finish = (outcome: Outcome): void => {
        // One more turn, for rejections of the last events.
        nextTurn(() => {
          restore();
          resolve(outcome);
        });
      };
      const settled = Promise.resolve();
      // A tick that a promise job asks for comes after all promise jobs.
      const tick = (): void => nextTick(proceed);
      const proceed = (): void => {
        disarmTraps();
        // Rejections of a life that has just ended must be heard while it is still known whose they are.
        // Counted by the trace: decisions that leave none must not change when rejections are heard.
        const isEarly = this.trace.count - turnAt < EVENTS_PER_TURN;
        if (isEarly && this.scheduler.current?.alive !== false) return turn();
        turnAt = this.trace.count;
        nextTurn(turn);
      };
      const turn = (): void => {
        this.#look();
        try {
          if (this.#failure !== null || stop()) return finish('stopped');
          const next = this.scheduler.nextAt();
          if (next === null) return finish('idle');
          if (next > until) return finish('late');
          if (this.trace.count >= limit) return finish('spent');
          if (next > instant) {
            instant = next;
            inInstant = 0;
          }
          inInstant += 1;
          if (inInstant > EVENTS_PER_INSTANT_MAX) this.fail(new Error(`time stands still at ${instant} ms`));
        } catch (error) {
          // The caller's own `stop` threw: that is the caller's failure, not the simulation's.
          restore();
          return reject(error);
        }
        armTraps(onSprung);
        try {
          this.scheduler.deliverNext();
        } catch (error) {
          this.#caught(error);
        }
        void settled.then(tick);
      };
      nextTurn(turn);
    });
  }
}
