/**
 * How far a partition is decided, after every event that may have changed it.
 *
 *   P5  the last stable offset is at or below the high watermark, and at one leader never falls
 */
import type { Partition } from '../../src/partition/index.ts';
import { violated } from '../workload/history.ts';

interface SeenStable {
  /** In which it leads; null: it does not. */
  term: number | null;
  stable: number;
}

export class StableOffsets {
  readonly #seen = new WeakMap<Partition, SeenStable>();

  check(node: number, name: string, partition: Partition): void {
    if (partition.failed !== null) return;
    const stable = partition.lastStableOffset();
    if (stable === null) return;
    if (stable > partition.highWatermark)
      violated('P5', `${name} on node ${node} is decided below ${stable}, committed below ${partition.highWatermark}`);
    const term = partition.leading === null ? null : partition.replica.term;
    const seen = this.#seen.get(partition);
    if (seen === undefined) {
      this.#seen.set(partition, { term, stable });
      return;
    }
    if (term !== null && seen.term === term && stable < seen.stable)
      violated('P5', `what is decided of ${name} on node ${node}, its leader, fell from ${seen.stable} to ${stable}`);
    seen.term = term;
    seen.stable = stable;
  }
}
