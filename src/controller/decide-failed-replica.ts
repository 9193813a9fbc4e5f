/**
 * Replicas whose logs failed under a running broker: damage found by a read, a fault of the disk, a log that contradicts
 * its leader's.
 *
 * ```
 *  report ─▶ out of ISR and ELR, marked failed ─▶ another leader, or none ─▶ new term, always
 *                                                                 └─ none, and an operator accepts the loss ─▶ it leads, counted
 * ```
 *
 * Why a new term even where the leader stays: its progress for the failed replica names what the *old* log held, on a
 * connection that stands. It would call the rebuilt, empty log in sync at once. A new term begins with fresh progress.
 * Why the version: a copy of the report that arrives late must not take the rebuilt replica out again.
 */
import { offset, term } from '../../raft/index.ts';
import type { NodeId } from '../../raft/index.ts';
import { applyRecords } from '../metadata/index.ts';
import type { MetadataImage, MetadataRecord, Partition, Topic } from '../metadata/index.ts';
import { done } from './command.ts';
import type { AcceptLoss, Answers, ItemResult, ReportFailedReplicas } from './command.ts';
import { livingBroker } from './decide-broker.ts';
import type { Decision, DecisionContext } from './decision.ts';
import { partitionChange } from './partition-change.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

type Reported = ReportFailedReplicas['replicas'][number];

export function decideReportFailedReplicas(
  image: MetadataImage,
  command: ReportFailedReplicas,
  context: DecisionContext,
): Decision<Answers['report-failed-replicas']> {
  const found = livingBroker(image, command);
  if (found.kind === 'refused') return { records: [], answer: command.replicas.map(() => found) };
  const records: MetadataRecord[] = [];
  let after = image;
  const answer = command.replicas.map((reported): ItemResult => {
    const result = takeOut(after, command.node, reported, context);
    if (result === null) return done(null);
    if (!('kind' in result)) return { kind: 'refused', refusal: result };
    records.push(result);
    after = applyRecords(after, [result], offset(after.end), after.term);
    return done(null);
  });
  return { records, answer };
}

/** Its broker had the log cut before the damage, because an operator said so. Never while somebody leads: then nothing need be lost. */
export function decideAcceptLoss(
  image: MetadataImage,
  command: AcceptLoss,
  context: DecisionContext,
): Decision<Answers['accept-loss']> {
  const refused = (why: Refusal): Decision<Answers['accept-loss']> => {
    return { records: [], answer: { kind: 'refused', refusal: why } };
  };
  const found = livingBroker(image, command);
  if (found.kind === 'refused') return { records: [], answer: found };
  const place = findReplica(image, command.node, command);
  if ('reason' in place) return refused(place);
  const { topic, partition } = place;
  if (partition.replication === 'quorum')
    return refused(refusal('invalid-request', 'the replicas of the partition elect by votes'));
  if (partition.leader !== null)
    return refused(refusal('election-not-needed', `node ${partition.leader} leads the partition`));
  const { node, lastTerm, end } = command;
  const record = partitionChange({ image, flush: context.defaults.flush }, topic, partition, {
    lost: [node],
    lossy: [{ node, lastTerm, end, failed: false }],
    rules: { unclean: true, lossy: 'now' },
  });
  if (record === null || record.leadership?.leader == null)
    return refused(refusal('eligible-leaders-not-available', `node ${node} does not serve yet`));
  return { records: [record], answer: done(null) };
}

/** Null: nothing is to be changed. */
function takeOut(
  image: MetadataImage,
  node: NodeId,
  reported: Reported,
  context: DecisionContext,
): MetadataRecord | Refusal | null {
  const place = findReplica(image, node, reported);
  if ('reason' in place) return place;
  const { topic, partition } = place;
  if (partition.replication === 'quorum') return forgottenLeader(partition, node);
  return partitionChange({ image, flush: context.defaults.flush }, topic, partition, {
    isr: partition.isr.filter((other) => other !== node),
    lost: [node],
    lossy: [{ node, lastTerm: term(0), end: offset(0), failed: true }],
    newTerm: true,
  });
}

function findReplica(
  image: MetadataImage,
  node: NodeId,
  { topicId, partition: index, version }: Reported,
): { readonly topic: Topic; readonly partition: Partition } | Refusal {
  const topic = image.topicsById.get(topicId);
  if (topic === undefined) return refusal('unknown-topic-id', `no topic has id ${topicId}`);
  const partition = topic.partitions[index];
  if (partition === undefined) return refusal('unknown-partition', `${topic.name} has no partition ${index}`);
  if (!partition.replicas.includes(node))
    return refusal('invalid-request', `node ${node} is no replica of the partition`);
  if (version !== partition.version)
    return refusal('stale-version', `the partition has version ${partition.version}, not ${version}`);
  return { topic, partition };
}

/** The others elect by votes; the image only stops naming a leader that can not serve. */
function forgottenLeader({ topicId, index, leader, leaderTerm }: Partition, node: NodeId): MetadataRecord | null {
  if (leader !== node) return null;
  const place = { topicId, partition: index };
  return { kind: 'quorum-leader-reported', ...place, leader: null, leaderIncarnation: null, leaderTerm };
}
