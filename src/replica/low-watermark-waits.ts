/**
 * Who waits until everybody who counts begins at or above an offset (DeleteRecords). Mostly nobody, so the replica asks
 * after each step only whether there is anybody.
 */
import type { Offset } from '../../raft/index.ts';

export interface LowWatermarkWait {
  readonly to: Offset;
  readonly done: (result: 'reached' | 'lost') => void;
}

export class LowWatermarkWaits {
  readonly #waits = new Set<LowWatermarkWait>();

  get size(): number {
    return this.#waits.size;
  }

  /** The result takes the wait back; it is then never called. */
  add(wait: LowWatermarkWait): () => void {
    this.#waits.add(wait);
    return () => void this.#waits.delete(wait);
  }

  /** `reached` null: this node leads no more, and knows nothing of the others. */
  settle(reached: Offset | null, leads: boolean): void {
    for (const wait of [...this.#waits]) {
      if (leads && (reached === null || reached < wait.to)) continue;
      this.#waits.delete(wait);
      wait.done(leads ? 'reached' : 'lost');
    }
  }
}
