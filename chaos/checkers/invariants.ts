/**
 * The invariants that are checked after every event, on the node that the event was for, by looking into it.
 *
 *   R1 P6  at most one leader per group and term, over all lives        P5  the high watermark of a life never falls
 *
 * ```
 *  event ─▶ what has changed?  image ─▶ `image-checks.ts`       log ─▶ `log-chains.ts`, `durable-copies.ts`, `metadata-log-checks.ts`
 *                              role, term, high watermark ─▶ `ballots.ts`, `copies.ts`, `committed-logs.ts`     life ─▶ `restarts.ts`
 * ```
 * It is called some hundred times a virtual second for each node: nothing is looked at that has not changed.
 */
import { METADATA_GROUP, offset as toOffset } from '../../raft/index.ts';
import type { TermStart } from '../../raft/index.ts';
import type { MetadataImage, Partition as PartitionRecord } from '../../src/metadata/index.ts';
import type { RunningNode } from '../../src/node/index.ts';
import type { Partition, PartitionId } from '../../src/partition/index.ts';
import { readBatchHeader } from '../../storage/batch/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import { violated } from '../workload/history.ts';
import { Ballots } from './ballots.ts';
import { Bounds } from './bounds.ts';
import { CommittedLogs } from './committed-logs.ts';
import { judgeCommit, judgeEligible, judgeProposal } from './copies.ts';
import { CutRecords } from './cut-records.ts';
import { judgeNewestTerm } from './derived-state.ts';
import { DurableCopies } from './durable-copies.ts';
import type { FindReplica } from './find-replica.ts';
import { ImageChecks } from './image-checks.ts';
import { LogChains } from './log-chains.ts';
import { MetadataLogChecks } from './metadata-log-checks.ts';
import { Restarts } from './restarts.ts';
import { StableOffsets } from './stable-offsets.ts';
import { WholeDisks } from './whole-disks.ts';

/** What was last seen of one replica in one life. */
interface Seen {
  highWatermark: number;
  term: number;
  led: boolean;
  /** For messages. */
  readonly name: string;
  /** How many an open proposal of it names. */
  proposed: number;
  /** The newest term in which it leads and may send. */
  openedTerm: number;
  durableEnd: number;
  failed: boolean;
  end: number;
  newestTerm: TermStart | null;
  /** By the node's clock. */
  steppedAt: number;
}

/** What was last seen of one life of a node: as long as identities are the same, nothing has to be looked up. */
interface Watched {
  readonly running: RunningNode;
  readonly clock: { now(): number };
  image: MetadataImage | null;
  hosted: readonly Partition[];
  replicas: readonly Replica[];
  seen: readonly Seen[];
}

