/**
 * CreateTopics, DeleteTopics, CreatePartitions: wire to controller command and back. They are answered when this node
 * has applied the change too, so that a client that asks it next finds what it made.
 */
import { millis, nodeId } from '../../raft/index.ts';
import type { CreatedTopic, CreateTopics, ItemResult, NewTopic, TopicRef } from '../controller/index.ts';
import { kafkaErrorOf } from '../controller/index.ts';
import { describeTopicConfigs, KAFKA_CONFIG_SOURCE } from '../metadata/index.ts';
import type { ComputedDefaults, MetadataImage } from '../metadata/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import { API_TABLE, errorCode, ZERO_UUID } from '../wire/index.ts';
import type { CreateTopicsRequest } from '../wire/index.ts';
import { RESERVED_TOPICS } from './broker-view.ts';
import { noAnswer } from './command-port.ts';
import type { CommandPort } from './command-port.ts';

export interface TopicAdminOptions {
  readonly commands: CommandPort;
  /** Resolves true when `applied` holds for this node's image, false when `timeoutMs` is over. */
  readonly untilApplied: (applied: (image: MetadataImage) => boolean, timeoutMs: number) => Promise<boolean>;
  readonly image: () => MetadataImage;
  readonly computed: ComputedDefaults;
}

type CreateItem = CreateTopicsRequest['topics'][number];

const DEFAULT = -1;

interface Senseless {
  readonly code: number;
  readonly reason: string;
}

/** Ids of brokers as a client wrote them: negative ones exist nowhere, and are no node ids. */
function namesNoBroker(assignments: readonly { readonly brokerIds: readonly number[] }[]): Senseless | null {
  const wrong = assignments.flatMap(({ brokerIds }) => brokerIds).find((id) => id < 0);
  return wrong === undefined
    ? null
    : { code: errorCode('INVALID_REPLICA_ASSIGNMENT'), reason: `broker ${wrong} is not registered` };
}

/** Why an item cannot even be asked of the controller, or null. */
function senseless(item: CreateItem, twice: boolean): Senseless | null {
  const invalid = (reason: string): Senseless => ({ code: errorCode('INVALID_REQUEST'), reason });
  if (twice) return invalid('the topic is named twice in the request');
  if (RESERVED_TOPICS.has(item.name)) {
    return {
      code: errorCode('INVALID_TOPIC_EXCEPTION'),
      reason: `the cluster makes ${item.name} itself when it is needed`,
    };
  }
  const manual = item.assignments.length > 0;
  if (manual && (item.numPartitions !== DEFAULT || item.replicationFactor !== DEFAULT)) {
    return invalid('with assignments, partitions and replication factor must be -1');
  }
  const numbers = item.assignments.map(({ partitionIndex }) => partitionIndex).sort((a, b) => a - b);
  if (numbers.some((number, at) => number !== at)) return invalid('assignments must number the partitions 0, 1, 2 …');
  if (item.configs.some(({ value }) => value === null)) {
    return { code: errorCode('INVALID_CONFIG'), reason: 'a config has no value' };
  }
  return namesNoBroker(item.assignments);
}

function newTopic(item: CreateItem): NewTopic {
  const assignments = [...item.assignments]
    .sort((a, b) => a.partitionIndex - b.partitionIndex)
    .map(({ brokerIds }) => brokerIds.map(nodeId));
  return {
    name: item.name,
    partitions: item.numPartitions === DEFAULT ? null : item.numPartitions,
    replicationFactor: item.replicationFactor === DEFAULT ? null : item.replicationFactor,
    assignments: assignments.length > 0 ? assignments : null,
    configs: item.configs.map(({ name, value }) => ({ key: name, value: value ?? '' })),
    internal: false,
  };
}

function failedTopic(name: string, code: number, message: string | null): CreatedResponse {
  return { name, topicId: ZERO_UUID, errorCode: code, errorMessage: message, configs: null };
}

interface CreatedResponse {
  readonly name: string;
  readonly topicId: string;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly numPartitions?: number;
  readonly replicationFactor?: number;
  readonly configs: readonly CreatedConfig[] | null;
}

interface CreatedConfig {
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly configSource: number;
  readonly isSensitive: boolean;
}

/** What is in force for a topic that was made (or, only asked for, would be) with these configs. */
function effectiveConfigs(
  { image, computed }: TopicAdminOptions,
  item: CreateItem,
  replicas: number,
): readonly CreatedConfig[] {
  const configs = new Map(item.configs.map(({ name, value }) => [name, value ?? '']));
  return describeTopicConfigs(image(), { configs }, replicas, computed).map(({ key, value, source, definition }) => ({
    name: key,
    value,
    readOnly: !definition.dynamic,
    configSource: KAFKA_CONFIG_SOURCE[source],
    isSensitive: false,
  }));
}

function createdResponse(
  options: TopicAdminOptions,
  item: CreateItem,
  result: ItemResult<CreatedTopic> | undefined,
): CreatedResponse {
  const { name } = item;
  if (result?.kind !== 'done') {
    const { errorCode: code, errorMessage } = resultCode(result);
    return failedTopic(name, code, errorMessage);
  }
  const { topicId, partitions, replicationFactor } = result.value;
  const configs = effectiveConfigs(options, item, replicationFactor);
  return { name, topicId, errorCode: 0, errorMessage: null, numPartitions: partitions, replicationFactor, configs };
}

