/**
 * What cores go through: elections, logs that diverge and are cut, high watermarks that stand still.
 *
 * After each event a replica is compared with what was seen last: identities and numbers, nothing is made while nothing
 * moved. What an event hides is heard where it passes: messages that arrive, changes that are written.
 */
import type { CoreState, Message, NodeId, TermStart } from '../../raft/index.ts';
import { METADATA_GROUP, statusOf, termBefore } from '../../raft/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import type { LogChange } from '../../storage/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import type { MarkerSink } from './marker-table.ts';

const STUCK_MS = 1000;
const LONG_TAIL = 20;
const MANY_CAMPAIGNS = 5;
const DEEP_WINDOW = 8;
const MANY_CONTROLLERS = 3;

/** What was last seen of one replica in one life. */
export interface SeenReplica {
  readonly replica: Replica;
  /** By the node's clock: when the core took the last step that was looked at. */
  steppedAt: number;
  role: CoreState['role'];
  term: number;
  highWatermark: number;
  /** Since when the high watermark is where it is, below the end of a leader's log; null: it is not. */
  stuckSince: number | null;
  proposalSince: number | null;
  terms: readonly TermStart[];
  /** Where the last diverged answers of each follower came from, until one matched. */
  readonly diverged: Set<NodeId>;
}

export class ReplicaWatch {
  readonly #markers: MarkerSink;
  readonly #cluster: SimCluster;
  /** Newest leader's term by group. */
  readonly #leaderTerms = new Map<string, number>();
  readonly #controllers = new Set<number>();
  readonly #directories = new Map<number, string>();

  constructor(markers: MarkerSink, cluster: SimCluster) {
    this.#markers = markers;
    this.#cluster = cluster;
  }

  /**
   * `seen`: what this answered the last time; null for another replica or none.
   *
   * @param now of the node's clock
   */
  look(number: number, replica: Replica, seen: SeenReplica | null, now: number): SeenReplica {
    if (seen === null || seen.replica !== replica) return this.#begin(number, replica);
    const { core } = replica;
    // A core changes only in its steps, and each notes when it was; only what lasts is seen between them.
    const isIdle = core.now === seen.steppedAt && core.now !== now;
    if (isIdle && seen.stuckSince === null && seen.proposalSince === null) return seen;
    seen.steppedAt = core.now;
    if (core.role !== seen.role || core.term !== seen.term) this.#moved(number, replica, seen);
    if (core.role.kind === 'leader') this.#lookAtLeader(core, seen);
    if (core.log.terms.length !== seen.terms.length || core.log.terms.at(-1)?.term !== seen.terms.at(-1)?.term)
      seen.terms = [...core.log.terms];
    return seen;
  }

