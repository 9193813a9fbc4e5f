/**
 * Decisions about single partitions: ISR changes by compare-and-set, elections on demand, quorum leaders as reported.
 *
 * An ISR change comes from the partition's leader and names everything it was based on: leader term, partition version,
 * and each member's incarnation. Whatever moved meanwhile refuses it, so a late copy can do no harm (M37, KIP-903).
 */
import { offset, present } from '../../raft/index.ts';
import type { Member } from '../../raft/index.ts';
import { applyRecords } from '../metadata/index.ts';
import type { MetadataImage, Partition, Topic, MetadataRecord, PartitionChanged } from '../metadata/index.ts';
import { done } from './command.ts';
import type {
  AlterPartition,
  Answers,
  BrokerLife,
  ElectLeaders,
  InternalCommand,
  IsrProposal,
  ItemResult,
  ReportQuorumLeader,
} from './command.ts';
import { livingBroker } from './decide-broker.ts';
import type { Decision, DecisionContext } from './decision.ts';
import { isLive } from './election.ts';
import { partitionChange, topicFlush } from './partition-change.ts';
import type { Facts } from './partition-change.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

export function decideAlterPartition(
  image: MetadataImage,
  command: AlterPartition,
  context: DecisionContext,
): Decision<Answers['alter-partition']> {
  const found = livingBroker(image, command);
  if (found.kind === 'refused') return { records: [], answer: command.proposals.map(() => found) };
  const records: PartitionChanged[] = [];
  const facts: Facts = { image, flush: context.defaults.flush };
  const answer = command.proposals.map((proposal): ItemResult<{ readonly version: number }> => {
    const again = records.some((each) => each.topicId === proposal.topicId && each.partition === proposal.partition);
    const result = again
      ? refusal('stale-version', 'the same partition stands earlier in this request')
      : alter(facts, command, proposal);
    if (!('kind' in result)) return { kind: 'refused', refusal: result };
    records.push(result);
    return done({ version: result.version });
  });
  return { records, answer };
}

function alter(facts: Facts, life: BrokerLife, proposal: IsrProposal): PartitionChanged | Refusal {
  const topic = facts.image.topicsById.get(proposal.topicId);
  if (topic === undefined) return refusal('unknown-topic-id', `no topic has id ${proposal.topicId}`);
  const partition = topic.partitions[proposal.partition];
  if (partition === undefined)
    return refusal('unknown-partition', `${topic.name} has no partition ${proposal.partition}`);
  const refused = staleProposal(life, proposal, partition) ?? senselessProposal(life, proposal, partition);
  if (refused !== null) return refused;
  for (const member of proposal.isr) {
    const ineligible = ineligibleMember(facts.image, member, partition);
    if (ineligible !== null) return refusal('ineligible-replica', ineligible);
  }
  const isr = proposal.isr.map((member) => member.node);
  const change = partitionChange(facts, topic, partition, { isr, lost: proposal.expelled, always: true });
  return present(change, 'a record for an accepted proposal');
}

function staleProposal(life: BrokerLife, proposal: IsrProposal, partition: Partition): Refusal | null {
  if (partition.replication !== 'isr')
    return refusal('invalid-request', 'the replicas of this partition vote; it has no ISR to change');
  if (proposal.leaderTerm !== partition.leaderTerm)
    return refusal('stale-term', `the partition is in term ${partition.leaderTerm}, not ${proposal.leaderTerm}`);
  if (partition.leader !== life.node || partition.leaderIncarnation !== life.incarnation)
    return refusal('not-leader', `node ${life.node} does not lead the partition`);
  if (proposal.version !== partition.version)
    return refusal('stale-version', `the partition has version ${partition.version}, not ${proposal.version}`);
  return null;
}

