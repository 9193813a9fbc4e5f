/**
 * Applies records to the image: the only way in which an image changes, the same on every node.
 *
 * ```
 *  image ──draft──▶ record, record, … (maps and topics copied once, on first touch) ──finish──▶ new image
 * ```
 *
 * The old image stays as it was; untouched topics and maps are shared. Applying needs only image and record (no clock,
 * no defaults), so replay from empty equals the live image. A record that does not fit is a bug in the controller or
 * a log that is not ours, and dies by assertion: going on would make this node's metadata differ from the others'.
 */
import { assert, offset, present, unreachable } from '../../raft/index.ts';
import type { Incarnation, NodeId, Offset, Term } from '../../raft/index.ts';
import type { Broker, MetadataImage, Partition, Topic } from './image.ts';
import type { ConfigScope, MetadataRecord, PartitionChanged } from './record.ts';

/** A topic that this draft owns and may change. */
interface TopicDraft {
  readonly topic: Topic;
  readonly partitions: Partition[];
  configs: ReadonlyMap<string, string>;
}

/** An image being changed; lives for one call of {@link applyRecords}. */
interface Draft {
  readonly base: MetadataImage;
  clusterId: string | null;
  brokers: Map<NodeId, Broker> | null;
  /** Touched topics by id; null: removed. */
  readonly topics: Map<string, TopicDraft | null>;
  clusterConfigs: ReadonlyMap<string, string>;
  brokerConfigs: Map<NodeId, ReadonlyMap<string, string>> | null;
  groupConfigs: Map<string, ReadonlyMap<string, string>> | null;
  nextProducerId: number;
  uncleanElections: number;
}

/** Applies one record at `at`; for many at once use {@link applyRecords}. */
export function applyRecord(image: MetadataImage, record: MetadataRecord, at: Offset, inTerm: Term): MetadataImage {
  return applyRecords(image, [record], at, inTerm);
}

/** Applies records at consecutive offsets from `base`, all of `inTerm`. `base` ≥ image.end (control batches lie between). */
export function applyRecords(
  image: MetadataImage,
  records: readonly MetadataRecord[],
  base: Offset,
  inTerm: Term,
): MetadataImage {
  assert(base >= image.end, () => `record at ${base} is below the image's end ${image.end}`);
  assert(inTerm >= image.term, () => `record of term ${inTerm} after term ${image.term}`);
  const draft: Draft = {
    base: image,
    clusterId: image.clusterId,
    brokers: null,
    topics: new Map(),
    clusterConfigs: image.clusterConfigs,
    brokerConfigs: null,
    groupConfigs: null,
    nextProducerId: image.nextProducerId,
    uncleanElections: image.uncleanElections,
  };
  for (const [index, record] of records.entries()) applyToDraft(draft, record, offset(base + index));
  return finish(draft, offset(base + records.length), inTerm);
}

/** The image after a batch without metadata records (no-op of a leader, voters): only its position moves. */
export function withPosition(image: MetadataImage, end: Offset, inTerm: Term): MetadataImage {
  assert(end >= image.end, () => `position ${end} is below the image's end ${image.end}`);
  assert(inTerm >= image.term, () => `position of term ${inTerm} after term ${image.term}`);
  return { ...image, end, term: inTerm };
}