export function createTopicsHandler(options: TopicAdminOptions): ApiHandler {
  return apiHandler(API_TABLE.createTopics, async (request) => {
    const times = new Map<string, number>();
    for (const { name } of request.topics) times.set(name, (times.get(name) ?? 0) + 1);
    const checked = request.topics.map((item) => ({ item, wrong: senseless(item, times.get(item.name) !== 1) }));
    const sound = checked.filter(({ wrong }) => wrong === null).map(({ item }) => item);
    const command: CreateTopics = {
      kind: 'create-topics',
      topics: sound.map(newTopic),
      validateOnly: request.validateOnly,
    };
    const outcome = await options.commands.submit(command, millis(Math.max(0, request.timeoutMs)));
    let asked = 0;
    const topics = checked.map(({ item, wrong }) => {
      if (wrong !== null) return failedTopic(item.name, wrong.code, wrong.reason);
      const at = asked;
      asked += 1;
      if (outcome.kind === 'answer') return createdResponse(options, item, outcome.answer[at]);
      const { code, message } = noAnswer(outcome);
      return failedTopic(item.name, code, message);
    });
    if (!request.validateOnly) {
      const made = topics.filter((topic) => topic.errorCode === 0).map(({ topicId }) => topicId);
      await options.untilApplied((image) => made.every((id) => image.topicsById.has(id)), request.timeoutMs);
    }
    return respond({ topics });
  });
}

export function deleteTopicsHandler(options: TopicAdminOptions): ApiHandler {
  return apiHandler(API_TABLE.deleteTopics, async (request, context) => {
    const refs: readonly TopicRef[] =
      context.version < 6
        ? request.topicNames.map((name) => ({ kind: 'name', name }))
        : request.topics.map(({ name, topicId }) =>
            name === null ? { kind: 'id', id: topicId } : { kind: 'name', name },
          );
    const outcome = await options.commands.submit(
      { kind: 'delete-topics', topics: refs },
      millis(Math.max(0, request.timeoutMs)),
    );
    const responses = refs.map((ref, at) => {
      const named = { name: ref.kind === 'name' ? ref.name : null, topicId: ref.kind === 'id' ? ref.id : ZERO_UUID };
      if (outcome.kind !== 'answer') {
        const { code, message } = noAnswer(outcome);
        return { ...named, errorCode: code, errorMessage: message };
      }
      const result = outcome.answer[at];
      if (result?.kind === 'done')
        return { name: result.value.name, topicId: result.value.topicId, errorCode: 0, errorMessage: null };
      const refusal = result?.refusal;
      return {
        ...named,
        errorCode: refusal === undefined ? -1 : kafkaErrorOf(refusal),
        errorMessage: refusal?.message ?? null,
      };
    });
    const gone = responses.filter((response) => response.errorCode === 0).map(({ topicId }) => topicId);
    await options.untilApplied((image) => gone.every((id) => !image.topicsById.has(id)), request.timeoutMs);
    return respond({
      responses: context.version < 6 ? responses.map((each) => ({ ...each, name: each.name ?? '' })) : responses,
    });
  });
}

export function createPartitionsHandler(options: TopicAdminOptions): ApiHandler {
  return apiHandler(API_TABLE.createPartitions, async (request) => {
    const checked = request.topics.map((item) => ({ item, wrong: namesNoBroker(item.assignments ?? []) }));
    const sound = checked.filter(({ wrong }) => wrong === null).map(({ item }) => item);
    const topics = sound.map(({ name, count, assignments }) => ({
      name,
      count,
      assignments: assignments === null ? null : assignments.map(({ brokerIds }) => brokerIds.map(nodeId)),
    }));
    const { validateOnly } = request;
    const outcome = await options.commands.submit(
      { kind: 'create-partitions', topics, validateOnly },
      millis(Math.max(0, request.timeoutMs)),
    );
    let asked = 0;
    const results = checked.map(({ item: { name }, wrong }) => {
      if (wrong !== null) return { name, errorCode: wrong.code, errorMessage: wrong.reason };
      const at = asked;
      asked += 1;
      if (outcome.kind === 'answer') return { name, ...resultCode(outcome.answer[at]) };
      const { code, message } = noAnswer(outcome);
      return { name, errorCode: code, errorMessage: message };
    });
    if (!validateOnly) {
      const grown = checked.filter((_, at) => results[at]?.errorCode === 0).map(({ item }) => item);
      const applied = (image: MetadataImage): boolean =>
        grown.every(({ name, count }) => (image.topicsByName.get(name)?.partitions.length ?? count) >= count);
      await options.untilApplied(applied, request.timeoutMs);
    }
    return respond({ results });
  });
}

/** Code and message of one item of an answer. */
export function resultCode(result: ItemResult | undefined): {
  readonly errorCode: number;
  readonly errorMessage: string | null;
} {
  if (result === undefined)
    return { errorCode: errorCode('UNKNOWN_SERVER_ERROR'), errorMessage: 'the controller did not answer this item' };
  if (result.kind === 'done') return { errorCode: 0, errorMessage: null };
  return { errorCode: kafkaErrorOf(result.refusal), errorMessage: result.refusal.message };
}
