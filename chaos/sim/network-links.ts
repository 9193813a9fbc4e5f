/**
 * The links between machines: one per ordered pair, so that a partition can be one-way.
 *
 * A link is open or blocked, has a latency, and may flip bits. Streams are TCP: what meets a blocked link is
 * not lost but comes after the heal.
 */
import type { Latency } from './disk-faults.ts';

export interface Link {
  blocked: boolean;
  latency: Latency;
  /** One in so many deliveries has one bit flipped; 0: none. */
  flipOneIn: number;
}

export class NetworkLinks {
  /** Latency of links not set otherwise. */
  defaultLatency: Latency = { least: 0.05, tail: 0.1 };
  /** Told of all bytes that a process hands to its kernel, for who draws a picture of a run; machines by their indexes. */
  onSend: ((from: number, to: number, connection: number, data: Buffer) => void) | null = null;
  readonly #links = new Map<number, Link>();
  readonly #onHeal: () => void;
  readonly #note: (from: number, to: number, blocked: boolean) => void;

  /**
   * @param onHeal called when a blocked link has opened
   * @param note told of each change, for the trace
   */
  constructor(onHeal: () => void, note: (from: number, to: number, blocked: boolean) => void) {
    this.#onHeal = onHeal;
    this.#note = note;
  }

  /** The link from machine `from` to machine `to` (their indexes), to be changed in place, except `blocked`. */
  link(from: number, to: number): Link {
    const key = from * 4096 + to;
    let link = this.#links.get(key);
    if (link === undefined) {
      link = { blocked: false, latency: this.defaultLatency, flipOneIn: 0 };
      this.#links.set(key, link);
    }
    return link;
  }

  blocked(from: number, to: number): boolean {
    return from !== to && this.link(from, to).blocked;
  }

  /** Blocks or opens one direction. */
  setBlocked(from: number, to: number, blocked: boolean): void {
    const link = this.link(from, to);
    if (link.blocked === blocked) return;
    link.blocked = blocked;
    this.#note(from, to, blocked);
    if (!blocked) this.#onHeal();
  }

  /** Opens every link. */
  healAll(): void {
    for (const [key, link] of this.#links) {
      if (!link.blocked) continue;
      link.blocked = false;
      this.#note(Math.floor(key / 4096), key % 4096, false);
    }
    this.#onHeal();
  }
}
