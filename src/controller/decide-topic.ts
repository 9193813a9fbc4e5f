/**
 * Decisions about topics: create, delete, add partitions. Each topic of a command is accepted or refused on its own.
 */
import type { Random } from '../../raft/index.ts';
import { brokerConfig, integerOf, invalidTopicConfig, collisionKey, invalidTopicName } from '../metadata/index.ts';
import type { MetadataImage, Replication, Topic, MetadataRecord } from '../metadata/index.ts';
import { done } from './command.ts';
import type {
  Answers,
  CreatePartitions,
  CreateTopics,
  CreatedTopic,
  DeleteTopics,
  ItemResult,
  NewTopic,
  TopicRef,
} from './command.ts';
import type { Decision, DecisionContext } from './decision.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { addLoad, countLoad, invalidAssignments, partitionCreated, place } from './topic-placement.ts';
import type { Assignments, Load } from './topic-placement.ts';

/** What one command has created so far. */
interface Progress {
  readonly records: MetadataRecord[];
  readonly load: Load;
  readonly names: ReadonlyMap<string, string>;
  partitionsLeft: number;
}

export function decideCreateTopics(
  image: MetadataImage,
  command: CreateTopics,
  context: DecisionContext,
): Decision<Answers['create-topics']> {
  const names = new Map([...image.topicsByName.keys()].map((name) => [collisionKey(name), name]));
  const progress: Progress = {
    records: [],
    load: countLoad(image),
    names,
    partitionsLeft: context.defaults.partitionsPerCommandMax,
  };
  const times = new Map<string, number>();
  for (const { name } of command.topics) times.set(collisionKey(name), (times.get(collisionKey(name)) ?? 0) + 1);
  const answer = command.topics.map((topic): ItemResult<CreatedTopic> => {
    if ((times.get(collisionKey(topic.name)) ?? 0) > 1)
      return {
        kind: 'refused',
        refusal: refusal('invalid-request', `topic ${topic.name} stands twice in this request`),
      };
    const result = createTopic(image, topic, progress, context);
    return 'reason' in result ? { kind: 'refused', refusal: result } : done(result);
  });
  return { records: command.validateOnly ? [] : progress.records, answer };
}

function createTopic(
  image: MetadataImage,
  topic: NewTopic,
  progress: Progress,
  context: DecisionContext,
): CreatedTopic | Refusal {
  const refused = refuseName(topic.name, progress.names) ?? refuseConfigs(topic);
  if (refused !== null) return refused;
  const assignments = assign(image, topic, progress, context);
  if ('reason' in assignments) return assignments;
  progress.partitionsLeft -= assignments.length;
  addLoad(progress.load, assignments);
  const topicId = randomId(context.random);
  const replication: Replication = topic.configs.some(({ key, value }) => key === 'replication' && value === 'quorum')
    ? 'quorum'
    : 'isr';
  progress.records.push({ kind: 'topic-created', topicId, name: topic.name, internal: topic.internal });
  for (const { key, value } of topic.configs)
    progress.records.push({ kind: 'config-set', scope: { kind: 'topic', topicId }, key, value });
  for (const [index, replicas] of assignments.entries())
    progress.records.push(partitionCreated(image, topicId, index, replicas, replication));
  return { topicId, partitions: assignments.length, replicationFactor: assignments[0]?.length ?? 0 };
}

function refuseName(name: string, names: ReadonlyMap<string, string>): Refusal | null {
  const invalid = invalidTopicName(name);
  if (invalid !== null) return refusal('invalid-topic-name', invalid);
  const taken = names.get(collisionKey(name));
  if (taken === name) return refusal('topic-already-exists', `topic ${name} exists`);
  if (taken === undefined) return null;
  return refusal('invalid-topic-name', `topic ${name} collides with ${taken}: '.' and '_' count as the same`);
}

function refuseConfigs(topic: NewTopic): Refusal | null {
  const keys = new Set<string>();
  for (const { key, value } of topic.configs) {
    const invalid = invalidTopicConfig(key, value);
    if (invalid !== null) return refusal('invalid-config', invalid);
    if (keys.has(key)) return refusal('invalid-config', `${key} is set twice`);
    keys.add(key);
  }
  return null;
}

