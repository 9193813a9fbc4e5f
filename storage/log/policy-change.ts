/**
 * The change of a log's flush policy that is under way, if there is one.
 *
 * ```
 *  begin ── changes of the log are held back ── checkpoint durable ── end ─▶ they go to the pipeline, under the new policy
 * ```
 * No journal record and no segment write of two policies mix behind one checkpoint.
 */
import type { LogFacts } from './log-state.ts';

/** One per log. */
export class PolicyChange {
  /** What the checkpoint that begins the new policy records; null: no change is under way. */
  #facts: LogFacts | null = null;
  #held: (() => void)[] = [];
  /** Waiting for the end; null: nothing is under way. */
  #onEnd: (() => void)[] | null = null;

  get facts(): LogFacts | null {
    return this.#facts;
  }

  /** Calls `submit` now, or when the change is over. */
  pass(submit: () => void): void {
    if (this.#facts === null) submit();
    else this.#held.push(submit);
  }

  /** Holds everything back until `checkpoint` is durable. */
  async during(facts: LogFacts, checkpoint: () => Promise<void>): Promise<void> {
    this.#facts = facts;
    await checkpoint();
    this.#facts = null;
    for (const submit of this.#held.splice(0)) submit();
  }

  /**
   * Runs `action`, which makes one change after the other as long as there is something to change. Beside one that runs it
   * only waits for that one's end.
   */
  async alone(action: () => Promise<void>): Promise<void> {
    const waiting = this.#onEnd;
    if (waiting !== null) return new Promise((resolve) => waiting.push(resolve));
    const onEnd: (() => void)[] = [];
    this.#onEnd = onEnd;
    await action();
    this.#onEnd = null;
    for (const resolve of onEnd) resolve();
  }
}
