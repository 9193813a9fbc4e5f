/**
 * The invariants, checked on ghost state that no core can see.
 *
 * | after            | checked                                                                                    |
 * |------------------|--------------------------------------------------------------------------------------------|
 * | every step       | election safety, commit monotonicity, state machine safety, votes durable before they leave |
 * |                  | leader completeness on election, a commit is durable where the policy says, no violation    |
 * | every action     | log matching over all pairs; isr: every ISR and ELR member holds all that is committed      |
 *
 * A failed check throws with what it saw; fast-check then shrinks the schedule.
 */
import { type Effect, type Input, maximalIsr, type NodeId, statusOf } from '../../../raft/index.ts';
import { logEnd, type SimDisk } from './sim-disk.ts';
import type { SimNode } from './sim-node.ts';

interface Committed {
  readonly end: number;
  readonly term: number;
  readonly value: string;
  /** Term of the leader that committed it: leaders of later terms must have it. */
  readonly committedIn: number;
}

export class Checker {
  readonly committed = new Map<number, Committed>();
  private readonly leaders = new Map<number, string>();
  private readonly highWatermarks = new Map<string, number>();
  private readonly votes = new Map<string, string>();
  readonly seen = {
    elections: 0,
    commits: 0,
    truncations: 0,
    snapshots: 0,
    resets: 0,
    reads: 0,
    proposals: 0,
    violations: 0,
  };
  private readonly nodes: ReadonlyMap<NodeId, SimNode>;

  constructor(nodes: ReadonlyMap<NodeId, SimNode>) {
    this.nodes = nodes;
  }

  onStep(node: SimNode, input: Input, effects: readonly Effect[]): void {
    for (const effect of effects) {
      const life = `${node.id}/${node.config.incarnation}`;
      if (effect.kind === 'violation') fail(`violation on ${life}: ${effect.reason}`);
      if (effect.kind === 'role' && effect.role === 'leader') this.onLeader(node, life, effect.term);
      if (effect.kind === 'commit') this.onCommit(node, life, effect.highWatermark);
      if (effect.kind === 'persist') this.onPersist(node, effect);
      if (effect.kind === 'send' && effect.message.kind === 'vote-reply' && effect.message.granted) {
        const { term, votedFor } = node.disk.hardState;
        if (term !== effect.message.term || votedFor === null) fail(`vote of ${life} left before it was durable`);
      }
      if (effect.kind === 'store-snapshot') this.seen.snapshots += 1;
      if (effect.kind === 'read-ready') this.onRead(node, effect.highWatermark);
      if (effect.kind === 'propose-isr') this.seen.proposals += 1;
    }
    if (input.kind === 'persisted') this.onDurable(node);
  }

  private onPersist(node: SimNode, persist: Effect & { readonly kind: 'persist' }): void {
    if (persist.truncateTo !== null) this.seen.truncations += 1;
    if (persist.reset !== null) this.seen.resets += 1;
    const vote = persist.hardState?.votedFor ?? null;
    if (persist.hardState === null || vote === null) return;
    if (persist.hardState.term < node.disk.hardState.term)
      fail(`term of node ${node.id} falls to ${persist.hardState.term}`);
  }

  /** One vote per term and directory, over all lives. */
  private onDurable(node: SimNode): void {
    const { term, votedFor } = node.disk.hardState;
    if (votedFor === null) return;
    const key = `${node.id}/${node.directory}/${term}`;
    const candidate = `${votedFor.node}/${votedFor.directory}`;
    const earlier = this.votes.get(key);
    if (earlier !== undefined && earlier !== candidate)
      fail(`node ${node.id} votes for ${earlier} and for ${candidate} in term ${term}`);
    this.votes.set(key, candidate);
  }

  private onLeader(node: SimNode, life: string, term: number): void {
    const other = this.leaders.get(term);
    if (other !== undefined && other !== life) fail(`election safety: ${other} and ${life} both lead term ${term}`);
    if (other !== undefined) return;
    this.leaders.set(term, life);
    this.seen.elections += 1;
    for (const [base, batch] of this.committed) {
      if (batch.committedIn >= term) continue;
      if (!holdsBatch(node, node.memory, base, batch))
        fail(`leader completeness: ${life} leads term ${term} without the batch committed at ${base}/${batch.term}`);
    }
  }