function assign(
  image: MetadataImage,
  topic: NewTopic,
  progress: Progress,
  context: DecisionContext,
): Assignments | Refusal {
  const { assignments } = topic;
  if (assignments !== null) {
    if (topic.partitions !== null || topic.replicationFactor !== null)
      return refusal(
        'invalid-request',
        `topic ${topic.name}: give either assignments or partitions and replication factor`,
      );
    if (assignments.length === 0)
      return refusal('invalid-partitions', `topic ${topic.name} must have at least 1 partition`);
    const tooMany = refuseCount(assignments.length, progress, context);
    return tooMany ?? invalidAssignments(image, assignments, null) ?? assignments;
  }
  const partitions = topic.partitions ?? clusterDefault(image, 'num.partitions', context.defaults.partitions);
  const replicationFactor =
    topic.replicationFactor ?? clusterDefault(image, 'default.replication.factor', context.defaults.replicationFactor);
  if (partitions < 1)
    return refusal('invalid-partitions', `topic ${topic.name} must have at least 1 partition, not ${partitions}`);
  if (replicationFactor < 1)
    return refusal(
      'invalid-replication-factor',
      `topic ${topic.name} must have at least 1 replica, not ${replicationFactor}`,
    );
  const tooMany = refuseCount(partitions, progress, context);
  return tooMany ?? place(image, progress.load, [], partitions, replicationFactor, context.random);
}

function clusterDefault(image: MetadataImage, key: string, fallback: number): number {
  const set = brokerConfig(image, null, key);
  return set === null ? fallback : integerOf(set);
}

function refuseCount(
  partitions: number,
  progress: Pick<Progress, 'partitionsLeft'>,
  context: DecisionContext,
): Refusal | null {
  if (partitions <= progress.partitionsLeft) return null;
  return refusal(
    'invalid-partitions',
    `one request creates at most ${context.defaults.partitionsPerCommandMax} partitions`,
  );
}

/** 16 random bytes as 22 characters; never with a leading dash, which command lines take for an option. */
export function randomId(random: Random): string {
  for (;;) {
    const id = Buffer.from(random.bytes(16)).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

export function decideDeleteTopics(image: MetadataImage, command: DeleteTopics): Decision<Answers['delete-topics']> {
  const records: MetadataRecord[] = [];
  const removed = new Set<string>();
  const answer = command.topics.map((ref): Answers['delete-topics'][number] => {
    const topic = ref.kind === 'id' ? image.topicsById.get(ref.id) : image.topicsByName.get(ref.name);
    if (topic === undefined) return { kind: 'refused', refusal: unknownTopic(ref) };
    if (removed.has(topic.id))
      return {
        kind: 'refused',
        refusal: refusal('invalid-request', `topic ${topic.name} stands twice in this request`),
      };
    removed.add(topic.id);
    records.push({ kind: 'topic-removed', topicId: topic.id });
    return done({ topicId: topic.id, name: topic.name });
  });
  return { records, answer };
}

function unknownTopic(ref: TopicRef): Refusal {
  if (ref.kind === 'id') return refusal('unknown-topic-id', `no topic has id ${ref.id}`);
  return refusal('unknown-topic', `there is no topic ${ref.name}`);
}

export function decideCreatePartitions(
  image: MetadataImage,
  command: CreatePartitions,
  context: DecisionContext,
): Decision<Answers['create-partitions']> {
  const records: MetadataRecord[] = [];
  const progress = { load: countLoad(image), partitionsLeft: context.defaults.partitionsPerCommandMax };
  const seen = new Set<string>();
  const answer = command.topics.map((item): ItemResult => {
    const topic = image.topicsByName.get(item.name);
    if (topic === undefined) return { kind: 'refused', refusal: unknownTopic({ kind: 'name', name: item.name }) };
    if (seen.has(item.name))
      return {
        kind: 'refused',
        refusal: refusal('invalid-request', `topic ${item.name} stands twice in this request`),
      };
    seen.add(item.name);
    const added = addPartitions(image, topic, item, progress, context);
    if ('reason' in added) return { kind: 'refused', refusal: added };
    progress.partitionsLeft -= added.length;
    addLoad(progress.load, added);
    const replication = topic.partitions[0]?.replication ?? 'isr';
    for (const [index, replicas] of added.entries())
      records.push(partitionCreated(image, topic.id, topic.partitions.length + index, replicas, replication));
    return done(null);
  });
  return { records: command.validateOnly ? [] : records, answer };
}

function addPartitions(
  image: MetadataImage,
  topic: Topic,
  item: CreatePartitions['topics'][number],
  progress: Pick<Progress, 'load' | 'partitionsLeft'>,
  context: DecisionContext,
): Assignments | Refusal {
  const present = topic.partitions.length;
  const added = item.count - present;
  if (added <= 0)
    return refusal(
      'invalid-partitions',
      `topic ${topic.name} has ${present} partitions; the new total must be higher, not ${item.count}`,
    );
  const tooMany = refuseCount(added, progress, context);
  if (tooMany !== null) return tooMany;
  const replicationFactor = topic.partitions[0]?.replicas.length ?? 1;
  if (item.assignments === null)
    return place(image, progress.load, topic.partitions, added, replicationFactor, context.random);
  if (item.assignments.length !== added)
    return refusal('invalid-replica-assignment', `${item.assignments.length} assignments for ${added} new partitions`);
  return invalidAssignments(image, item.assignments, replicationFactor) ?? item.assignments;
}
