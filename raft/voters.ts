/**
 * The set of voters, and what may become of it.
 *
 * A voter is a node *and* its directory (KIP-853): a node that lost its disk is somebody else, so a vote or an
 * acknowledgement that the lost disk gave can never be repeated or contradicted by the empty one.
 * Sets change by one member at a time, so that majorities of neighbouring sets always share a voter (thesis 4.1).
 */
import type { Voter } from './batch-position.ts';
import type { DirectoryId, NodeId } from './ids.ts';

export function sameVoter(left: Voter, right: Voter): boolean {
  return left.node === right.node && left.directory === right.directory;
}

export function includesVoter(voters: readonly Voter[], voter: Voter): boolean {
  return voters.some((member) => sameVoter(member, voter));
}

/**
 * True when `node`, whose last handshake showed `directory`, is one of `voters`. Null: never seen, so it counts for
 * nothing.
 */
export function isVoter(voters: readonly Voter[], node: NodeId, directory: DirectoryId | null): boolean {
  return voters.some((member) => member.node === node && member.directory === directory);
}

export function sameVoters(left: readonly Voter[], right: readonly Voter[]): boolean {
  return left.length === right.length && left.every((voter) => includesVoter(right, voter));
}

/** True when `next` is `voters` with exactly one added or exactly one removed, never empty, each node at most once. */
export function changesOneVoter(voters: readonly Voter[], next: readonly Voter[]): boolean {
  const nodes = new Set(next.map((voter) => voter.node));
  if (next.length === 0 || nodes.size !== next.length) return false;
  const added = next.filter((voter) => !includesVoter(voters, voter)).length;
  const removed = voters.filter((voter) => !includesVoter(next, voter)).length;
  return added + removed === 1;
}

/** The member of `next` that is not in `voters`; null when none was added. */
export function addedVoter(voters: readonly Voter[], next: readonly Voter[]): Voter | null {
  return next.find((voter) => !includesVoter(voters, voter)) ?? null;
}
