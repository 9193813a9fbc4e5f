/**
 * The invariants that are checked after every event, on the node that the event was for, by looking into it.
 *
 *   R1 P6  at most one leader per group and term, over all lives        P5     the high watermark of a life never falls
 *   R5 P2  a new leader holds everything that was ever committed        R4 P4  what a replica takes as committed has the committed terms
 *   P1     every running member of ISR and ELR holds what is committed  R6     same metadata offset, same image
 *   P8     ISR and ELR of images                                        `ballots.ts`, `copies.ts`, `restarts.ts`: votes, copies, memories
 *
 * The true commit point is the highest high watermark that a leader ever had. Groups that metadata marks as elected
 * uncleanly start anew: that loss is declared.
 */
import { crc32c } from '../../storage/index.ts';
import { METADATA_GROUP, offset as toOffset, termBefore } from '../../raft/index.ts';
import type { CoreState, Offset } from '../../raft/index.ts';
import { encodeImage, minInsyncReplicas } from '../../src/metadata/index.ts';
import type { MetadataImage, Partition as PartitionRecord, Topic } from '../../src/metadata/index.ts';
import type { RunningNode } from '../../src/node/index.ts';
import { partitionGroup } from '../../src/partition/index.ts';
import type { Partition, PartitionId } from '../../src/partition/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import { violated } from '../workload/history.ts';
import { Ballots } from './ballots.ts';
import { judgeCommit, judgeProposal } from './copies.ts';
import { DurableCopies } from './durable-copies.ts';
import type { FindReplica } from './find-replica.ts';
import { Restarts } from './restarts.ts';

/** What was committed of one group. */
interface Committed {
  end: number;
  /** Where terms begin, below `end`; ascending. */
  terms: { readonly term: number; readonly start: number }[];
  /** How far the leader of each term has committed, ascending. */
  readonly byLeader: { readonly term: number; end: number }[];
}

/** What was last seen of one replica in one life. */
interface Seen {
  highWatermark: number;
  term: number;
  led: boolean;
  /** For messages. */
  readonly name: string;
  /** How many an open proposal of it names. */
  proposed: number;
  durableEnd: number;
  failed: boolean;
}

/** What was last seen of one life of a node: as long as identities are the same, nothing has to be looked up. */
interface Watched {
  readonly running: RunningNode;
  image: MetadataImage | null;
  hosted: readonly Partition[];
  replicas: readonly Replica[];
  seen: readonly Seen[];
}

/** The leader of `term` has committed all below the end. */
function noteLeader({ byLeader, end }: Committed, term: number): void {
  const at = byLeader.findIndex((entry) => entry.term >= term);
  const found = byLeader[at];
  if (found?.term === term) found.end = end;
  else byLeader.splice(at === -1 ? byLeader.length : at, 0, { term, end });
}

