/**
 * The end of a turn, for all lanes of a transport at once: however many peers something is sent to in one turn of the event loop,
 * it costs one deferred call.
 *
 * ```
 *  push ─▶ add ─(end of the turn)─▶ flush of each lane, in the order of adding
 *  together(send): what is pushed inside leaves when `send` returns, and nothing is deferred: heartbeats of a tick, answers to a
 *                  short chunk; an idle node defers nothing
 * ```
 */
import type { Clock } from '../../storage/index.ts';

export interface WaitingLane {
  /** Writes what is queued. */
  flush(): void;
}

export class LaneTurn {
  readonly #clock: Clock;
  #waiting: WaitingLane[] = [];
  #deferred = false;
  #together = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `lane` is flushed at the end of this turn at the latest. */
  add(lane: WaitingLane): void {
    this.#waiting.push(lane);
    if (this.#deferred || this.#together) return;
    this.#deferred = true;
    this.#clock.defer(() => {
      this.#deferred = false;
      this.#flush();
    });
  }

  together(send: () => void): void {
    // Inside of another one: that one flushes.
    if (this.#together) return send();
    this.#together = true;
    send();
    this.#together = false;
    this.#flush();
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const lanes = this.#waiting;
    this.#waiting = [];
    for (const lane of lanes) lane.flush();
  }
}
