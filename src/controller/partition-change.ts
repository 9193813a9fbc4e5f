/**
 * One change of one isr partition: from what is wanted of the ISR to the record that keeps every invariant.
 *
 * ```
 *  isr wanted, who is lost ─▶ ELR (KIP-966) ─▶ election ─▶ term, version ─▶ partition-changed
 * ```
 *
 * ELR: while |ISR| < min.insync.replicas the high watermark stands still, so whoever was in the ISR then still holds
 * every committed record and may lead, unless it is known to have lost some; from min on it is empty. An unclean leader
 * begins alone: ISR = {it}, ELR = lossy = ∅. Every change of leader or of the leader's life raises the term.
 */
import { present, term } from '../../raft/index.ts';
import type { NodeId } from '../../raft/index.ts';
import { minInsyncReplicas, topicConfigFlag, topicConfig } from '../metadata/index.ts';
import type { LossyReplica, MetadataImage, Partition, Topic, Leadership, PartitionChanged } from '../metadata/index.ts';
import type { FlushPolicy } from '../../storage/index.ts';
import { electLeader } from './election.ts';
import type { ElectionRules, Elected } from './election.ts';

/** What is wanted; what is left out stays. */
export interface PartitionTarget {
  readonly isr?: readonly NodeId[];
  /** Gone from ISR and ELR for good: they may lack committed records. */
  readonly lost?: readonly NodeId[];
  /** It holds every committed record after all: it may lead again. */
  readonly regained?: NodeId;
  /** Of the lost: what is left of their logs. */
  readonly lossy?: readonly LossyReplica[];
  readonly rules?: Partial<ElectionRules>;
  /** Write a record even if nothing changes, so that the version moves. */
  readonly always?: boolean;
  /** Raise the term even if the leader stays: its progress for some replica must begin afresh. */
  readonly newTerm?: boolean;
}

/** What a change depends on: the image, already showing brokers and configs as they are to be, and the flush of topics that set none. */
export interface Facts {
  readonly image: MetadataImage;
  readonly flush: FlushPolicy;
}

/** The record, or null when nothing changes. */
export function partitionChange(
  facts: Facts,
  topic: Topic,
  partition: Partition,
  target: PartitionTarget,
): PartitionChanged | null {
  const { image } = facts;
  const min = minInsyncReplicas(image, topic, partition);
  const wanted = target.isr ?? partition.isr;
  const lost = target.lost ?? [];
  const regained = target.regained === undefined ? [] : [target.regained];
  const eligible = inOrder(partition, [...partition.elr, ...partition.isr, ...regained]).filter(
    (node) => !wanted.includes(node) && !lost.includes(node),
  );
  const before = {
    ...partition,
    isr: wanted,
    elr: wanted.length >= min ? [] : eligible,
    lossy: lossyAfter(partition, target),
  };
  const elected = electLeader(before, image.brokers, { ...defaultRules(facts, topic), ...target.rules });
  const after = afterElection(before, elected, min);
  const leadership = leadershipAfter(image, partition, elected, target.newTerm === true);
  const change: PartitionChanged = {
    kind: 'partition-changed',
    topicId: topic.id,
    partition: partition.index,
    version: partition.version + 1,
    replicas: null,
    isr: sameNodes(after.isr, partition.isr) ? null : after.isr,
    elr: sameNodes(after.elr, partition.elr) ? null : after.elr,
    lossy: sameLossy(after.lossy, partition.lossy) ? null : after.lossy,
    leadership,
  };
  const changes = change.isr !== null || change.elr !== null || change.lossy !== null || leadership !== null;
  return changes || target.always === true ? change : null;
}

/** When an acknowledged record of this topic is durable. */
export function topicFlush({ image, flush }: Facts, topic: Topic): string {
  return topicConfig(image, topic, 'flush') ?? flush;
}

/** `always` topics never lose silently: without an operator's word no lossy replica of theirs leads (design section 3). */
function defaultRules(facts: Facts, topic: Topic): ElectionRules {
  return {
    preferred: false,
    unclean: topicConfigFlag(facts.image, topic, 'unclean.leader.election.enable'),
    lossy: topicFlush(facts, topic) === 'always' ? 'never' : 'when-all-live',
  };
}

type Sets = Pick<Partition, 'isr' | 'elr' | 'lossy'>;

function afterElection(before: Sets, elected: Elected | null, min: number): Sets {
  if (elected !== null && (elected.from === 'lossy' || elected.from === 'unclean'))
    return { isr: [elected.leader], elr: [], lossy: [] };
  const promoted = elected !== null && elected.from === 'elr';
  const isr = promoted ? [...before.isr, elected.leader] : before.isr;
  const full = isr.length >= min;
  return {
    isr,
    elr: full ? [] : before.elr.filter((node) => !isr.includes(node)),
    lossy: full ? [] : before.lossy.filter((each) => !isr.includes(each.node)),
  };
}

function leadershipAfter(
  image: MetadataImage,
  partition: Partition,
  elected: Elected | null,
  newTerm: boolean,
): Leadership | null {
  const leader = elected === null ? null : elected.leader;
  const leaderIncarnation = leader === null ? null : present(image.brokers.get(leader), `broker ${leader}`).incarnation;
  const unclean = elected !== null && (elected.from === 'lossy' || elected.from === 'unclean');
  const same = leader === partition.leader && leaderIncarnation === partition.leaderIncarnation;
  if (same && !unclean && !newTerm) return null;
  return { leader, leaderIncarnation, leaderTerm: term(partition.leaderTerm + 1), unclean };
}

function lossyAfter(partition: Partition, target: PartitionTarget): readonly LossyReplica[] {
  const fresh = target.lossy ?? [];
  const kept = partition.lossy.filter(
    ({ node }) => node !== target.regained && !fresh.some((other) => other.node === node),
  );
  return [...kept, ...fresh];
}

function inOrder(partition: Partition, nodes: readonly NodeId[]): readonly NodeId[] {
  return partition.replicas.filter((node) => nodes.includes(node));
}

function sameNodes(a: readonly NodeId[], b: readonly NodeId[]): boolean {
  return a.length === b.length && a.every((node, index) => node === b[index]);
}

function describeLossy({ lastTerm, end, failed }: LossyReplica): string {
  return `${lastTerm}/${end}/${failed}`;
}

function sameLossy(a: readonly LossyReplica[], b: readonly LossyReplica[]): boolean {
  const same = (one: LossyReplica, other: LossyReplica | undefined): boolean =>
    other !== undefined && one.node === other.node && describeLossy(one) === describeLossy(other);
  return a.length === b.length && a.every((each, index) => same(each, b[index]));
}
