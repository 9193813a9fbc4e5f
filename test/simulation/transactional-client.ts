/**
 * A transactional producer as the protocol has it, in either version of transactions: every request is repeated until it is answered
 * for good, as clients do, and what the answers were is the test's to judge.
 *
 *   TV1: AddPartitionsToTxn ─▶ Produce 11 ─▶ AddOffsetsToTxn ─▶ TxnOffsetCommit 3 ─▶ EndTxn 4
 *   TV2:                       Produce 12 ─▶                     TxnOffsetCommit 5 ─▶ EndTxn 5, and the next epoch
 */
import type { KafkaClient } from '../../src/client/index.ts';
import type { SimCluster } from '../../chaos/cluster/index.ts';
import { RawLinks } from '../../chaos/workload/raw-link.ts';
import {
  batchEndOffset,
  buildBatch,
  isControlBatch,
  nextBatch,
  readRecords,
  refuseCompressed,
} from '../../storage/batch/index.ts';
import { AbortedBatches } from '../../src/client/aborted-batches.ts';
import { API_TABLE, errorCode } from '../../src/wire/index.ts';
import type { ApiSchema, Decoded, Encodable } from '../../src/wire/index.ts';

const AGAIN: ReadonlySet<number> = new Set(
  (
    [
      'COORDINATOR_LOAD_IN_PROGRESS',
      'COORDINATOR_NOT_AVAILABLE',
      'NOT_COORDINATOR',
      'CONCURRENT_TRANSACTIONS',
      'NOT_LEADER_OR_FOLLOWER',
      'NOT_ENOUGH_REPLICAS',
      'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
      'REQUEST_TIMED_OUT',
      'UNKNOWN_TOPIC_OR_PARTITION',
      'UNSTABLE_OFFSET_COMMIT',
    ] as const
  ).map((name) => errorCode(name)),
);
const TIMEOUT_MS = 1500;
const PAUSE_MS = 30;
const GROUP = 0;
const TRANSACTION = 1;

export interface Identity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export class TransactionalClient {
  readonly #cluster: SimCluster;
  readonly #client: KafkaClient;
  readonly #links: RawLinks;
  readonly #id: string;
  readonly #version: 1 | 2;
  readonly #sequences = new Map<string, number>();
  identity: Identity = { producerId: -1, producerEpoch: -1 };
  timeoutMs = 30_000;

  constructor(cluster: SimCluster, name: string, id: string, version: 1 | 2) {
    this.#cluster = cluster;
    this.#client = cluster.client(name);
    this.#links = new RawLinks(this.#client.ports, name);
    this.#id = id;
    this.#version = version;
  }

