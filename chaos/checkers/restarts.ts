/**
 * D8 over restarts: what a replica with flush=always said was durable is there when its node comes back on the same directory.
 *
 * Compared with what the core said, not with disk images: together with `ballots.ts` and the power losses it shows whoever
 * says so too early, or forgets at start.
 */
import type { Offset } from '../../raft/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import { violated } from '../workload/history.ts';

export class Restarts {
  /** By group, directory, and how often that was replaced by an older copy of itself: such a copy owes nothing. */
  readonly #durable = new Map<string, Offset>();
  readonly #restoresOf: (node: number) => number;

  constructor(restoresOf: (node: number) => number) {
    this.#restoresOf = restoresOf;
  }

  /** The replica has just come to be. `rebuilt`: in place of another in the same life of its node. An empty log is a new one. */
  begin(name: string, replica: Replica, rebuilt: boolean): void {
    const key = this.#keyOf(replica);
    const before = this.#durable.get(key) ?? 0;
    const { log, config } = replica.core;
    if (!rebuilt && log.end > 0 && log.end < before)
      violated(
        'D8',
        `node ${config.self.node} begins ${name} with a log that ends at ${log.end}, durable was ${before}`,
      );
    this.note(replica);
  }

  /** Its durable end has moved. */
  note(replica: Replica): void {
    const { core, log } = replica;
    if (log.settings.flush === 'always') this.#durable.set(this.#keyOf(replica), core.durableEnd);
    else this.#durable.delete(this.#keyOf(replica));
  }

  /** Its log has failed: it may be deleted and begun anew. */
  forget(replica: Replica): void {
    this.#durable.delete(this.#keyOf(replica));
  }

  #keyOf({ core, group }: Replica): string {
    const { self } = core.config;
    return `${group} ${self.directory} ${this.#restoresOf(self.node)}`;
  }
}
