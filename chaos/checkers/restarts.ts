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
  /** By group and directory. */
  readonly #durable = new Map<string, Offset>();

  /** The replica has just come to be. `rebuilt`: in place of another in the same life of its node. An empty log is a new one. */
  begin(name: string, replica: Replica, rebuilt: boolean): void {
    const key = keyOf(replica);
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
    if (log.settings.flush === 'always') this.#durable.set(keyOf(replica), core.durableEnd);
    else this.#durable.delete(keyOf(replica));
  }

  /** Its log has failed: it may be deleted and begun anew. */
  forget(replica: Replica): void {
    this.#durable.delete(keyOf(replica));
  }
}

function keyOf({ core, group }: Replica): string {
  return `${group} ${core.config.self.directory}`;
}