  /** Asks whoever `node` says, again and again, until the answer's error is none that passes. */
  async #until<Api extends ApiSchema>(
    node: () => Promise<number | null>,
    api: Api,
    version: number,
    body: Encodable<Api['request']>,
    errorOf: (answer: Decoded<Api['response']>) => number | undefined,
  ): Promise<Decoded<Api['response']>> {
    for (;;) {
      const answer = await this.#once(await node(), api, version, body);
      const error = answer === null ? null : (errorOf(answer) ?? -1);
      if (answer !== null && error !== null && !AGAIN.has(error)) return answer;
      await this.#client.sleep(PAUSE_MS);
    }
  }

  async #once<Api extends ApiSchema>(
    node: number | null,
    api: Api,
    version: number,
    body: Encodable<Api['request']>,
  ): Promise<Decoded<Api['response']> | null> {
    if (node === null || this.#cluster.node(node) === null) return null;
    const { host, kafkaPort: port } = this.#cluster.config(node);
    const link = await this.#links.to(node, { host, port });
    return link === null ? null : link.request(api, version, body, TIMEOUT_MS);
  }

  async #coordinator(keyType: number, key: string): Promise<number | null> {
    const [anybody = null] = this.#cluster.numbers().filter((number) => this.#cluster.node(number) !== null);
    const body = { keyType, coordinatorKeys: [key] };
    const answer = await this.#once(anybody, API_TABLE.findCoordinator.schema, 4, body);
    const found = answer?.coordinators[0];
    return found === undefined || found.errorCode !== 0 ? null : found.nodeId;
  }

  readonly #transactions = (): Promise<number | null> => this.#coordinator(TRANSACTION, this.#id);

  /** A new life of the producer. */
  async init(): Promise<void> {
    const body = { transactionalId: this.#id, transactionTimeoutMs: this.timeoutMs };
    const { schema } = API_TABLE.initProducerId;
    const answer = await this.#until(this.#transactions, schema, 5, body, ({ errorCode: error }) => error);
    if (answer.errorCode !== 0) throw new Error(`InitProducerId: ${answer.errorCode}`);
    this.#become(answer);
  }

  #become({ producerId, producerEpoch }: Identity): void {
    this.identity = { producerId, producerEpoch };
    this.#sequences.clear();
  }

  /** 0, or the error that ended it. */
  async write(topic: string, partition: number, values: readonly string[]): Promise<number> {
    const { producerId, producerEpoch } = this.identity;
    if (this.#version === 1) {
      const adding = {
        v3AndBelowTransactionalId: this.#id,
        v3AndBelowProducerId: producerId,
        v3AndBelowProducerEpoch: producerEpoch,
        v3AndBelowTopics: [{ name: topic, partitions: [partition] }],
      };
      const { schema } = API_TABLE.addPartitionsToTxn;
      const errorOf = (answer: Decoded<typeof schema.response>): number | undefined =>
        answer.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode;
      const error = errorOf(await this.#until(this.#transactions, schema, 3, adding, errorOf)) ?? -1;
      if (error !== 0) return error;
    }
    return this.produce(topic, partition, values);
  }

  async produce(topic: string, partition: number, values: readonly string[]): Promise<number> {
    const place = `${topic}-${partition}`;
    const baseSequence = this.#sequences.get(place) ?? 0;
    const { producerId: id, producerEpoch: epoch } = this.identity;
    const timestamp = this.#client.ports.clock.wallNow();
    const records = values.map((value) => ({ key: null, value: Buffer.from(value), timestamp }));
    const batch = buildBatch({ records, producer: { id, epoch, baseSequence }, transactional: true });
    const topicData = [{ name: topic, partitionData: [{ index: partition, records: [batch] }] }];
    const body = { transactionalId: this.#id, acks: -1, timeoutMs: TIMEOUT_MS, topicData };
    const { schema } = API_TABLE.produce;
    const errorOf = (answer: Decoded<typeof schema.response>): number | undefined =>
      answer.responses[0]?.partitionResponses[0]?.errorCode;
    const leader = (): Promise<number | null> => Promise.resolve(this.#cluster.leader(topic, partition));
    const error = errorOf(await this.#until(leader, schema, this.#version === 1 ? 11 : 12, body, errorOf)) ?? -1;
    if (error === 0) this.#sequences.set(place, baseSequence + values.length);
    return error;
  }

  async commitOffset(groupId: string, topic: string, committedOffset: number): Promise<number> {
    const { producerId, producerEpoch } = this.identity;
    const transactionalId = this.#id;
    if (this.#version === 1) {
      const adding = { transactionalId, producerId, producerEpoch, groupId };
      const { schema } = API_TABLE.addOffsetsToTxn;
      const added = await this.#until(this.#transactions, schema, 3, adding, ({ errorCode: error }) => error);
      if (added.errorCode !== 0) return added.errorCode;
    }
    const partitions = [{ partitionIndex: 0, committedOffset, committedMetadata: '' }];
    const body = { transactionalId, groupId, producerId, producerEpoch, topics: [{ name: topic, partitions }] };
    const { schema } = API_TABLE.txnOffsetCommit;
    const errorOf = (answer: Decoded<typeof schema.response>): number | undefined =>
      answer.topics[0]?.partitions[0]?.errorCode;
    const group = (): Promise<number | null> => this.#coordinator(GROUP, groupId);
    return errorOf(await this.#until(group, schema, this.#version === 1 ? 3 : 5, body, errorOf)) ?? -1;
  }

  async end(committed: boolean): Promise<number> {
    const body = { transactionalId: this.#id, ...this.identity, committed };
    const version = this.#version === 1 ? 4 : 5;
    const { schema } = API_TABLE.endTxn;
    const answer = await this.#until(this.#transactions, schema, version, body, ({ errorCode: error }) => error);
    if (answer.errorCode === 0 && this.#version === 2) this.#become(answer);
    return answer.errorCode;
  }

  /** The group's offset of partition 0, once it is stable; -1: none. */
  async stableOffset(groupId: string, topic: string): Promise<number> {
    const groups = [{ groupId, topics: [{ name: topic, partitionIndexes: [0] }] }];
    const { schema } = API_TABLE.offsetFetch;
    const found = (
      answer: Decoded<typeof schema.response>,
    ): { committedOffset: number; errorCode: number } | undefined => answer.groups[0]?.topics[0]?.partitions[0];
    const group = (): Promise<number | null> => this.#coordinator(GROUP, groupId);
    const errorOf = (answer: Decoded<typeof schema.response>): number | undefined =>
      answer.groups[0]?.errorCode === 0 ? found(answer)?.errorCode : answer.groups[0]?.errorCode;
    const answer = await this.#until(group, schema, 8, { groups, requireStable: true }, errorOf);
    return found(answer)?.committedOffset ?? -9;
  }

  /** What somebody with isolation read_committed sees of the partition now, and whether everything in it is decided. */
  async read(
    topic: string,
    partition: number,
  ): Promise<{ readonly values: readonly string[]; readonly decided: boolean }> {
    const values: string[] = [];
    const leader = (): Promise<number | null> => Promise.resolve(this.#cluster.leader(topic, partition));
    const { schema } = API_TABLE.fetch;
    const found = (answer: Decoded<typeof schema.response>): FetchedPartition | undefined =>
      answer.responses[0]?.partitions[0];
    for (let from = 0; ;) {
      const partitions = [{ partition, fetchOffset: from, partitionMaxBytes: 1 << 20 }];
      const body = { replicaId: -1, maxWaitMs: 0, minBytes: 0, isolationLevel: 1, topics: [{ topic, partitions }] };
      const answer = await this.#until(leader, schema, 11, body, (each) => found(each)?.errorCode);
      const part = found(answer);
      if (part === undefined || part.errorCode !== 0) throw new Error(`Fetch: ${part?.errorCode}`);
      from = committedOf(part, from, values);
      if (from >= part.lastStableOffset) return { values, decided: part.lastStableOffset === part.highWatermark };
    }
  }
}

type FetchedPartition = Decoded<typeof API_TABLE.fetch.schema.response>['responses'][number]['partitions'][number];

/** Adds the committed values from `from` on to `values`; answers where to read on. */
function committedOf(part: FetchedPartition, from: number, values: string[]): number {
  const bytes = part.records ?? new Uint8Array(0);
  const aborted = new AbortedBatches(part.abortedTransactions ?? []);
  let next = from;
  for (let at = 0, found = nextBatch(bytes, 0); found.kind !== 'partial'; found = nextBatch(bytes, at)) {
    if (found.kind === 'corrupt') throw new Error(found.detail);
    const batch = bytes.subarray(at, at + found.size);
    at += found.size;
    next = batchEndOffset(batch);
    if (aborted.leavesOut(batch) || isControlBatch(batch)) continue;
    const read = readRecords(batch, refuseCompressed, found.size);
    if (read.kind === 'refused') throw new Error(read.detail);
    for (const { value } of read.records) values.push(Buffer.from(value ?? []).toString());
  }
  return next;
}
