/**
 * What voters owe: looked at where it was cast, not where it was counted.
 *
 *   R2  a majority of the voters has voted for who leads, durably     R5  who votes holds nothing that its candidate lacks
 *   R8  term and vote are what the last life left durable        R9  whoever counts votes, two majorities have a voter in common
 *
 * A voter that does not run, or has gone on to another term, says nothing: its vote may have been good.
 */
import { termBefore } from '../../raft/index.ts';
import type { CoreState, GroupId, HardState, LogPosition, Offset, Voter } from '../../raft/index.ts';
import { sameVoters } from '../../raft/voters.ts';
import type { Replica } from '../../src/replica/index.ts';
import { violated } from '../workload/history.ts';
import type { FindReplica } from './find-replica.ts';

/** The newest voters that the core knows; null when it knows none. */
export function votersOf({ log, initialVoters }: CoreState): readonly Voter[] | null {
  return log.voters.at(-1)?.voters ?? log.baseVoters ?? initialVoters;
}

export function isMajority(count: number, voters: readonly Voter[]): boolean {
  return 2 * count > voters.length;
}

/** Whether any majority of the one and any of the other have a voter in common. */
export function alwaysMeet(one: readonly Voter[], other: readonly Voter[]): boolean {
  const keys = new Set([...one, ...other].map(({ node, directory }) => `${node} ${directory}`));
  const majority = (voters: readonly Voter[]): number => Math.floor(voters.length / 2) + 1;
  return majority(one) + majority(other) > keys.size;
}

function same(left: Voter | null, right: Voter | null): boolean {
  return left === right || (left !== null && left.node === right?.node && left.directory === right.directory);
}

/** The log as it was when its owner asked for votes: a leader has written since. */
function lastOf(core: CoreState): LogPosition {
  const end: Offset = core.role.kind === 'leader' ? core.role.termStart : core.log.end;
  return { end, term: termBefore(core, end) ?? core.log.startTerm };
}

/** What was last seen of a replica; compared by identity. */
interface Seen {
  durable: HardState | null;
  votedFor: Voter | null;
  /** Whom it asks for votes. */
  voters: readonly Voter[] | null;
}

export class Ballots {
  readonly #find: (group: GroupId) => FindReplica;
  /** Called when a replica takes another term or vote for durable. */
  readonly #onDurable: (name: string, replica: Replica) => void;
  readonly #seen = new WeakMap<Replica, Seen>();
  /** By group, directory, and how often that was replaced by an older copy of itself: what was durable of term and vote. */
  readonly #durable = new Map<string, HardState>();

  /** By group: every set of voters that any replica ever went by. Sets change by changes in the log only, of which there are none yet. */
  readonly #voters = new Map<string, (readonly Voter[])[]>();
  readonly #restoresOf: (node: number) => number;

  constructor(
    find: (group: GroupId) => FindReplica,
    restoresOf: (node: number) => number,
    onDurable: (name: string, replica: Replica) => void,
  ) {
    this.#find = find;
    this.#restoresOf = restoresOf;
    this.#onDurable = onDurable;
  }

  /** Something has happened to a replica of a quorum group. */
  note(name: string, replica: Replica): void {
    const { core } = replica;
    let seen = this.#seen.get(replica);
    if (seen === undefined) {
      seen = { durable: core.issued, votedFor: core.votedFor, voters: null };
      this.#seen.set(replica, seen);
      this.#judgeBeginning(name, replica);
    }
    const voters = votersOf(core);
    if (seen.voters !== voters) {
      seen.voters = voters;
      if (voters !== null) this.#judgeVoters(name, replica, voters);
    }
    if (seen.votedFor !== core.votedFor) {
      seen.votedFor = core.votedFor;
      if (core.votedFor !== null) this.#judgeVote(name, replica, core.votedFor);
    }
    if (seen.durable === core.issued || core.persistedSequence < core.issuedSequence) return;
    seen.durable = core.issued;
    this.#durable.set(this.#keyOf(replica), core.issued);
    this.#onDurable(name, replica);
  }

  /** `leader` of a quorum group leads its term since the last event. */
  judge(name: string, { core, group }: Replica): void {
    const voters = votersOf(core);
    if (voters === null) return;
    const { self } = core.config;
    const find = this.#find(group);
    const possible = voters.filter((voter) => {
      const other = voter.node === self.node ? core : (find(voter.node)?.core ?? null);
      if (other === null || other.term > core.term || other.config.self.directory !== voter.directory) return true;
      const isFor = other.term === core.term && same(other.votedFor, self);
      return isFor && other.persistedSequence >= other.issuedSequence;
    });
    if (!isMajority(possible.length, voters))
      violated(
        'R2',
        `node ${self.node} leads ${name} in term ${core.term}, at most ${possible.length} of ${voters.length} have durably voted for it`,
      );
  }

  #judgeBeginning(name: string, replica: Replica): void {
    const { core } = replica;
    const before = this.#durable.get(this.#keyOf(replica));
    // A log that was damaged is deleted and begins with nothing; such a replica votes for nobody.
    const isNew = core.term === 0 && core.log.end === 0;
    if (before === undefined || isNew) return void this.#durable.delete(this.#keyOf(replica));
    // A vote that was not durable may have become so all the same.
    const isKept =
      core.term > before.term ||
      (core.term === before.term && (before.votedFor === null || same(core.votedFor, before.votedFor)));
    if (isKept) return;
    const now = `in term ${core.term} with a vote for ${core.votedFor?.node ?? 'nobody'}`;
    const was = `term ${before.term} with one for ${before.votedFor?.node ?? 'nobody'}`;
    violated('R8', `node ${core.config.self.node} begins ${name} ${now}, durable was ${was}`);
  }

  #judgeVoters(name: string, { core, group }: Replica, voters: readonly Voter[]): void {
    const known = this.#voters.get(group) ?? [];
    if (known.some((other) => sameVoters(other, voters))) return;
    for (const other of known)
      if (!alwaysMeet(other, voters))
        violated(
          'R9',
          `node ${core.config.self.node} counts on the voters ${describe(voters)} of ${name}, another on ${describe(other)}: majorities may not meet`,
        );
    this.#voters.set(group, [...known, voters]);
  }

  #judgeVote(name: string, { core: voter, group }: Replica, votedFor: Voter): void {
    const candidate = this.#find(group)(votedFor.node)?.core;
    if (candidate === undefined || candidate === voter || candidate.term !== voter.term) return;
    if (candidate.role.kind !== 'candidate' && candidate.role.kind !== 'leader') return;
    const [its, others] = [lastOf(voter), lastOf(candidate)];
    if (its.term < others.term || (its.term === others.term && its.end <= others.end)) return;
    // It has voted and heard the new leader in one event.
    if (its.term === voter.term && candidate.role.kind === 'leader') return;
    const who = `node ${voter.config.self.node}, at ${its.end} of term ${its.term},`;
    const whom = `node ${votedFor.node}, at ${others.end} of term ${others.term}`;
    violated('R5', `${who} votes for ${whom}, to lead ${name} in term ${voter.term}`);
  }

  #keyOf({ core, group }: Replica): string {
    const { self } = core.config;
    return `${group} ${self.directory} ${this.#restoresOf(self.node)}`;
  }
}

function describe(voters: readonly Voter[]): string {
  return voters.map(({ node, directory }) => `${node}/${directory}`).join();
}
