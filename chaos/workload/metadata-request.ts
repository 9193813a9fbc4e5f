/**
 * Operations on topics as requests of the protocol, and answers as outputs of operations: one request, sent once.
 *
 *   answer                        output                   answer                        output
 *   NONE                          what it says             REQUEST_TIMED_OUT, none       null: nobody knows
 *   UNKNOWN_TOPIC_OR_PARTITION    unknown-topic            any other                     refused: certainly without effect
 */
import { API_TABLE, errorCode } from '../../src/wire/index.ts';
import type { Decoded } from '../../src/wire/index.ts';
import type { MetadataInput, MetadataOutput } from '../checkers/operation.ts';
import type { RawLink } from './raw-link.ts';

export interface AskOptions {
  /** How long the asked node may take. */
  readonly timeoutMs: number;
  /** How much longer the answer is waited for. */
  readonly patienceMs: number;
  /** Of a topic that is created. */
  readonly replicas: number;
  /** Which of two ways to ask, where there are two. */
  readonly variant: number;
}

type CreatedTopic = Decoded<typeof API_TABLE.createTopics.schema.response>['topics'][number];

const TOPIC = 2;
const SET = 0;
const DELETE = 1;
/** Where a config comes from: the topic itself. */
const OF_TOPIC = 1;
const NO_ID = 'AAAAAAAAAAAAAAAAAAAAAA';

const UNKNOWN_TOPIC = errorCode('UNKNOWN_TOPIC_OR_PARTITION');
const EXISTS = errorCode('TOPIC_ALREADY_EXISTS');
const INVALID_PARTITIONS = errorCode('INVALID_PARTITIONS');
/** Answers after which nobody knows whether it was done. */
const MAYBE: ReadonlySet<number> = new Set([errorCode('REQUEST_TIMED_OUT'), errorCode('UNKNOWN_SERVER_ERROR')]);

/** Null: nobody knows. */
function refused(code: number | undefined): MetadataOutput | null {
  if (code === undefined || MAYBE.has(code)) return null;
  return code === UNKNOWN_TOPIC ? { kind: 'unknown-topic' } : { kind: 'refused' };
}

function done(code: number | undefined): MetadataOutput | null {
  return code === 0 ? { kind: 'done' } : refused(code);
}

/** Asks once; to what the answer says, or null when nobody knows. */
export async function askOfTopic(
  link: RawLink,
  topic: string,
  input: MetadataInput,
  options: AskOptions,
): Promise<MetadataOutput | null> {
  switch (input.kind) {
    case 'create':
      return create(link, topic, input, options);
    case 'exists':
      return exists(link, topic, options);
    case 'delete':
      return remove(link, topic, options);
    case 'create-partitions':
      return grow(link, topic, input.count, options);
    case 'alter-config':
      return alter(link, topic, input, options);
    case 'describe':
      return options.variant === 0 ? describeByMetadata(link, topic, options) : describeByPage(link, topic, options);
    case 'describe-config':
      return describeConfig(link, topic, input.config, options);
  }
}

/** Asks for a topic, or (`validateOnly`) whether it could be made. */
async function askToCreate(
  link: RawLink,
  topic: string,
  shape: { readonly partitions: number; readonly configs: Readonly<Record<string, string>> },
  { timeoutMs, patienceMs, replicas }: AskOptions,
  validateOnly: boolean,
): Promise<CreatedTopic | undefined> {
  const configs = Object.entries(shape.configs).map(([name, value]) => ({ name, value }));
  const item = { name: topic, numPartitions: shape.partitions, replicationFactor: replicas, assignments: [], configs };
  const body = { topics: [item], timeoutMs, validateOnly };
  return (await link.request(API_TABLE.createTopics.schema, 7, body, timeoutMs + patienceMs))?.topics[0];
}