export class Invariants {
  readonly #cluster: SimCluster;
  /** By group and term: who led. */
  readonly #leaders = new Map<string, string>();
  readonly #committed = new CommittedLogs();
  readonly #seen = new WeakMap<Replica, Seen>();
  /** By number of the node. */
  readonly #watched: (Watched | undefined)[] = [];
  readonly #restarts = new Restarts((node) => this.#cluster.machine(node).disk.restores);
  readonly #cuts = new CutRecords((node) => this.#cluster.machine(node).disk);
  /** Group and incarnation of every replica that ever was. */
  readonly #lives = new Set<string>();
  readonly #ballots: Ballots;
  /** What the platters hold. */
  readonly durable: DurableCopies;
  /** What each batch is, wherever it lies. */
  readonly chains: LogChains;
  /** How far transactions are decided. */
  readonly stable = new StableOffsets();
  /** What processes hold. */
  readonly bounds: Bounds;
  readonly #images: ImageChecks;
  readonly #metadataLogs: MetadataLogChecks;
  readonly #disks: WholeDisks;
  /** Called when a follower is not given all of these offsets: its leader has compacted away what it had there. */
  onHole: ((group: string, from: number, to: number) => void) | null = null;
  /** Called when metadata says of an election that it may have lost something of that partition of the topic of that name. */
  onDeclaredLoss: ((name: string, record: PartitionRecord) => void) | null = null;
  /** Elections seen, of partitions and of the controller. */
  elections = 0;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.durable = new DurableCopies(cluster);
    this.bounds = new Bounds(cluster);
    this.#disks = new WholeDisks(cluster);
    const find = (group: string): FindReplica => this.#find(group);
    this.chains = new LogChains(find, () => cluster.numbers());
    this.#metadataLogs = new MetadataLogChecks((node) => this.durable.snapshotEnd(node));
    this.#images = new ImageChecks({
      cluster,
      committed: this.#committed,
      durable: this.durable,
      lossOf: (replica) => this.#restarts.lossOf(replica),
      onDeclaredLoss: (name, record) => this.onDeclaredLoss?.(name, record),
    });
    this.#ballots = new Ballots(
      find,
      (node) => cluster.machine(node).disk.restores,
      (name, replica) => this.durable.judgeVote(replica.core.config.self.node, name, replica),
    );
  }

  /** Checks after every event from now on. */
  watch(): this {
    this.#cluster.world.afterEvent = (machine) => {
      this.bounds.look(machine);
      const running = machine < 0 ? null : this.#cluster.node(machine + 1);
      if (running !== null) this.#check(machine + 1, running);
      else if (machine >= 0) this.#checkLast(machine + 1);
      this.#disks.judgeEnds();
    };
    return this;
  }

  /** Offset below which everything was committed; 0 for unknown groups. */
  committedEnd(group: string): number {
    return this.#committed.of(group)?.end ?? 0;
  }

  /** A process has ended, maybe by itself in this event: what it committed in it has been told to others. */
  #checkLast(number: number): void {
    const watched = this.#watched[number];
    const metadata = watched?.running.node.metadata ?? null;
    if (watched === undefined) return;
    this.#watched[number] = undefined;
    const now = watched.clock.now();
    if (metadata !== null) this.#checkSteps(number, this.#seenOf(null, metadata.replica, false), metadata.replica, now);
    for (let index = 0; index < watched.hosted.length; index += 1) this.#checkPartition(number, watched, index, now);
  }

  #check(number: number, running: RunningNode): void {
    const { node } = running;
    let watched = this.#watched[number];
    if (watched?.running !== running) {
      const { clock } = this.#cluster.machine(number);
      watched = { running, clock, image: null, hosted: [], replicas: [], seen: [] };
      this.#watched[number] = watched;
      this.#disks.follow(number, node.hosting);
    }
    const image = node.image();
    if (watched.image !== image) {
      watched.image = image;
      this.#images.check(number, image);
    }
    const metadata = node.metadata;
    const now = watched.clock.now();
    if (metadata !== null) this.#checkSteps(number, this.#seenOf(null, metadata.replica, false), metadata.replica, now);
    const hosted = node.hosting.all();
    const before = watched.hosted;
    if (before !== hosted) {
      // What they did in the event in which they were removed or their node stopped has been told to others.
      for (let index = 0; index < before.length; index += 1) {
        const partition = before[index];
        if (partition !== undefined && !hosted.includes(partition)) this.#checkPartition(number, watched, index, now);
      }
      watched.hosted = hosted;
      watched.replicas = hosted.map(({ replica }) => replica);
      watched.seen = hosted.map(({ id, replica, failed }) => this.#seenOf(id, replica, failed !== null));
    }
    for (let index = 0; index < hosted.length; index += 1) this.#checkPartition(number, watched, index, now);
    // Removed with its topic, or to be made anew.
    if (before !== hosted)
      for (const partition of before) if (!hosted.includes(partition)) this.#restarts.forget(partition.replica);
  }

  #checkPartition(number: number, { hosted, replicas, seen }: Watched, index: number, now: number): void {
    const partition = hosted[index];
    const replica = replicas[index];
    const its = seen[index];
    if (partition === undefined || replica === undefined || its === undefined) return;
    if (partition.failed !== null && !its.failed) {
      its.failed = true;
      this.#restarts.forget(replica);
      this.#disks.judgeFailed(number, its.name, replica);
    }
    // As `checkSteps` would say, of all but one or two of them.
    const steppedAt = replica.core.now;
    if (steppedAt === its.steppedAt && steppedAt !== now) return;
    this.#checkSteps(number, its, replica, now);
    this.stable.check(number, its.name, partition);
  }

  #seenOf(id: PartitionId | null, replica: Replica, failed: boolean): Seen {
    return this.#seen.get(replica) ?? this.#begin(id, replica, failed);
  }

  #begin(id: PartitionId | null, replica: Replica, failed: boolean): Seen {
    const name = id === null ? 'metadata' : `${id.topic}-${id.index}`;
    const { durableEnd } = replica;
    const known = {
      highWatermark: 0,
      term: 0,
      led: false,
      proposed: 0,
      openedTerm: 0,
      end: -1,
      newestTerm: null,
      steppedAt: -1,
    };
    const seen: Seen = { ...known, failed: false, durableEnd, name };
    this.#seen.set(replica, seen);
    const life = `${replica.group} ${replica.core.config.incarnation}`;
    const { node } = replica.core.config.self;
    if (!failed) {
      this.#restarts.begin(name, replica, this.#lives.has(life));
      this.#cuts.begin(name, replica);
      this.#listenToHoles(replica);
      this.durable.judgeEnd(node, name, replica);
      this.#disks.judgeBegin(node, name, replica);
    } else this.#disks.judgeFailed(node, name, replica);
    this.#lives.add(life);
    return seen;
  }

  #listenToHoles({ log, group }: Replica): void {
    if (group === METADATA_GROUP) return;
    const persist = log.persist.bind(log);
    log.persist = (change, done) => {
      let end = change.reset?.end ?? Math.min(log.logEnd, change.truncateTo ?? log.logEnd);
      for (const { position, bytes } of change.append) {
        if (position.base > end) this.onHole?.(group, end, position.base);
        if (log.settings.compact && readBatchHeader(bytes).recordCount < position.end - position.base)
          this.onHole?.(group, position.base, position.end);
        end = position.end;
      }
      persist(change, done);
    };
  }

  /** @param now of the node's clock */
  #checkSteps(number: number, seen: Seen, replica: Replica, now: number): void {
    const { core } = replica;
    // A core changes only in its steps, and each notes when it was.
    if (core.now === seen.steppedAt && core.now !== now) return;
    seen.steppedAt = core.now;
    const { highWatermark, term, leads, durableEnd } = replica;
    const { name } = seen;
    if (seen.durableEnd !== durableEnd && !seen.failed) {
      seen.durableEnd = durableEnd;
      this.#restarts.note(replica);
      this.durable.judgeEnd(number, name, replica);
    }
    const end = core.log.end;
    const newestTerm = core.log.terms.at(-1) ?? null;
    if (seen.end !== end || seen.newestTerm !== newestTerm || seen.led !== leads || seen.term !== term) {
      seen.end = end;
      seen.newestTerm = newestTerm;
      if (!seen.failed) {
        this.chains.note(name, replica);
        judgeNewestTerm(`node ${number}, ${name}`, replica);
      }
    }
    if (core.config.policy !== 'quorum') {
      this.#checkProposal(name, replica, seen);
      if (leads && seen.openedTerm !== term) this.#checkOpened(number, name, replica, seen);
    }
    // A replica whose log has failed votes for nobody.
    else if (!seen.failed) this.#ballots.note(name, replica);
    if (replica.group === METADATA_GROUP) this.#metadataLogs.note(replica);
    if (seen.highWatermark === highWatermark && seen.term === term && seen.led === leads) return;
    if (leads && (!seen.led || seen.term !== term)) this.#checkLeader(number, name, replica);
    if (term < seen.term) violated('R8', `term of ${name} on node ${number} fell from ${seen.term} to ${term}`);
    if (highWatermark < seen.highWatermark && !this.#committed.isUnclean(replica)) {
      violated('P5', `high watermark of ${name} on node ${number} fell from ${seen.highWatermark} to ${highWatermark}`);
    }
    if (highWatermark > replica.log.logEnd)
      violated(
        'P5',
        `high watermark of ${name} on node ${number} is ${highWatermark}, its log ends at ${replica.log.logEnd}`,
      );
    if (highWatermark !== seen.highWatermark) {
      if (leads && seen.led && seen.term === term) {
        const find = this.#find(replica.group);
        judgeCommit(name, replica, find);
        if (core.config.policy === 'isr') this.#checkEligible(name, replica, find);
      }
      this.#committed.note(number, name, replica, leads ? term : seen.led ? seen.term : null);
    } else if (leads && !seen.led) {
      // An unclean leader begins with the high watermark that it had before its loss was declared.
      this.#committed.note(number, name, replica, term);
    }
    seen.highWatermark = highWatermark;
    seen.term = term;
    seen.led = leads;
  }

  /** The leader of an isr group sends nothing before its term is opened on its disk. */
  #checkOpened(number: number, name: string, replica: Replica, seen: Seen): void {
    const { role, term } = replica.core;
    if (role.kind !== 'leader' || role.openSequence !== null) return;
    seen.openedTerm = term;
    if (!seen.failed) this.durable.judgeTerm(number, name, replica);
  }

  /** A replica leads in a term for the first time. */
  #checkLeader(number: number, name: string, replica: Replica): void {
    const key = `${replica.group}#${replica.term}`;
    const life = `node ${number} as ${this.#cluster.node(number)?.node.options.incarnation ?? 'nobody'}`;
    const before = this.#leaders.get(key);
    if (before === undefined) {
      this.#leaders.set(key, life);
      this.elections += 1;
    } else if (before !== life)
      violated(name === 'metadata' ? 'R1' : 'P6', `${life} leads ${name} in term ${replica.term}, as ${before} did`);
    if (replica.core.config.policy === 'quorum') this.#ballots.judge(name, replica);
    this.#committed.judgeLeader(number, name, replica);
  }

  #checkEligible(name: string, replica: Replica, find: FindReplica): void {
    const { newest } = this.#images;
    const { topicId, index } = this.#placeOf(replica.group);
    const record = newest?.topicsById.get(topicId)?.partitions[index];
    if (newest === null || record?.leaderTerm !== replica.term || this.#committed.isUnclean(replica)) return;
    judgeEligible(name, replica, record, (node) => newest.brokers.get(node)?.incarnation ?? null, find);
  }

  /** Somebody is to join: he must hold what is committed, if the proposal is of the leader that metadata knows, and may pass. */
  #checkProposal(name: string, replica: Replica, seen: Seen): void {
    const { role, assignment, term } = replica.core;
    const proposal = role.kind === 'leader' ? role.proposal : null;
    const proposed = proposal?.members.size ?? 0;
    if (proposed === seen.proposed) return;
    seen.proposed = proposed;
    const { topicId, index } = this.#placeOf(replica.group);
    const record = this.#images.newest?.topicsById.get(topicId)?.partitions[index];
    if (proposal === null || record?.leaderTerm !== term || record.version !== proposal.version) return;
    if (assignment?.term !== term || this.#committed.isUnclean(replica)) return;
    judgeProposal(name, replica, toOffset(this.committedEnd(replica.group)), this.#find(replica.group));
  }

  #placeOf(group: string): { readonly topicId: string; readonly index: number } {
    const at = group.lastIndexOf(':');
    return { topicId: group.slice(0, at), index: Number(group.slice(at + 1)) };
  }

  #find(group: string): FindReplica {
    const { topicId, index } = this.#placeOf(group);
    return (number) => {
      const running = this.#cluster.node(number);
      if (running === null) return null;
      if (group === METADATA_GROUP) return running.node.metadata?.replica ?? null;
      const partition = running.node.hosting.partition(topicId, index);
      return partition === null || partition.failed !== null ? null : partition.replica;
    };
  }
}
