/**
 * The queue of what will happen: a binary heap by (virtual deadline, seeded tie, order of insertion).
 *
 * Events of one instant come in an order drawn from the seed, because nothing promises another. Cancelled
 * events stay in the heap until they surface or until they outnumber the live ones.
 */
import { assert } from '../../raft/index.ts';
import type { TraceKind } from './trace.ts';

/**
 * Told of what a process goes through: an event or a timer that is delivered, bytes that it gives to a connection; before, and
 * when it has happened. The place to kill it at every step.
 */
export type LifeWatch = (what: 'event' | 'timer' | 'write', phase: 'start' | 'done') => void;

/** To whom an event belongs: one life of a node. */
export interface EventOwner {
  /** False once it was killed: its events are dropped. */
  readonly alive: boolean;
  /** Machine number, for the trace. */
  readonly machine: number;
  /** Told of each event that is delivered, before and after; it may end the owner. */
  readonly watch: LifeWatch | null;
  /** True when the owner is paused and has kept the event to bring it later. */
  hold(event: SimEvent): boolean;
}

export interface SimEvent {
  /** Virtual milliseconds. */
  readonly at: number;
  readonly tie: number;
  readonly order: number;
  /** Null: it leaves no trace. */
  readonly kind: TraceKind | null;
  /** Whose event it is; null for the world's own. Not delivered when this owner is dead, held back while its machine is paused. */
  readonly owner: EventOwner | null;
  readonly callback: () => void;
  cancelled: boolean;
}

function before(left: SimEvent, right: SimEvent): boolean {
  if (left.at !== right.at) return left.at < right.at;
  if (left.tie !== right.tie) return left.tie < right.tie;
  return left.order < right.order;
}

export class EventQueue {
  #heap: SimEvent[] = [];
  #cancelled = 0;

  /** Events waiting, cancelled ones not counted. */
  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  push(event: SimEvent): void {
    this.#heap.push(event);
    this.#rise(this.#heap.length - 1);
  }

  cancel(event: SimEvent): void {
    if (event.cancelled) return;
    event.cancelled = true;
    this.#cancelled += 1;
    if (this.#cancelled > 1000 && this.#cancelled * 2 > this.#heap.length) this.#compact();
  }

  /** The next event without taking it; null when none is left. */
  peek(): SimEvent | null {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined) return null;
      if (!top.cancelled) return top;
      this.#removeTop();
      this.#cancelled -= 1;
    }
  }

  /** Takes the next event; null when none is left. */
  pop(): SimEvent | null {
    const top = this.peek();
    if (top !== null) {
      this.#removeTop();
      // From now on a cancel must not count it among the heap's cancelled ones.
      top.cancelled = true;
    }
    return top;
  }

  #compact(): void {
    this.#heap = this.#heap.filter((event) => !event.cancelled);
    this.#cancelled = 0;
    for (let index = (this.#heap.length >>> 1) - 1; index >= 0; index -= 1) this.#sink(index);
  }

  #removeTop(): void {
    const last = this.#heap.pop();
    assert(last !== undefined, 'the heap must not be empty');
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(start: number): void {
    const heap = this.#heap;
    const event = heap[start];
    assert(event !== undefined, 'rise needs an event');
    let index = start;
    while (index > 0) {
      const parentIndex = (index - 1) >>> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || !before(event, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = event;
  }

  #sink(start: number): void {
    const heap = this.#heap;
    const event = heap[start];
    assert(event !== undefined, 'sink needs an event');
    let index = start;
    for (;;) {
      const leftIndex = index * 2 + 1;
      const left = heap[leftIndex];
      if (left === undefined) break;
      const right = heap[leftIndex + 1];
      const childIndex = right !== undefined && before(right, left) ? leftIndex + 1 : leftIndex;
      const child = childIndex === leftIndex ? left : right;
      if (child === undefined || !before(child, event)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = event;
  }
}