function senselessProposal(life: BrokerLife, proposal: IsrProposal, partition: Partition): Refusal | null {
  const nodes = proposal.isr.map((member) => member.node);
  if (new Set(nodes).size !== nodes.length) return refusal('invalid-request', 'a member stands twice in the ISR');
  const foreign = nodes.find((node) => !partition.replicas.includes(node));
  if (foreign !== undefined) return refusal('invalid-request', `node ${foreign} is no replica of the partition`);
  if (!nodes.includes(life.node)) return refusal('invalid-request', 'the leader is missing from the ISR');
  if (proposal.expelled.some((node) => nodes.includes(node)))
    return refusal('invalid-request', 'an expelled member stands in the ISR');
  return null;
}

/** A member must be the life that the leader saw, and serve; one that is leaving may stay but not join. */
function ineligibleMember(image: MetadataImage, member: Member, partition: Partition): string | null {
  const broker = image.brokers.get(member.node);
  if (broker === undefined) return `broker ${member.node} is not registered`;
  if (broker.incarnation !== member.incarnation)
    return `broker ${member.node} lives as ${broker.incarnation}, not ${member.incarnation}`;
  if (broker.fenced) return `broker ${member.node} is fenced`;
  if (broker.leaving && !partition.isr.includes(member.node)) return `broker ${member.node} is leaving`;
  return null;
}

/** An operator asks for elections. */
export function decideElectLeaders(
  image: MetadataImage,
  command: ElectLeaders,
  context: DecisionContext,
): Decision<Answers['elect-leaders']> {
  const facts: Facts = { image, flush: context.defaults.flush };
  const all = command.partitions === null;
  const wanted = command.partitions ?? everyPartition(image);
  const records: PartitionChanged[] = [];
  const answer: Answers['elect-leaders'][number][] = [];
  for (const { topic: name, partition: index } of wanted) {
    const result = electOne(facts, name, index, command.election);
    const change = 'kind' in result ? result : null;
    const repeated = records.some(
      (each) => change !== null && each.topicId === change.topicId && each.partition === index,
    );
    if (change !== null && !repeated) records.push(change);
    if (!('kind' in result) && all && result.reason === 'election-not-needed') continue;
    answer.push({
      topic: name,
      partition: index,
      result: 'kind' in result ? done(null) : { kind: 'refused', refusal: result },
    });
  }
  return { records, answer };
}

function everyPartition(image: MetadataImage): readonly { readonly topic: string; readonly partition: number }[] {
  return [...image.topicsById.values()].flatMap((topic) =>
    topic.partitions.map((partition) => ({ topic: topic.name, partition: partition.index })),
  );
}

function electOne(
  facts: Facts,
  name: string,
  index: number,
  election: ElectLeaders['election'],
): PartitionChanged | Refusal {
  const topic = facts.image.topicsByName.get(name);
  const partition = topic?.partitions[index];
  if (topic === undefined || partition === undefined)
    return refusal('unknown-topic', `there is no partition ${name}-${index}`);
  if (partition.replication !== 'isr')
    return refusal('election-not-needed', `the replicas of ${name}-${index} elect by votes`);
  return election === 'preferred' ? electPreferred(facts, topic, partition) : electUnclean(facts, topic, partition);
}

function electPreferred(facts: Facts, topic: Topic, partition: Partition): PartitionChanged | Refusal {
  const [preferred] = partition.replicas;
  const change = movesToPreferred(facts.image, partition)
    ? partitionChange(facts, topic, partition, { rules: { preferred: true } })
    : null;
  if (change !== null) return change;
  if (partition.leader === preferred) return refusal('election-not-needed', `node ${preferred} leads already`);
  return refusal('preferred-leader-not-available', `node ${preferred} is not live or not in the ISR`);
}

function movesToPreferred(image: MetadataImage, partition: Partition): boolean {
  const [preferred] = partition.replicas;
  if (preferred === undefined || partition.leader === preferred || partition.replication !== 'isr') return false;
  return partition.isr.includes(preferred) && isLive(image.brokers.get(preferred));
}

