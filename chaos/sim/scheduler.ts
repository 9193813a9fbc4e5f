/**
 * Virtual time: hands out the events of the queue one by one and moves the clock to each.
 *
 *   schedule ──▶ queue ──▶ deliver: drop (owner dead) | hold (owner paused) | call
 *
 * Only `World.run` calls `deliverNext`, once per turn of the real event loop, so that every promise job that
 * an event caused has run before the next event comes and before time moves.
 */
import { assert } from '../../raft/index.ts';
import type { Random } from '../../raft/index.ts';
import { EventQueue } from './event-queue.ts';
import type { EventOwner, SimEvent } from './event-queue.ts';
import type { Trace, TraceKind } from './trace.ts';

export class Scheduler {
  readonly trace: Trace;
  readonly #queue = new EventQueue();
  readonly #ties: Random;
  #now = 0;
  #order = 0;
  #decided = 0;
  #current: EventOwner | null = null;

  constructor(trace: Trace, ties: Random) {
    this.trace = trace;
    this.#ties = ties;
  }

  /** True virtual time in milliseconds since the world began. */
  get now(): number {
    return this.#now;
  }

  /** Whose event is being delivered, promise jobs included; null for the world's own. */
  get current(): EventOwner | null {
    return this.#current;
  }

  /** Events that wait. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Calls `callback` after `delay` virtual milliseconds (0: a later turn of the same instant). */
  schedule(owner: EventOwner | null, kind: TraceKind, delay: number, callback: () => void): SimEvent {
    assert(delay >= 0, () => `an event must not lie in the past, its delay is ${delay}`);
    const event: SimEvent = {
      at: this.#now + delay,
      tie: this.#ties.below(0x1_0000_0000),
      order: this.#order,
      kind,
      owner,
      callback,
      cancelled: false,
    };
    this.#order += 1;
    this.#queue.push(event);
    return event;
  }

  /**
   * Calls `callback` at the virtual time `at`, before all else of that instant, and as if nothing had been: without a trace, and
   * without a draw that later events would miss. For who plays fate.
   */
  decide(at: number, callback: () => void): void {
    assert(at >= this.#now, () => `a decision must not lie in the past, it is for ${at}, now is ${this.#now}`);
    this.#queue.push({ at, tie: -1, order: this.#decided, kind: null, owner: null, callback, cancelled: false });
    this.#decided += 1;
  }

  /** Does nothing when the event was delivered or cancelled already. */
  cancel(event: SimEvent): void {
    this.#queue.cancel(event);
  }

  /** Virtual time of the next event; null when there is none. */
  nextAt(): number | null {
    return this.#queue.peek()?.at ?? null;
  }

  /** Moves time forward to `at`, which no event may precede. */
  advanceTo(at: number): void {
    assert(at >= this.#now, () => `time must not go back from ${this.#now} to ${at}`);
    this.#now = at;
  }

  /** Delivers the next event. Throws what its callback throws. */
  deliverNext(): void {
    const event = this.#queue.pop();
    assert(event !== null, 'there must be an event to deliver');
    this.advanceTo(event.at);
    const { owner } = event;
    this.#current = owner !== null && owner.alive ? owner : null;
    if (owner !== null && (!owner.alive || owner.hold(event))) return;
    if (event.kind !== null) this.trace.add(event.kind, event.at, owner === null ? -1 : owner.machine, event.order, 0);
    const watch = owner === null ? null : owner.watch;
    if (watch === null) return event.callback();
    const what = event.kind === 'timer' ? 'timer' : 'event';
    watch(what, 'start');
    if (owner?.alive !== true) return;
    event.callback();
    watch(what, 'done');
  }
}