async function create(
  link: RawLink,
  topic: string,
  input: Extract<MetadataInput, { readonly kind: 'create' }>,
  options: AskOptions,
): Promise<MetadataOutput | null> {
  const created = await askToCreate(link, topic, input, options, false);
  if (created?.errorCode === EXISTS) return { kind: 'exists' };
  if (created?.errorCode !== 0) return refused(created?.errorCode);
  return { kind: 'topic', topicId: created.topicId, partitions: created.numPartitions };
}

async function exists(link: RawLink, topic: string, options: AskOptions): Promise<MetadataOutput | null> {
  const code = (await askToCreate(link, topic, { partitions: 1, configs: {} }, options, true))?.errorCode;
  if (code === EXISTS) return { kind: 'exists' };
  return code === 0 ? { kind: 'unknown-topic' } : refused(code);
}

async function remove(
  link: RawLink,
  topic: string,
  { timeoutMs, patienceMs }: AskOptions,
): Promise<MetadataOutput | null> {
  const body = { topics: [{ name: topic, topicId: NO_ID }], topicNames: [], timeoutMs };
  const answer = await link.request(API_TABLE.deleteTopics.schema, 6, body, timeoutMs + patienceMs);
  return done(answer?.responses[0]?.errorCode);
}

async function grow(
  link: RawLink,
  topic: string,
  count: number,
  { timeoutMs, patienceMs }: AskOptions,
): Promise<MetadataOutput | null> {
  const body = { topics: [{ name: topic, count, assignments: null }], timeoutMs, validateOnly: false };
  const answer = await link.request(API_TABLE.createPartitions.schema, 3, body, timeoutMs + patienceMs);
  const code = answer?.results[0]?.errorCode;
  return code === INVALID_PARTITIONS ? { kind: 'too-few' } : done(code);
}

async function alter(
  link: RawLink,
  topic: string,
  { config, value }: Extract<MetadataInput, { readonly kind: 'alter-config' }>,
  { timeoutMs, patienceMs }: AskOptions,
): Promise<MetadataOutput | null> {
  const configs = [{ name: config, configOperation: value === null ? DELETE : SET, value }];
  const resources = [{ resourceType: TOPIC, resourceName: topic, configs }];
  const api = API_TABLE.incrementalAlterConfigs.schema;
  const answer = await link.request(api, 1, { resources, validateOnly: false }, timeoutMs + patienceMs);
  return done(answer?.responses[0]?.errorCode);
}

async function describeByMetadata(
  link: RawLink,
  topic: string,
  { timeoutMs }: AskOptions,
): Promise<MetadataOutput | null> {
  const body = { topics: [{ topicId: NO_ID, name: topic }], allowAutoTopicCreation: false };
  const found = (await link.request(API_TABLE.metadata.schema, 12, body, timeoutMs))?.topics[0];
  if (found?.errorCode !== 0) return refused(found?.errorCode);
  return { kind: 'topic', topicId: found.topicId, partitions: found.partitions.length };
}

async function describeByPage(link: RawLink, topic: string, { timeoutMs }: AskOptions): Promise<MetadataOutput | null> {
  const body = { topics: [{ name: topic }], responsePartitionLimit: 2000, cursor: null };
  const answer = await link.request(API_TABLE.describeTopicPartitions.schema, 0, body, timeoutMs);
  const found = answer?.topics[0];
  if (found?.errorCode !== 0) return refused(found?.errorCode);
  return { kind: 'topic', topicId: found.topicId, partitions: found.partitions.length };
}

async function describeConfig(
  link: RawLink,
  topic: string,
  config: string,
  { timeoutMs }: AskOptions,
): Promise<MetadataOutput | null> {
  const resources = [{ resourceType: TOPIC, resourceName: topic, configurationKeys: [config] }];
  const found = (await link.request(API_TABLE.describeConfigs.schema, 4, { resources }, timeoutMs))?.results[0];
  if (found?.errorCode !== 0) return refused(found?.errorCode);
  const entry = found.configs.find(({ name }) => name === config);
  return { kind: 'config', value: entry?.configSource === OF_TOPIC ? entry.value : null };
}
