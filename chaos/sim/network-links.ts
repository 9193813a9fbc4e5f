/**
 * The links between machines: one per ordered pair, so that whatever happens to one can be one-way.
 *
 * A link is open or blocked, has a latency, and may flip bits. Streams are TCP: what meets a blocked link is
 * not lost but comes after the heal.
 */
import type { Latency } from './disk-faults.ts';

/** Changed in place, except `blocked`; who changes what may have stopped a stream wakes the network. */
export interface Link {
  readonly from: number;
  readonly to: number;
  blocked: boolean;
  latency: Latency;
  /** One in so many deliveries has one bit flipped; 0: none. */
  flipOneIn: number;
}

/** Of a link that nobody has touched. */
const USUAL: Latency = { least: 0.05, tail: 0.1 };

export class NetworkLinks {
  /** Latency of links not set otherwise. */
  defaultLatency: Latency = USUAL;
  /** Told of all bytes that a process hands to its kernel, for who draws a picture of a run; machines by their indexes. */
  onSend: ((from: number, to: number, connection: number, data: Buffer) => void) | null = null;
  readonly #links = new Map<number, Link>();
  readonly #onOpen: (link: Link) => void;
  readonly #note: (from: number, to: number, blocked: boolean) => void;

  /**
   * @param onOpen called when a blocked link has opened
   * @param note told of each change, for the trace
   */
  constructor(onOpen: (link: Link) => void, note: (from: number, to: number, blocked: boolean) => void) {
    this.#onOpen = onOpen;
    this.#note = note;
  }

  /** The link from machine `from` to machine `to` (their indexes); always the same object. */
  link(from: number, to: number): Link {
    const key = from * 4096 + to;
    let link = this.#links.get(key);
    if (link === undefined) {
      link = { from, to, blocked: false, latency: this.defaultLatency, flipOneIn: 0 };
      this.#links.set(key, link);
    }
    return link;
  }

  /** All that were ever asked for. */
  all(): readonly Link[] {
    return [...this.#links.values()];
  }

  /** Blocks or opens one direction; a machine always reaches itself. */
  setBlocked(from: number, to: number, blocked: boolean): void {
    const link = this.link(from, to);
    if (link.blocked === blocked || from === to) return;
    link.blocked = blocked;
    this.#note(from, to, blocked);
    if (!blocked) this.#onOpen(link);
  }
}
