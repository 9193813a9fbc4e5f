/**
 * D8 over restarts: what a replica with flush=always said was durable is there when its node comes back on the same directory.
 * P7: what others have lost with the power is remembered until they have followed a leader.
 *
 * Compared with what the core said, not with disk images: together with `ballots.ts` and the power losses it shows whoever
 * says so too early, or forgets at start.
 */
import type { Offset, Term } from '../../raft/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import { violated } from '../workload/history.ts';

/** How a life of a replica began that had lost something. */
interface Loss {
  readonly records: number;
  /** Log end and term when it began. */
  readonly end: Offset;
  readonly term: Term;
}

export class Restarts {
  /** By group and directory: the log end, of logs that are not flushed always. */
  readonly #ends = new Map<string, Offset>();
  readonly #losses = new WeakMap<Replica, Loss>();
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
    const { log, config, term } = replica.core;
    const had = this.#ends.get(key) ?? 0;
    if (!rebuilt && log.end < had) this.#losses.set(replica, { records: had - log.end, end: log.end, term });
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
    const key = this.#keyOf(replica);
    const isFlushed = log.settings.flush === 'always' || core.config.policy === 'quorum';
    if (isFlushed) this.#durable.set(key, core.durableEnd);
    else this.#durable.delete(key);
    if (isFlushed) this.#ends.delete(key);
    else this.#ends.set(key, core.durableEnd);
  }

  /** P7: records that this life of the replica began without, and whether it has followed or led since; null: it lost none. */
  lossOf(replica: Replica): { readonly records: number; readonly hasHeard: boolean } | null {
    const loss = this.#losses.get(replica);
    if (loss === undefined) return null;
    const { role, log, term } = replica.core;
    const isFollowing = role.kind === 'leader' || ('contactAt' in role && role.contactAt !== null);
    return { records: loss.records, hasHeard: isFollowing || log.end !== loss.end || term !== loss.term };
  }

  /** Its log has failed: it may be deleted and begun anew. */
  forget(replica: Replica): void {
    this.#durable.delete(this.#keyOf(replica));
    this.#ends.delete(this.#keyOf(replica));
  }

  #keyOf({ core, group }: Replica): string {
    const { self } = core.config;
    return `${group} ${self.directory} ${this.#restoresOf(self.node)}`;
  }
}