export class Invariants {
  readonly #cluster: SimCluster;
  /** By group and term: who led. */
  readonly #leaders = new Map<string, string>();
  readonly #committed = new Map<string, Committed>();
  readonly #seen = new WeakMap<Replica, Seen>();
  /** By number of the node. */
  readonly #watched: Watched[] = [];
  /** Checksum of the image by its end. */
  readonly #imageAt = new Map<number, number>();
  /** Groups whose loss was declared, by term of the unclean election. */
  readonly #unclean = new Map<string, number>();
  readonly #restarts = new Restarts((node) => this.#cluster.machine(node).disk.restores);
  /** Group and incarnation of every replica that ever was. */
  readonly #lives = new Set<string>();
  readonly #ballots: Ballots;
  /** What the platters hold. */
  readonly durable: DurableCopies;
  #newest: MetadataImage | null = null;
  /** Called when metadata says of an election that it may have lost something of that partition of the topic of that name. */
  onDeclaredLoss: ((name: string, record: PartitionRecord) => void) | null = null;
  /** Elections seen, of partitions and of the controller. */
  elections = 0;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.durable = new DurableCopies(cluster);
    this.#ballots = new Ballots(
      (group) => this.#find(group),
      (name, replica) => this.durable.judgeVote(replica.core.config.self.node, name, replica),
    );
  }

  /** Checks after every event from now on. */
  watch(): this {
    this.#cluster.world.afterEvent = (machine) => {
      const running = machine < 0 ? null : this.#cluster.node(machine + 1);
      if (running !== null) this.#check(machine + 1, running);
    };
    return this;
  }

  /** Offset below which everything was committed; 0 for unknown groups. */
  committedEnd(group: string): number {
    return this.#committed.get(group)?.end ?? 0;
  }

  #check(number: number, running: RunningNode): void {
    const { node } = running;
    let watched = this.#watched[number];
    if (watched?.running !== running) {
      watched = { running, image: null, hosted: [], replicas: [], seen: [] };
      this.#watched[number] = watched;
    }
    const image = node.image();
    if (watched.image !== image) {
      watched.image = image;
      this.#checkImage(number, image);
    }
    const metadata = node.metadata;
    if (metadata !== null) this.#checkSteps(number, this.#seenOf(null, metadata.replica, false), metadata.replica);
    const hosted = node.hosting.all();
    const before = watched.hosted;
    if (before !== hosted) {
      watched.hosted = hosted;
      watched.replicas = hosted.map(({ replica }) => replica);
      watched.seen = hosted.map(({ id, replica, failed }) => this.#seenOf(id, replica, failed !== null));
    }
    for (let index = 0; index < hosted.length; index += 1) this.#checkPartition(number, watched, index);
    // Removed with its topic, or to be made anew.
    if (before !== hosted)
      for (const partition of before) if (!hosted.includes(partition)) this.#restarts.forget(partition.replica);
  }

  #checkPartition(number: number, { hosted, replicas, seen }: Watched, index: number): void {
    const partition = hosted[index];
    const replica = replicas[index];
    const its = seen[index];
    if (partition === undefined || replica === undefined || its === undefined) return;
    if (partition.failed !== null && !its.failed) {
      its.failed = true;
      this.#restarts.forget(replica);
    }
    this.#checkSteps(number, its, replica);
  }

  #seenOf(id: PartitionId | null, replica: Replica, failed: boolean): Seen {
    return this.#seen.get(replica) ?? this.#begin(id, replica, failed);
  }

  #begin(id: PartitionId | null, replica: Replica, failed: boolean): Seen {
    const name = id === null ? 'metadata' : `${id.topic}-${id.index}`;
    const { durableEnd } = replica;
    const seen = { highWatermark: 0, term: 0, led: false, proposed: 0, failed: false, durableEnd, name };
    this.#seen.set(replica, seen);
    const life = `${replica.group} ${replica.core.config.incarnation}`;
    if (!failed) {
      this.#restarts.begin(name, replica, this.#lives.has(life));
      this.durable.judgeEnd(replica.core.config.self.node, name, replica);
    }
    this.#lives.add(life);
    return seen;
  }

  #checkSteps(number: number, seen: Seen, replica: Replica): void {
    const { highWatermark, term, leads, durableEnd } = replica;
    const { name } = seen;
    if (seen.durableEnd !== durableEnd && !seen.failed) {
      seen.durableEnd = durableEnd;
      this.#restarts.note(replica);
      this.durable.judgeEnd(number, name, replica);
    }
    if (replica.core.config.policy === 'quorum') this.#ballots.note(name, replica);
    else this.#checkProposal(name, replica, seen);
    if (seen.highWatermark === highWatermark && seen.term === term && seen.led === leads) return;
    if (leads && (!seen.led || seen.term !== term)) this.#checkLeader(number, name, replica);
    if (term < seen.term) violated('R8', `term of ${name} on node ${number} fell from ${seen.term} to ${term}`);
    if (highWatermark < seen.highWatermark && !this.#isUnclean(replica)) {
      violated('P5', `high watermark of ${name} on node ${number} fell from ${seen.highWatermark} to ${highWatermark}`);
    }
    if (highWatermark > replica.log.logEnd)
      violated(
        'P5',
        `high watermark of ${name} on node ${number} is ${highWatermark}, its log ends at ${replica.log.logEnd}`,
      );
    if (highWatermark !== seen.highWatermark) {
      if (leads && seen.led && seen.term === term) judgeCommit(name, replica, this.#find(replica.group));
      this.#checkCommit(number, name, replica, leads ? term : seen.led ? seen.term : null);
    } else if (leads && !seen.led) {
      // An unclean leader begins with the high watermark that it had before its loss was declared.
      this.#checkCommit(number, name, replica, term);
    }
    seen.highWatermark = highWatermark;
    seen.term = term;
    seen.led = leads;
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
    const committed = this.#committed.get(replica.group);
    if (committed === undefined || this.#isUnclean(replica)) return;
    const { logEnd } = replica.log;
    // Who was appointed long ago, and hears of it only now, owes nothing to the leaders after it.
    const earlier = committed.byLeader.filter(({ term }) => term < replica.term);
    const owed = Math.max(0, ...earlier.map(({ end }) => end));
    if (logEnd < owed)
      violated(
        name === 'metadata' ? 'R5' : 'P2',
        `node ${number} leads ${name} in term ${replica.term} with a log that ends at ${logEnd}, committed is ${owed}`,
      );
    this.#compareTerms(number, name, replica.core, committed, owed);
  }

  /** A replica takes more as committed than before; `leading`: in which term it leads, or did before this event. */
  #checkCommit(number: number, name: string, replica: Replica, leading: number | null): void {
    const end = replica.highWatermark;
    const { core, group } = replica;
    let committed = this.#committed.get(group);
    if (committed === undefined) {
      committed = { end: 0, terms: [], byLeader: [] };
      this.#committed.set(group, committed);
    }
    if (end > committed.end) {
      if (leading === null)
        violated(
          'R7',
          `node ${number} takes ${name} as committed below ${end}, no leader has committed beyond ${committed.end}`,
        );
      this.#compareTerms(number, name, core, committed, committed.end);
      committed.end = end;
      if (leading !== null) noteLeader(committed, leading);
      committed.terms = core.log.terms.filter(({ start }) => start < end).map(({ term, start }) => ({ term, start }));
      return;
    }
    this.#compareTerms(number, name, core, committed, end);
  }

  #compareTerms(number: number, name: string, core: CoreState, committed: Committed, end: number): void {
    if (end <= core.log.start || end === 0) return;
    const expected = committed.terms.findLast(({ start }) => start < end)?.term;
    const found = termBefore(core, toOffset(end));
    if (expected === undefined || found === null || expected === found) return;
    violated(
      'P4',
      `node ${number} holds a record of term ${found} before ${name}@${end}, committed there is one of term ${expected}`,
    );
  }

  #isUnclean({ group, term }: Replica): boolean {
    const declared = this.#unclean.get(group);
    return declared !== undefined && term >= declared;
  }

  /** Somebody is to join: he must hold what is committed, if the proposal is of the leader that metadata knows, and may pass. */
  #checkProposal(name: string, replica: Replica, seen: Seen): void {
    const { role, assignment, term } = replica.core;
    const proposal = role.kind === 'leader' ? role.proposal : null;
    const proposed = proposal?.members.size ?? 0;
    if (proposed === seen.proposed) return;
    seen.proposed = proposed;
    const { topicId, index } = this.#placeOf(replica.group);
    const record = this.#newest?.topicsById.get(topicId)?.partitions[index];
    if (proposal === null || record?.leaderTerm !== term || record.version !== proposal.version) return;
    if (assignment?.term !== term || this.#isUnclean(replica)) return;
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

  #checkImage(number: number, image: MetadataImage): void {
    const sum = crc32c(Buffer.from(encodeImage(image)));
    const before = this.#imageAt.get(image.end);
    if (before !== undefined && before !== sum)
      violated('R6', `node ${number} has another image at metadata offset ${image.end} than others had`);
    this.#imageAt.set(image.end, sum);
    if (this.#newest !== null && image.end <= this.#newest.end) return;
    this.#newest = image;
    for (const topic of image.topicsById.values()) {
      for (const record of topic.partitions) {
        this.#noteUnclean(topic, record);
        if (record.replication === 'isr') this.#checkRecord(image, topic, record);
      }
    }
  }

  #noteUnclean({ name }: Topic, record: PartitionRecord): void {
    const group = partitionGroup(record.topicId, record.index);
    if (!record.unclean || this.#unclean.get(group) === record.leaderTerm || record.leader === null) return;
    this.#unclean.set(group, record.leaderTerm);
    this.#committed.delete(group);
    this.onDeclaredLoss?.(name, record);
  }

  #checkRecord(image: MetadataImage, topic: Topic, record: PartitionRecord): void {
    const { isr, elr, leader, index } = record;
    const name = `${topic.name}-${index}`;
    const least = minInsyncReplicas(image, topic, record);
    this.durable.noteLeast(partitionGroup(topic.id, index), least);
    const text = (): string =>
      `${name} at metadata offset ${image.end}: isr ${isr.join()}, elr ${elr.join()}, leader ${leader}, least ${least}`;
    if (isr.some((node) => elr.includes(node))) violated('P8', `ISR and ELR overlap, ${text()}`);
    if (isr.length >= least && elr.length > 0) violated('P8', `an ELR although the ISR is large enough, ${text()}`);
    if (leader !== null && !isr.includes(leader)) violated('P8', `the leader is not in the ISR, ${text()}`);
    if (isr.some((node) => image.brokers.get(node)?.fenced !== false))
      violated('P8', `a fenced broker in the ISR, ${text()}`);
    this.#checkMembers(image, name, record);
  }

  /** P1: whoever may be elected holds what is committed, as far as it runs as the life that metadata knows. */
  #checkMembers(image: MetadataImage, name: string, { topicId, index, isr, elr }: PartitionRecord): void {
    const group = partitionGroup(topicId, index);
    const committed = this.#committed.get(group);
    if (committed === undefined) return;
    for (const member of [...isr, ...elr]) {
      const running = this.#cluster.node(member);
      if (running === null || image.brokers.get(member)?.incarnation !== running.node.options.incarnation) continue;
      const partition = running.node.hosting.partition(topicId, index);
      if (partition === null) continue;
      const end: Offset = partition.logEnd;
      if (end < committed.end)
        violated('P1', `node ${member} may lead ${name}, its log ends at ${end}, committed is ${committed.end}`);
      this.#compareTerms(member, name, partition.replica.core, committed, committed.end);
    }
  }
}
