/**
 * The metadata log of one node: where it begins, and who votes.
 *
 *   R10  a log that begins above 0 begins where a snapshot on the same platter ends, or below: no gap
 *   R9   a leader has one change of the voters at a time that is not committed, and each leaves every old majority one voter of
 *        every new one (what nodes go by before a log names voters: `ballots.ts`)
 */
import type { CoreState, Voter } from '../../raft/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import { alwaysMeet } from './ballots.ts';
import { violated } from '../workload/history.ts';

/** What was last looked at of one replica. */
interface Seen {
  start: number;
  newest: object | null;
}

export type MetadataReplica = Pick<Replica, 'core' | 'leads'>;

export class MetadataLogChecks {
  readonly #seen = new WeakMap<object, Seen>();
  readonly #snapshotEnd: (node: number) => number;

  /** @param snapshotEnd end of the newest snapshot on the node's platter; 0: none */
  constructor(snapshotEnd: (node: number) => number) {
    this.#snapshotEnd = snapshotEnd;
  }

  /** Something has happened to the replica of the metadata group on a node. */
  note({ core, leads }: MetadataReplica): void {
    const { log } = core;
    const newest = log.voters.at(-1) ?? null;
    let seen = this.#seen.get(core);
    if (seen === undefined) {
      seen = { start: 0, newest: null };
      this.#seen.set(core, seen);
    }
    if (seen.start !== log.start) {
      seen.start = log.start;
      this.#judgeStart(core.config.self.node, log.start);
    }
    if (seen.newest === newest) return;
    seen.newest = newest;
    if (leads) judgeVoters(core.config.self.node, log, core.highWatermark);
  }

  #judgeStart(node: number, start: number): void {
    const end = this.#snapshotEnd(node);
    if (start > end)
      violated(
        'R10',
        `the metadata log of node ${node} begins at ${start}, its newest durable snapshot ends at ${end}`,
      );
  }
}

/** The leader's log names other voters than before. */
function judgeVoters(node: number, { voters, baseVoters }: CoreState['log'], highWatermark: number): void {
  const open = voters.filter(({ base }) => base >= highWatermark);
  if (open.length > 1)
    violated(
      'R9',
      `node ${node} leads metadata with ${open.length} changes of the voters above the high watermark ${highWatermark}`,
    );
  let before: readonly Voter[] | null = baseVoters;
  for (const { base, voters: after } of voters) {
    if (before !== null && !alwaysMeet(before, after))
      violated(
        'R9',
        `the voters ${describe(before)} of metadata become ${describe(after)} at ${base}: majorities may not meet`,
      );
    before = after;
  }
}

function describe(voters: readonly Voter[]): string {
  return voters.map(({ node }) => node).join();
}