function applyToDraft(draft: Draft, record: MetadataRecord, at: Offset): void {
  switch (record.kind) {
    case 'cluster-created':
      assert(draft.clusterId === null, () => `cluster ${draft.clusterId} exists, cannot become ${record.clusterId}`);
      draft.clusterId = record.clusterId;
      return;
    case 'broker-registered': {
      const { kind: _kind, ...broker } = record;
      brokersOf(draft).set(record.node, { ...broker, fenced: true, leaving: false, registeredAt: at });
      return;
    }
    case 'broker-fenced':
      return changeBroker(draft, record, { fenced: true });
    case 'broker-unfenced':
      return changeBroker(draft, record, { fenced: false });
    case 'broker-leaving':
      return changeBroker(draft, record, { leaving: true });
    case 'broker-unregistered':
      brokerOf(draft, record);
      brokersOf(draft).delete(record.node);
      return;
    case 'topic-created':
      return createTopic(draft, record.topicId, record.name, record.internal);
    case 'topic-removed':
      topicOf(draft, record.topicId);
      draft.topics.set(record.topicId, null);
      return;
    case 'partition-created':
      return createPartition(draft, record);
    case 'partition-changed':
      return changePartition(draft, record);
    case 'quorum-leader-reported':
      return recordQuorumLeader(draft, record);
    case 'config-set':
      return changeConfigs(draft, record.scope, record.key, record.value);
    case 'config-removed':
      return changeConfigs(draft, record.scope, record.key, null);
    case 'producer-ids-allocated':
      assert(record.next > draft.nextProducerId, () => `producer ids up to ${record.next} were given out before`);
      draft.nextProducerId = record.next;
      return;
    case 'no-op':
      return;
  }
  unreachable(record);
}

function brokersOf(draft: Draft): Map<NodeId, Broker> {
  draft.brokers ??= new Map(draft.base.brokers);
  return draft.brokers;
}

function brokerOf(draft: Draft, life: { readonly node: NodeId; readonly incarnation: Incarnation }): Broker {
  const broker = present((draft.brokers ?? draft.base.brokers).get(life.node), `broker ${life.node}`);
  assert(broker.incarnation === life.incarnation, () => `broker ${life.node} lives as ${broker.incarnation}`);
  return broker;
}

function changeBroker(
  draft: Draft,
  life: { readonly node: NodeId; readonly incarnation: Incarnation },
  change: Partial<Pick<Broker, 'fenced' | 'leaving'>>,
): void {
  const broker = brokerOf(draft, life);
  brokersOf(draft).set(life.node, { ...broker, ...change });
}

function createTopic(draft: Draft, topicId: string, name: string, internal: boolean): void {
  assert(!draft.base.topicsById.has(topicId), () => `topic id ${topicId} exists`);
  assert(!draft.topics.has(topicId), () => `topic id ${topicId} was just used`);
  const topic: Topic = { id: topicId, name, partitions: [], configs: new Map(), internal };
  draft.topics.set(topicId, { topic, partitions: [], configs: topic.configs });
}

function topicOf(draft: Draft, topicId: string): TopicDraft {
  const touched = draft.topics.get(topicId);
  if (touched !== undefined) return present(touched, `topic ${topicId}`);
  const topic = present(draft.base.topicsById.get(topicId), `topic ${topicId}`);
  const fresh: TopicDraft = { topic, partitions: [...topic.partitions], configs: topic.configs };
  draft.topics.set(topicId, fresh);
  return fresh;
}

function partitionOf(topic: TopicDraft, index: number): Partition {
  return present(topic.partitions[index], `partition ${index} of topic ${topic.topic.name}`);
}

type PartitionCreated = Extract<MetadataRecord, { readonly kind: 'partition-created' }>;
type QuorumLeaderReported = Extract<MetadataRecord, { readonly kind: 'quorum-leader-reported' }>;

function createPartition(draft: Draft, record: PartitionCreated): void {
  const topic = topicOf(draft, record.topicId);
  const { topicId, partition: index, replicas, isr, replication, leadership } = record;
  assert(index === topic.partitions.length, () => `partition ${index} created after ${topic.partitions.length}`);
  const partition: Partition = {
    topicId,
    index,
    replicas,
    isr,
    elr: [],
    lossy: [],
    ...leadership,
    version: 0,
    replication,
  };
  topic.partitions.push(partition);
}

function changePartition(draft: Draft, record: PartitionChanged): void {
  const topic = topicOf(draft, record.topicId);
  const before = partitionOf(topic, record.partition);
  assert(record.version === before.version + 1, () => `version ${record.version} does not follow ${before.version}`);
  if (record.leadership !== null) {
    const { leaderTerm } = record.leadership;
    assert(leaderTerm > before.leaderTerm, () => `leader of term ${leaderTerm} after ${before.leaderTerm}`);
    if (record.leadership.unclean) draft.uncleanElections += 1;
  }
  topic.partitions[record.partition] = {
    ...before,
    version: record.version,
    replicas: record.replicas ?? before.replicas,
    isr: record.isr ?? before.isr,
    elr: record.elr ?? before.elr,
    lossy: record.lossy ?? before.lossy,
    ...record.leadership,
  };
}