  #begin(number: number, replica: Replica): SeenReplica {
    const { core } = replica;
    const seen: SeenReplica = {
      replica,
      steppedAt: -1,
      role: core.role,
      term: core.term,
      highWatermark: core.highWatermark,
      stuckSince: null,
      proposalSince: null,
      terms: [...core.log.terms],
      diverged: new Set(),
    };
    const receive = replica.receive.bind(replica);
    replica.receive = (from, message, attachment) => {
      this.#hear(core, seen, from, message);
      receive(from, message, attachment);
    };
    const persist = replica.log.persist.bind(replica.log);
    replica.log.persist = (change, done) => {
      this.#noteChange(replica, seen, change);
      persist(change, done);
    };
    const directory = core.config.self.directory;
    const before = this.#directories.get(number);
    if (before !== undefined && before !== directory) this.#markers.reach('disk-replaced');
    this.#directories.set(number, directory);
    return seen;
  }

  #lookAtLeader(core: CoreState, seen: SeenReplica): void {
    const now = this.#cluster.world.now();
    if (core.highWatermark !== seen.highWatermark || core.highWatermark >= core.log.end) {
      if (core.highWatermark > core.durableEnd) this.#markers.reach('leader-disk-behind');
      seen.highWatermark = core.highWatermark;
      seen.stuckSince = null;
    } else if (seen.stuckSince === null) seen.stuckSince = now;
    else if (now - seen.stuckSince > STUCK_MS) this.#markers.reach('high-watermark-stuck');
    const proposal = core.role.kind === 'leader' ? core.role.proposal : null;
    if (proposal === null) seen.proposalSince = null;
    else if (seen.proposalSince === null) seen.proposalSince = now;
    else if (now - seen.proposalSince > STUCK_MS) this.#markers.reach('proposal-open-for-long');
  }

  /** Its role or term is another than before. */
  #moved(number: number, replica: Replica, seen: SeenReplica): void {
    const markers = this.#markers;
    const { core } = replica;
    const { role: before, term } = seen;
    const { role } = core;
    const quorum = core.config.policy === 'quorum';
    seen.role = role;
    seen.term = core.term;
    if (role === before) return;
    seen.diverged.clear();
    seen.stuckSince = null;
    if (before.kind === 'candidate' && role.kind === 'prospective') markers.reach('election-lost');
    if (before.kind === 'candidate' && role.kind === 'follower') markers.reach('candidate-gave-way');
    if (before.kind === 'prospective' && role.kind === 'follower') markers.reach('prospect-gave-way');
    if (core.campaigns >= MANY_CAMPAIGNS) markers.reach('many-campaigns');
    if (role.kind === 'observer' && role.leader !== null) markers.reach('observer-follows');
    if (before.kind === 'leader' && role.kind !== 'leader')
      markers.reach(core.term > term ? 'leader-overtaken' : 'leader-stood-down');
    if (role.kind !== 'leader') return;
    this.#elected(number, replica, quorum);
  }

  #elected(number: number, replica: Replica, quorum: boolean): void {
    const markers = this.#markers;
    const { core, group } = replica;
    const last = this.#leaderTerms.get(group) ?? null;
    if (quorum && last !== null && core.term > last + 1) markers.reach('term-skipped');
    if (last === null || core.term > last) this.#leaderTerms.set(group, core.term);
    const others = this.#others(number, group);
    if (others.some((other) => other.leads && other.term !== core.term)) markers.reach('two-leaders');
    if (!quorum || core.role.kind !== 'leader') return;
    const { termStart } = core.role;
    if (others.some(({ core: other }) => other.role.kind !== 'observer' && other.log.end > core.log.end))
      markers.reach('longer-log-lost');
    if (termStart > core.highWatermark) markers.reach('leader-with-old-tail');
    if (group !== METADATA_GROUP) return;
    if (statusOf(core).voters?.length === 1) markers.reach('controller-alone');
    this.#controllers.add(number);
    if (this.#controllers.size >= MANY_CONTROLLERS) markers.reach('controller-moved');
    if (markers.has('disk-replaced')) markers.reach('voter-without-log-led');
  }

  /** The replicas of the group on other nodes that run. */
  #others(number: number, group: string): readonly Replica[] {
    const found: Replica[] = [];
    for (const other of this.#cluster.numbers()) {
      const node = other === number ? undefined : this.#cluster.node(other)?.node;
      if (node === undefined) continue;
      const metadata = node.metadata?.replica;
      if (metadata?.group === group) found.push(metadata);
      for (const { failed, replica } of node.hosting.all())
        if (failed === null && replica.group === group) found.push(replica);
    }
    return found;
  }

  /** A message arrives, and the core has not seen it yet. */
  #hear(core: CoreState, seen: SeenReplica, from: NodeId, message: Message): void {
    const markers = this.#markers;
    switch (message.kind) {
      case 'pre-vote-reply':
        if (!message.granted) markers.reach('pre-vote-refused');
        return;
      case 'vote-reply':
        if (!message.granted) markers.reach('vote-refused');
        return;
      case 'timeout-now':
        return markers.reach('leadership-handed-over');
      case 'append':
        if (message.term < core.term) markers.reach('lower-term-refused');
        return;
      case 'append-reply':
        return this.#hearAnswer(core, seen, from, message);
      case 'reset':
        return markers.reach('follower-reset');
      case 'snapshot':
        markers.reach('snapshot-sent');
        if (message.position + message.bytes === message.meta.bytes) markers.reach('snapshot-installed');
        return;
      case 'pre-vote':
      case 'vote':
      case 'snapshot-reply':
    }
  }

  #hearAnswer(
    core: CoreState,
    seen: SeenReplica,
    from: NodeId,
    { progressId, outcome, term }: Message & { readonly kind: 'append-reply' },
  ): void {
    const markers = this.#markers;
    if (core.role.kind !== 'leader') return;
    if (outcome.kind === 'fenced' && term > core.term) markers.reach('leader-fenced');
    const progress = core.role.progress.get(from);
    if (progress === undefined || progressId === 0) return;
    if (progress.progressId !== progressId) return markers.reach('former-answer-ignored');
    if (progress.inflights.appends.length >= DEEP_WINDOW) markers.reach('window-deep');
    if (outcome.kind === 'matched') seen.diverged.delete(from);
    if (outcome.kind !== 'diverged') return;
    // An empty log is no other history.
    if (outcome.hint.term > 0) markers.reach(seen.diverged.has(from) ? 'logs-diverged-twice' : 'logs-diverged');
    seen.diverged.add(from);
  }

  /** The log is about to be changed; the core is ahead of it. */
  #noteChange(replica: Replica, { terms }: SeenReplica, { truncateTo, logStart, reset }: LogChange): void {
    const markers = this.#markers;
    if (logStart !== null && replica.group !== METADATA_GROUP) markers.reach('log-start-moved');
    if (reset !== null) markers.reach('follower-reset');
    if (truncateTo === null) return;
    const cut = replica.log.logEnd - truncateTo;
    if (cut === 0) return markers.reach('empty-term-truncated');
    markers.reach('tail-truncated');
    if (cut >= LONG_TAIL) markers.reach('long-tail-truncated');
    const begun = terms.filter(({ start }) => start < replica.log.logEnd);
    const first = begun.findLastIndex(({ start }) => start <= truncateTo);
    if (begun.length - Math.max(first, 0) >= 2) markers.reach('terms-truncated');
  }
}

/** Term of the record at `position`; null when the log does not have it (any more). */
export function termAt({ core, log }: Replica, position: number): number | null {
  if (position < log.logStart || position >= log.logEnd) return null;
  return termBefore(core, (position + 1) as Parameters<typeof termBefore>[1]);
}