  private onCommit(node: SimNode, life: string, highWatermark: number): void {
    const before = this.highWatermarks.get(life) ?? 0;
    if (highWatermark < before) fail(`commit monotonicity: ${life} falls from ${before} to ${highWatermark}`);
    this.highWatermarks.set(life, highWatermark);
    this.seen.commits += 1;
    for (const { position, value } of node.memory.batches) {
      if (position.end > highWatermark) break;
      const known = this.committed.get(position.base);
      if (known === undefined) {
        const batch = { end: position.end, term: position.term, value, committedIn: node.core.term };
        this.requireDurable(node, position.base, batch);
        this.committed.set(position.base, batch);
      } else if (known.value !== value || known.end !== position.end) {
        fail(`state machine safety: at ${position.base} ${life} commits ${value}, another committed ${known.value}`);
      }
    }
  }

  /** Whoever commits a batch first is its leader: it must be on enough disks now. */
  private requireDurable(node: SimNode, base: number, batch: Committed): void {
    const status = statusOf(node.core);
    if (status.role !== 'leader') return;
    const holders = (ids: readonly NodeId[]): number =>
      ids.filter((id) => {
        const peer = this.nodes.get(id);
        return peer !== undefined && holdsBatch(peer, peer.disk, base, batch);
      }).length;
    if (node.config.policy === 'quorum') {
      const voters = (status.voters ?? []).map((voter) => voter.node);
      const count = holders(voters);
      if (count * 2 <= voters.length)
        fail(`commit of ${base} on ${node.id}: durable on ${count} of ${voters.length} voters`);
      return;
    }
    const members = maximalIsr(node.core);
    if (holders(members) < members.length)
      fail(`commit of ${base} on ${node.id}: not durable on all of the maximal ISR ${members.join(',')}`);
    const minimum = Math.min(node.core.assignment?.minInsyncReplicas ?? 1, node.core.assignment?.replicas.length ?? 1);
    if (members.length < minimum)
      fail(`commit of ${base} on ${node.id}: ISR ${members.join(',')} below the minimum ${minimum}`);
  }

  /** A read sees all that was committed when it was asked: at least what this leader's followers could have learned. */
  private onRead(node: SimNode, highWatermark: number): void {
    this.seen.reads += 1;
    if (highWatermark > node.core.highWatermark)
      fail(`read at ${highWatermark} above the high watermark ${node.core.highWatermark}`);
  }

  /** Two logs that hold a batch with the same end and term are equal up to there. */
  sweepLogs(): void {
    const nodes = [...this.nodes.values()];
    for (const [index, left] of nodes.entries()) {
      for (const right of nodes.slice(index + 1)) sweepPair(left, right);
    }
  }

  /** Every one of `members` holds, on disk, all that is committed. */
  sweepMembers(members: readonly NodeId[]): void {
    for (const id of members) {
      const node = this.nodes.get(id);
      if (node === undefined) continue;
      for (const [base, batch] of this.committed) {
        if (!holdsBatch(node, node.disk, base, batch))
          fail(`ISR or ELR member ${id} lacks the batch committed at ${base}/${batch.term}`);
      }
    }
  }
}

function fail(reason: string): never {
  throw new Error(reason);
}

function holdsBatch(node: SimNode, disk: SimDisk, base: number, batch: Committed): boolean {
  if (batch.end <= disk.logStart) return true;
  void node;
  return disk.batches.some(
    ({ position, value }) => position.base === base && position.end === batch.end && value === batch.value,
  );
}

function sweepPair(left: SimNode, right: SimNode): void {
  const others = new Map(right.memory.batches.map((batch) => [batch.position.end as number, batch]));
  let agree = false;
  for (const { position, value } of left.memory.batches.toReversed()) {
    const other = others.get(position.end);
    if (other?.position.term === position.term) agree = true;
    if (!agree || position.end <= right.memory.logStart) continue;
    if (other === undefined || other.value !== value || other.position.term !== position.term) {
      fail(
        `log matching: nodes ${left.id} and ${right.id} agree above ${position.end}, not at it (${value} and ${other?.value ?? 'nothing'}, ends ${logEnd(left.memory)} and ${logEnd(right.memory)})`,
      );
    }
  }
}