function recordQuorumLeader(draft: Draft, record: QuorumLeaderReported): void {
  const topic = topicOf(draft, record.topicId);
  const before = partitionOf(topic, record.partition);
  assert(before.replication === 'quorum', () => `partition ${record.partition} of ${record.topicId} has no votes`);
  assert(record.leaderTerm >= before.leaderTerm, () => `term ${record.leaderTerm} after ${before.leaderTerm}`);
  const { leader, leaderIncarnation, leaderTerm } = record;
  topic.partitions[record.partition] = {
    ...before,
    leader,
    leaderIncarnation,
    leaderTerm,
    version: before.version + 1,
  };
}

function changed(configs: ReadonlyMap<string, string>, key: string, value: string | null): Map<string, string> {
  const copy = new Map(configs);
  if (value === null) copy.delete(key);
  else copy.set(key, value);
  return copy;
}

/** An owner whose last config goes is removed. */
function changeKept<Owner>(
  kept: Map<Owner, ReadonlyMap<string, string>>,
  owner: Owner,
  key: string,
  value: string | null,
): void {
  const configs = changed(kept.get(owner) ?? new Map(), key, value);
  if (configs.size === 0) kept.delete(owner);
  else kept.set(owner, configs);
}

function changeConfigs(draft: Draft, scope: ConfigScope, key: string, value: string | null): void {
  switch (scope.kind) {
    case 'cluster':
      draft.clusterConfigs = changed(draft.clusterConfigs, key, value);
      return;
    case 'broker': {
      draft.brokerConfigs ??= new Map(draft.base.brokerConfigs);
      return changeKept(draft.brokerConfigs, scope.node, key, value);
    }
    case 'group': {
      draft.groupConfigs ??= new Map(draft.base.groupConfigs);
      return changeKept(draft.groupConfigs, scope.groupId, key, value);
    }
    case 'topic': {
      const topic = topicOf(draft, scope.topicId);
      topic.configs = changed(topic.configs, key, value);
      return;
    }
  }
}

function finish(draft: Draft, end: Offset, inTerm: Term): MetadataImage {
  const { base } = draft;
  const touched = draft.topics.size > 0;
  const topicsByName = touched ? new Map(base.topicsByName) : base.topicsByName;
  const topicsById = touched ? new Map(base.topicsById) : base.topicsById;
  if (touched) finishTopics(draft, topicsByName as Map<string, Topic>, topicsById as Map<string, Topic>);
  return {
    end,
    term: inTerm,
    clusterId: draft.clusterId,
    brokers: draft.brokers ?? base.brokers,
    topicsByName,
    topicsById,
    clusterConfigs: draft.clusterConfigs,
    brokerConfigs: draft.brokerConfigs ?? base.brokerConfigs,
    groupConfigs: draft.groupConfigs ?? base.groupConfigs,
    nextProducerId: draft.nextProducerId,
    uncleanElections: draft.uncleanElections,
  };
}

/** Removals first: a batch may remove a topic and create another of the same name. */
function finishTopics(draft: Draft, byName: Map<string, Topic>, byId: Map<string, Topic>): void {
  for (const [id, touched] of draft.topics) {
    const before = draft.base.topicsById.get(id);
    if (touched !== null || before === undefined) continue;
    byName.delete(before.name);
    byId.delete(id);
  }
  for (const [id, touched] of draft.topics) {
    if (touched === null) continue;
    const { topic, partitions, configs } = touched;
    const present = byName.get(topic.name);
    assert(present === undefined || present.id === id, () => `topic name ${topic.name} is taken`);
    const finished: Topic = { ...topic, partitions, configs };
    byName.set(topic.name, finished);
    byId.set(id, finished);
  }
}
