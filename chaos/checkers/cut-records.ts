/**
 * D2: what a log has cut, durably, is not in it when its node comes back, unless somebody has sent it again.
 *
 * ```
 *  persist: cut at 17, where a record of term 3 is ─▶ done ─▶ … the life ends … ─▶ begins with 17 of term 3: it has come back
 *                                                  └─▶ another leader sends 17 of term 3: forgotten
 * ```
 * A record is known by its offset and term: within a term there is one for each offset (P6). Disks that lie or that somebody has
 * damaged are not judged.
 */
import { offset as toOffset } from '../../raft/index.ts';
import type { Offset, Term } from '../../raft/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import type { LogChange } from '../../storage/index.ts';
import { DiskLog } from '../../storage/log/disk-log.ts';
import { termBefore } from '../../storage/log/log-state.ts';
import type { SimDisk } from '../sim/index.ts';
import { violated } from '../workload/history.ts';

/** The first record that a cut took. */
interface Cut {
  readonly at: Offset;
  readonly term: Term;
  done: boolean;
}

export class CutRecords {
  readonly #diskOf: (node: number) => SimDisk;
  /** By group, directory, and how often that was replaced by an older copy of itself. */
  readonly #cuts = new Map<string, Set<Cut>>();
  /** Cuts that were found carried out at the begin of a life. */
  judged = 0;

  constructor(diskOf: (node: number) => SimDisk) {
    this.#diskOf = diskOf;
  }

  /** The replica has just come to be, and has not failed. */
  begin(name: string, { group, log, core }: Replica): void {
    if (!(log instanceof DiskLog)) return;
    const { node, directory } = core.config.self;
    const disk = this.#diskOf(node);
    const key = `${group} ${directory} ${disk.restores}`;
    const cuts = this.#cuts.get(key) ?? new Set<Cut>();
    this.#cuts.set(key, cuts);
    if (disk.damages === 0 && disk.lies === 0) for (const cut of cuts) this.#judge(node, name, log, cut);
    const persist = log.persist.bind(log);
    log.persist = (change, done) => {
      const cut = cutOf(log, change);
      if (cut !== null) cuts.add(cut);
      if (cuts.size > 0) forget(cuts, change, log.facts.logEnd);
      if (cut === null) return persist(change, done);
      persist(change, () => {
        cut.done = true;
        done();
      });
    };
  }

  #judge(node: number, name: string, { facts }: DiskLog, { at, term, done }: Cut): void {
    if (!done || at < facts.logStart) return;
    this.judged += 1;
    if (at < facts.logEnd && termBefore(facts, toOffset(at + 1)) === term)
      violated('D2', `node ${node} begins ${name} with the record of term ${term} at ${at}, which it had cut`);
  }
}

/** What the change is about to cut; null: no record. */
function cutOf({ facts }: DiskLog, { truncateTo }: LogChange): Cut | null {
  if (truncateTo === null || truncateTo < facts.logStart || truncateTo >= facts.logEnd) return null;
  return { at: truncateTo, term: termBefore(facts, toOffset(truncateTo + 1)), done: false };
}

/** What is written again is no more cut; nor is what a batch passes over, because its leader has compacted it away. */
function forget(cuts: Set<Cut>, { append, truncateTo }: LogChange, logEnd: number): void {
  let from = Math.min(logEnd, truncateTo ?? logEnd);
  for (const { position } of append) {
    for (const cut of cuts)
      if (cut.at >= from && cut.at < (cut.term === position.term ? position.end : position.base)) cuts.delete(cut);
    from = position.end;
  }
}
