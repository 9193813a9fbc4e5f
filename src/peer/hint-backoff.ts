/**
 * How often one incarnation may be hinted as dead: the first time at once, then after pauses that double up to the
 * session timeout. A firewall that rejects instead of dropping must not make a cluster flap.
 */
import type { Incarnation, Millis } from '../../raft/index.ts';

interface Hinted {
  readonly nextAt: number;
  readonly pause: number;
  readonly proven: boolean;
}

/** Former lives of a node that are remembered. */
const REMEMBERED = 8;

export class HintBackoff {
  readonly #pauseMin: Millis;
  readonly #pauseMax: Millis;
  /** In order of the last hint. */
  readonly #hinted = new Map<Incarnation, Hinted>();

  constructor(pauseMin: Millis, pauseMax: Millis) {
    this.#pauseMin = pauseMin;
    this.#pauseMax = pauseMax;
  }

  /** A reconnect was refused: may `incarnation` be hinted at `now`? When so, it counts as hinted. */
  refused(incarnation: Incarnation, now: Millis): boolean {
    const last = this.#hinted.get(incarnation);
    if (last === undefined) {
      this.#remember(incarnation, { nextAt: now + this.#pauseMin, pause: this.#pauseMin, proven: false });
      return true;
    }
    if (now < last.nextAt) return false;
    const pause = Math.min(this.#pauseMax, last.pause * 2);
    this.#remember(incarnation, { nextAt: now + pause, pause, proven: last.proven });
    return true;
  }

  /** A handshake showed another incarnation: hinted once, unless two processes take turns with one node id. */
  replaced(incarnation: Incarnation, now: Millis): boolean {
    const last = this.#hinted.get(incarnation);
    if (last?.proven === true) return false;
    const pause = last?.pause ?? this.#pauseMin;
    this.#remember(incarnation, { nextAt: now + pause, pause, proven: true });
    return true;
  }

  #remember(incarnation: Incarnation, hinted: Hinted): void {
    this.#hinted.delete(incarnation);
    this.#hinted.set(incarnation, hinted);
    if (this.#hinted.size <= REMEMBERED) return;
    for (const oldest of this.#hinted.keys()) {
      this.#hinted.delete(oldest);
      return;
    }
  }
}