function electUnclean(facts: Facts, topic: Topic, partition: Partition): PartitionChanged | Refusal {
  if (partition.leader !== null) return refusal('election-not-needed', `node ${partition.leader} leads`);
  const change = partitionChange(facts, topic, partition, { rules: { unclean: true, lossy: 'now' } });
  return change ?? refusal('eligible-leaders-not-available', 'no replica is live');
}

/** Leaderships go home, to the first replica, where it is live and in the ISR. */
export function decideBalanceLeaders(image: MetadataImage, movesMax: number, context: DecisionContext): Decision<null> {
  const facts: Facts = { image, flush: context.defaults.flush };
  const records: MetadataRecord[] = [];
  for (const topic of image.topicsById.values()) {
    for (const partition of topic.partitions) {
      if (records.length >= movesMax || !movesToPreferred(image, partition)) continue;
      const change = partitionChange(facts, topic, partition, { rules: { preferred: true } });
      if (change !== null) records.push(change);
    }
  }
  return { records, answer: null };
}

/** Waiting for the other lossy replicas has lasted long enough: the best of those that are there leads. Never for `always`. */
export function decideElectLossy(
  image: MetadataImage,
  command: Extract<InternalCommand, { readonly kind: 'elect-lossy' }>,
  context: DecisionContext,
): Decision<null> {
  const facts: Facts = { image, flush: context.defaults.flush };
  const records: MetadataRecord[] = [];
  for (const { topicId, partition: index } of command.partitions) {
    const topic = image.topicsById.get(topicId);
    const partition = topic?.partitions[index];
    if (topic === undefined || partition === undefined || partition.leader !== null) continue;
    const flush = topicFlush(facts, topic);
    const change = flush === 'always' ? null : partitionChange(facts, topic, partition, { rules: { lossy: 'now' } });
    if (change !== null) records.push(change);
  }
  return { records, answer: null };
}

/** A quorum partition's leader tells the cluster who it is. Newer terms win; within a term only a forgotten leader is restored. */
export function decideReportQuorumLeader(
  image: MetadataImage,
  command: ReportQuorumLeader,
): Decision<Answers['report-quorum-leader']> {
  const found = livingBroker(image, command);
  if (found.kind === 'refused') return { records: [], answer: command.reports.map(() => found) };
  const records: MetadataRecord[] = [];
  let after = image;
  const answer = command.reports.map((report): ItemResult => {
    const result = recordLeader(after, command, report);
    if (result === null) return done(null);
    if (!('kind' in result)) return { kind: 'refused', refusal: result };
    records.push(result);
    after = applyRecords(after, [result], offset(after.end), after.term);
    return done(null);
  });
  return { records, answer };
}

function recordLeader(
  image: MetadataImage,
  life: BrokerLife,
  report: ReportQuorumLeader['reports'][number],
): MetadataRecord | Refusal | null {
  const topic = image.topicsById.get(report.topicId);
  if (topic === undefined) return refusal('unknown-topic-id', `no topic has id ${report.topicId}`);
  const partition = topic.partitions[report.partition];
  if (partition === undefined)
    return refusal('unknown-partition', `${topic.name} has no partition ${report.partition}`);
  if (partition.replication !== 'quorum')
    return refusal('invalid-request', 'the controller appoints the leader of this partition');
  if (!partition.replicas.includes(life.node))
    return refusal('invalid-request', `node ${life.node} is no replica of the partition`);
  const same = partition.leader === life.node && partition.leaderIncarnation === life.incarnation;
  if (report.term === partition.leaderTerm && same) return null;
  if (report.term < partition.leaderTerm || (report.term === partition.leaderTerm && partition.leader !== null))
    return refusal('stale-term', `the partition is in term ${partition.leaderTerm}, not ${report.term}`);
  return {
    kind: 'quorum-leader-reported',
    topicId: report.topicId,
    partition: report.partition,
    leader: life.node,
    leaderIncarnation: life.incarnation,
    leaderTerm: report.term,
  };
}
