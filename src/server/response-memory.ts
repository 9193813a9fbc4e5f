/**
 * Responses that wait in the queues of sockets, over all client connections: what slow readers cost this node in memory.
 *
 * ```
 *  0 ──────────── max ──────────────── 2 × max
 *     all go on    │  over: who has      │  full: nobody's requests are looked at
 *                  │  unsent responses   │
 *                  │  waits              │      each ends a quarter of max lower than it began
 * ```
 * One response may go beyond: a request that is being handled when the memory runs out is answered.
 */

/** What a single answer may always hold. */
const ANSWER_BYTES_MIN = 64 << 10;

/** One per listener. */
export class ResponseMemory {
  readonly #max: number;
  readonly #onRoom: () => void;
  #queued = 0;
  #over = false;
  #full = false;
  #shortages = 0;
  #answers = 0;

  /**
   * @param max bytes
   * @param onRoom called when it is over or full no longer; may be called inside {@link note}
   */
  constructor(max: number, onRoom: () => void) {
    this.#max = max;
    this.#onRoom = onRoom;
  }

  /** Bytes. */
  get queued(): number {
    return this.#queued;
  }

  /** True: who has unsent responses gets no more. */
  get over(): boolean {
    return this.#over;
  }

  /** True: nobody gets more. */
  get full(): boolean {
    return this.#full;
  }

  /** How often it became {@link over}. */
  get shortages(): number {
    return this.#shortages;
  }

  /** Answers that were queued, since the start. */
  get answers(): number {
    return this.#answers;
  }

  /** Bytes to be given up for it to be over no longer. */
  get excess(): number {
    return this.#over ? this.#queued - this.#max * 0.75 : 0;
  }

  /** Bytes that the next answer should keep to. */
  get left(): number {
    return Math.max(ANSWER_BYTES_MIN, this.#max - this.#queued);
  }

  /** The queue of a connection has grown or shrunk by so many bytes. */
  note(change: number): void {
    this.#queued += change;
    if (change > 0) this.#answers += 1;
    const over = this.#queued > this.#max * (this.#over ? 0.75 : 1);
    const full = this.#queued > this.#max * (this.#full ? 1.75 : 2);
    const room = (this.#over && !over) || (this.#full && !full);
    if (over && !this.#over) this.#shortages += 1;
    this.#over = over;
    this.#full = full;
    if (room) this.#onRoom();
  }
}
