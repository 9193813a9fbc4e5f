/**
 * What voters owe: looked at where it was cast, not where it was counted.
 *
 *   R2  a majority of the voters has voted for who leads, durably     R5  who voted held nothing that the new leader lacks
 *   R8  term and vote are what the last life left durable
 *
 * A voter that does not run, or has gone on to another term, says nothing: its vote may have been good.
 */
import { termBefore } from '../../raft/index.ts';
import type { CoreState, HardState, LogPosition, Voter } from '../../raft/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import { violated } from '../workload/history.ts';

/** The newest voters that the core knows; null when it knows none. */
export function votersOf({ log, initialVoters }: CoreState): readonly Voter[] | null {
  return log.voters.at(-1)?.voters ?? log.baseVoters ?? initialVoters;
}

export function isMajority(count: number, voters: readonly Voter[]): boolean {
  return 2 * count > voters.length;
}

function same(left: Voter | null, right: Voter | null): boolean {
  return left === right || (left !== null && left.node === right?.node && left.directory === right.directory);
}

function lastOf(core: CoreState): LogPosition {
  return { end: core.log.end, term: termBefore(core, core.log.end) ?? core.log.startTerm };
}

export class Ballots {
  /** By group and directory: what was durable of term and vote. */
  readonly #durable = new Map<string, HardState>();

  /** A quorum replica at some moment of its life; `first`: it has just come to be. */
  note(name: string, { core, group }: Replica, first: boolean): void {
    const { node, directory } = core.config.self;
    const key = `${group} ${directory}`;
    if (first) {
      const before = this.#durable.get(key);
      // A log that was damaged is deleted and begins with nothing; such a replica votes for nobody.
      const isNew = core.term === 0 && core.log.end === 0;
      if (before === undefined || isNew) return void this.#durable.delete(key);
      const isLess = core.term < before.term || (core.term === before.term && !same(core.votedFor, before.votedFor));
      // A vote that was not durable may have become so all the same.
      const isMore = core.term === before.term && before.votedFor === null;
      if (isLess && !isMore)
        violated(
          'R8',
          `node ${node} begins ${name} in term ${core.term} with a vote for ${core.votedFor?.node}, durable was term ${before.term} with one for ${before.votedFor?.node}`,
        );
    } else if (core.persistedSequence >= core.issuedSequence) this.#durable.set(key, core.issued);
  }

  /** `leader` of a quorum group leads its term since the last event. `find`: the replica on a node; null when it runs not. */
  judge(name: string, { core }: Replica, find: (node: number) => Replica | null): void {
    const voters = votersOf(core);
    if (voters === null) return;
    const { self } = core.config;
    let possible = 0;
    for (const voter of voters) {
      const other = voter.node === self.node ? core : (find(voter.node)?.core ?? null);
      if (other === null || other.term > core.term || other.config.self.directory !== voter.directory) possible += 1;
      else if (other.term === core.term && same(other.votedFor, self)) {
        if (other.persistedSequence >= other.issuedSequence) possible += 1;
        this.#judgeVote(name, core, other);
      }
    }
    if (!isMajority(possible, voters))
      violated(
        'R2',
        `node ${self.node} leads ${name} in term ${core.term}, at most ${possible} of ${voters.length} have durably voted for it`,
      );
  }

  #judgeVote(name: string, leader: CoreState, voter: CoreState): void {
    const { node } = voter.config.self;
    const text = `of node ${node} for node ${leader.config.self.node} as leader of ${name} in term ${leader.term}`;
    if (voter === leader) return;
    const [its, leaders] = [lastOf(voter), lastOf(leader)];
    if (its.term > leaders.term || (its.term === leaders.term && its.end > leaders.end))
      violated(
        'R5',
        `the vote ${text}, which ends at ${leaders.end} of term ${leaders.term}, that voter at ${its.end} of ${its.term}`,
      );
  }
}
