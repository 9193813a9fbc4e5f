/**
 * One life of a simulated process: from its start to its kill.
 *
 * All ports of an incarnation share its `Life`. When it ends they are poisoned: they do nothing, what they
 * return never resolves, and no event of theirs is delivered. A continuation that was already queued can then
 * do no harm, as in a process that has died.
 */
import type { Random } from '../../raft/index.ts';
import type { EventOwner, LifeWatch, SimEvent } from './event-queue.ts';
import type { Scheduler } from './scheduler.ts';
import type { TraceKind } from './trace.ts';

/** Thrown to unwind the stack of a process that has exited or died in the middle of a call; the world swallows it. */
export class LifeEnded extends Error {
  override readonly name = 'LifeEnded';
}

/** A promise that never settles: the answer of a poisoned port. A fresh one each time, so that nothing gathers on it. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}

const SETTLED = Promise.resolve();

/** How a life ended: only the process died, or the machine lost its power. */
export type LifeEnd = 'process' | 'power';

export class Life implements EventOwner {
  readonly machine: number;
  /** `<machine name>/<number of this life, from 1>`. */
  readonly label: string;
  /** Draws of the world about this life (latencies, faults); never handed to the node. */
  readonly chance: Random;
  readonly scheduler: Scheduler;
  watch: LifeWatch | null = null;
  readonly #isPaused: () => boolean;
  readonly #endings = new Set<(how: LifeEnd) => void>();
  #held: SimEvent[] = [];
  #alive = true;

  constructor(scheduler: Scheduler, machine: number, label: string, chance: Random, isPaused: () => boolean) {
    this.scheduler = scheduler;
    this.machine = machine;
    this.label = label;
    this.chance = chance;
    this.#isPaused = isPaused;
  }

  get alive(): boolean {
    return this.#alive;
  }

  hold(event: SimEvent): boolean {
    if (!this.#isPaused()) return false;
    this.#held.push(event);
    return true;
  }

  /** Brings everything that was held back, as a burst in seeded order. */
  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const event of held) this.scheduler.schedule(this, event.kind ?? 'event', 0, event.callback);
  }

  schedule(kind: TraceKind, delay: number, callback: () => void): SimEvent {
    return this.scheduler.schedule(this, kind, delay, callback);
  }

  /** Calls back at the end of this turn, unless this life has ended: what a process tells itself before it does anything else. */
  soon(callback: () => void): void {
    void SETTLED.then(() => {
      if (this.#alive) callback();
    });
  }

  note(kind: TraceKind, a: number, b: number, text?: string): void {
    this.scheduler.trace.add(kind, this.scheduler.now, this.machine, a, b, text);
  }

  /** `callback` runs when this life ends, in order of registration. The answer forgets it. */
  onEnd(callback: (how: LifeEnd) => void): () => void {
    this.#endings.add(callback);
    return () => void this.#endings.delete(callback);
  }

  /** Ends this life; doing it twice does nothing. */
  end(how: LifeEnd): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#held = [];
    for (const ending of [...this.#endings]) ending(how);
    this.#endings.clear();
  }
}
