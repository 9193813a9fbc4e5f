/**
 * The links between machines: one per ordered pair, so that whatever happens to one can be one-way.
 *
 * A link is open or blocked, has a latency, and troubles. Streams are TCP: what meets a blocked link is
 * not lost but comes after the heal.
 */
import type { Latency } from './disk-faults.ts';

/** What can be wrong with one direction. */
export interface LinkTroubles {
  /** One in so many deliveries has one bit flipped; 0: none. */
  readonly flipOneIn: number;
  /** Each connection is up to so many milliseconds later than the others, by a share of its own: they overtake each other. */
  readonly spread: number;
  /** Of each connection, as a drip; 0: no limit. */
  readonly bytesPerSecond: number;
  /** What is handed over in one piece of more bytes never arrives, nor what comes after it on its connection; 0: no limit. */
  readonly bytesMax: number;
  /** The receiver's window is closed: connections can be made and end, nothing is read. */
  readonly isUnread: boolean;
  /** What becomes of requests for a connection. */
  readonly connects: 'usual' | 'refused' | 'lost';
}

export const NO_TROUBLES: LinkTroubles = {
  flipOneIn: 0,
  spread: 0,
  bytesPerSecond: 0,
  bytesMax: 0,
  isUnread: false,
  connects: 'usual',
};

/** `latency` may be set; `NetworkLinks` changes the rest. */
export interface Link {
  readonly from: number;
  readonly to: number;
  blocked: boolean;
  latency: Latency;
  troubles: LinkTroubles;
}

/** Of a link that nobody has touched. */
const USUAL: Latency = { least: 0.05, tail: 0.1 };

export class NetworkLinks {
  /** Latency of links not set otherwise. */
  defaultLatency: Latency = USUAL;
  /** Told of all bytes that a process hands to its kernel, for who draws a picture of a run; machines by their indexes. */
  onSend: ((from: number, to: number, connection: number, data: Buffer) => void) | null = null;
  /** Directions that are blocked now. */
  blockedCount = 0;
  readonly #links = new Map<number, Link>();
  readonly #onOpen: (link: Link) => void;
  readonly #note: (from: number, to: number, blocked: boolean) => void;

  /**
   * @param onOpen called when something that may have stopped streams has changed
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
      link = { from, to, blocked: false, latency: this.defaultLatency, troubles: NO_TROUBLES };
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
    this.blockedCount += blocked ? 1 : -1;
    this.#note(from, to, blocked);
    if (!blocked) this.#onOpen(link);
  }

  /** The rest stays as it is. */
  trouble(from: number, to: number, troubles: Partial<LinkTroubles>): void {
    const link = this.link(from, to);
    link.troubles = { ...link.troubles, ...troubles };
    this.#onOpen(link);
  }

  /** Every link is again as it was at the beginning. */
  heal(): void {
    for (const link of this.all()) {
      link.latency = this.defaultLatency;
      const isTroubled = link.troubles !== NO_TROUBLES;
      link.troubles = NO_TROUBLES;
      if (link.blocked) this.setBlocked(link.from, link.to, false);
      else if (isTroubled) this.#onOpen(link);
    }
  }
}
