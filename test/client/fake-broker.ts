/**
 * A cluster of fake brokers in the simulated world: the real server and codec, logs in memory, and faults that a test
 * asks for. Leaders are what `leaders` says; every broker tells the same metadata.
 */
import { World } from '../../chaos/sim/index.ts';
import type { Machine } from '../../chaos/sim/index.ts';
import { batchEndOffset, readBatchHeader, readRecords, stampBatch } from '../../storage/batch/index.ts';
import { decompressStream } from '../../storage/compression/index.ts';
import { offset, term } from '../../raft/index.ts';
import { KafkaClient } from '../../src/client/index.ts';
import { apiHandler, KafkaServer, respond } from '../../src/server/index.ts';
import type { ApiHandler, HandlerResult } from '../../src/server/index.ts';
import { API_TABLE } from '../../src/wire/index.ts';

export const PORT = 9092;
const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';

interface FakePartition {
  leader: number;
  term: number;
  readonly batches: Uint8Array[];
  end: number;
  logStart: number;
  /** Next sequence by producer id. */
  readonly sequences: Map<number, number>;
  /** Batches seen by producer and first sequence: their offsets. */
  readonly seen: Map<string, number>;
}

export interface FakeCluster {
  readonly world: World;
  readonly client: KafkaClient;
  readonly machines: readonly Machine[];
  readonly partitions: readonly FakePartition[];
  /** Produce requests seen, in order: node and first sequence of the first batch. */
  readonly produces: { readonly node: number; readonly sequence: number; readonly records: number }[];
  /** Nodes that were asked to create a topic, in order. */
  readonly creates: number[];
  /** Nodes that were asked for metadata, in order. */
  readonly refreshes: number[];
  /** Called before a produce is applied; a number is answered as the error code, 'lost': applied and never answered. */
  onProduce: (node: number, count: number) => number | 'lost' | null;
  /** Called for a fetch: an answer's error code for its partitions. */
  onFetch: () => number | null;
  /** Ends the connection instead of listening again. */
  kill(node: number): void;
  /** Values in a partition. */
  values(partition: number): readonly string[];
}

interface FakeOptions {
  readonly seed: string;
  readonly nodes: number;
  readonly partitions: number;
  readonly requestTimeoutMs?: number;
  readonly callTimeoutMs?: number;
}

type Cluster = { -readonly [Name in keyof FakeCluster]: FakeCluster[Name] };

function metadataHandler(cluster: Cluster, node: number, alive: () => readonly number[]): ApiHandler {
  return apiHandler(API_TABLE.metadata, (request) => {
    cluster.refreshes.push(node);
    const asked = request.topics?.map(({ name }) => name ?? '') ?? ['orders'];
    const topics = asked.map((name) => ({
      errorCode: name === 'orders' ? 0 : 3,
      name,
      topicId: TOPIC_ID,
      partitions: cluster.partitions.map(({ leader, term: leaderEpoch }, partitionIndex) => ({
        errorCode: 0,
        partitionIndex,
        leaderId: leader,
        leaderEpoch,
        replicaNodes: [1, 2],
        isrNodes: [1, 2],
        offlineReplicas: [],
      })),
    }));
    const brokers = alive().map((nodeId) => ({ nodeId, host: `broker${nodeId}`, port: PORT }));
    return respond({ brokers, clusterId: 'fake', controllerId: 1, topics, errorCode: 0 });
  });
}

/** Appends as a broker would: sequences checked, repetitions answered with their first offset. */
function append(
  partition: FakePartition,
  records: Uint8Array,
): { readonly errorCode: number; readonly baseOffset: number } {
  const header = readBatchHeader(records);
  const name = `${header.producerId}/${header.baseSequence}`;
  const before = partition.seen.get(name);
  if (header.producerId >= 0) {
    if (before !== undefined) return { errorCode: 0, baseOffset: before };
    if (header.baseSequence !== (partition.sequences.get(header.producerId) ?? 0))
      return { errorCode: 45, baseOffset: -1 };
    partition.sequences.set(header.producerId, header.baseSequence + header.recordCount);
  }
  const batch = Buffer.from(records);
  const baseOffset = partition.end;
  stampBatch(batch, offset(baseOffset), term(partition.term));
  partition.seen.set(name, baseOffset);
  partition.batches.push(batch);
  partition.end = batchEndOffset(batch);
  return { errorCode: 0, baseOffset };
}

function produceHandler(cluster: Cluster, node: number): ApiHandler {
  let count = 0;
  return apiHandler(
    API_TABLE.produce,
    (request): HandlerResult<never> | Promise<HandlerResult<never>> => {
      count += 1;
      const fault = cluster.onProduce(node, count);
      const responses = request.topicData.map(({ name, partitionData }) => ({
        name,
        partitionResponses: partitionData.map(({ index, records }) => {
          const partition = cluster.partitions[index];
          const bytes = records ?? new Uint8Array(0);
          const header = readBatchHeader(bytes);
          cluster.produces.push({ node, sequence: header.baseSequence, records: header.recordCount });
          if (partition === undefined) return { index, errorCode: 3, baseOffset: -1 };
          if (typeof fault === 'number') return { index, errorCode: fault, baseOffset: -1 };
          if (partition.leader !== node) return { index, errorCode: 6, baseOffset: -1 };
          return { index, ...append(partition, bytes) };
        }),
      }));
      if (request.acks === 0) return { kind: 'none' };
      if (fault === 'lost') return new Promise(() => undefined);
      return respond({ responses }) as HandlerResult<never>;
    },
    { pipelined: true },
  );
}

function fetchHandler(cluster: Cluster, node: number, wait: (milliseconds: number) => Promise<void>): ApiHandler {
  return apiHandler(API_TABLE.fetch, async (request) => {
    const read = () =>
      request.topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition: partitionIndex, fetchOffset }) => {
          const partition = cluster.partitions[partitionIndex];
          const fault = cluster.onFetch();
          if (partition === undefined || fault !== null)
            return {
              partitionIndex,
              errorCode: fault ?? 3,
              highWatermark: -1,
              abortedTransactions: null,
              records: null,
            };
          if (partition.leader !== node)
            return { partitionIndex, errorCode: 6, highWatermark: -1, abortedTransactions: null, records: null };
          const outside = fetchOffset < partition.logStart || fetchOffset > partition.end;
          const records = partition.batches.filter((batch) => batchEndOffset(batch) > fetchOffset).slice(0, 3);
          return {
            partitionIndex,
            errorCode: outside ? 1 : 0,
            highWatermark: partition.end,
            abortedTransactions: null,
            records: outside ? null : Buffer.concat(records),
          };
        }),
      }));
    const first = read();
    if (
      first.some(({ partitions }) => partitions.some((each) => each.errorCode !== 0 || (each.records?.length ?? 0) > 0))
    )
      return respond({ responses: first });
    await wait(request.maxWaitMs);
    return respond({ responses: read() });
  });
}

function listOffsetsHandler(cluster: Cluster): ApiHandler {
  return apiHandler(API_TABLE.listOffsets, (request) => {
    const topics = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, timestamp }) => {
        const { end, logStart } = cluster.partitions[partitionIndex] ?? { end: 0, logStart: 0 };
        return { partitionIndex, errorCode: 0, offset: timestamp === -1 ? end : logStart };
      }),
    }));
    return respond({ topics });
  });
}

/** Starts brokers 1 to `nodes` and a client. Partition `i` is led by node `i % nodes + 1`. */
export async function fakeCluster(options: FakeOptions): Promise<FakeCluster> {
  const world = new World({ seed: options.seed });
  const ids = Array.from({ length: options.nodes }, (_, index) => index + 1);
  const machines = ids.map((id) => world.machine(`broker${id}`));
  const partitions = Array.from({ length: options.partitions }, (_, index): FakePartition => ({
    leader: (index % options.nodes) + 1,
    term: 1,
    batches: [],
    end: 0,
    logStart: 0,
    sequences: new Map(),
    seen: new Map(),
  }));
  const dead = new Set<number>();
  const ports = world.machine('client').ports();
  const client = new KafkaClient(ports, {
    bootstrap: ids.map((id) => ({ host: `broker${id}`, port: PORT })),
    clientId: 'test',
    requestTimeoutMs: options.requestTimeoutMs ?? 1000,
    callTimeoutMs: options.callTimeoutMs ?? 10_000,
  });
  const cluster: Cluster = {
    world,
    client,
    machines,
    partitions,
    produces: [],
    creates: [],
    refreshes: [],
    onProduce: () => null,
    onFetch: () => null,
    kill: (node) => {
      dead.add(node);
      machines[node - 1]?.kill();
    },
    values: (partition) =>
      (partitions[partition]?.batches ?? []).flatMap((batch) => {
        const read = readRecords(batch, decompressStream, 1 << 20);
        return read.kind === 'records' ? read.records.map(({ value }) => Buffer.from(value ?? []).toString()) : [];
      }),
  };
  let nextProducer = 100;
  for (const [index, machine] of machines.entries()) {
    const node = index + 1;
    const own = machine.ports();
    const wait = (milliseconds: number): Promise<void> =>
      new Promise((done) => void own.clock.setTimer(milliseconds as never, done));
    const versions = Object.values(API_TABLE).map(({ schema, advertised }) => ({
      apiKey: schema.key,
      minVersion: advertised[0],
      maxVersion: advertised[1],
    }));
    const handlers = [
      apiHandler(API_TABLE.apiVersions, () => respond({ errorCode: 0, apiKeys: versions })),
      metadataHandler(cluster, node, () => ids.filter((id) => !dead.has(id))),
      produceHandler(cluster, node),
      fetchHandler(cluster, node, wait),
      listOffsetsHandler(cluster),
      apiHandler(API_TABLE.initProducerId, () =>
        respond({ errorCode: 0, producerId: (nextProducer += 1), producerEpoch: 0 }),
      ),
      apiHandler(API_TABLE.createTopics, (request) => {
        cluster.creates.push(node);
        const name = request.topics[0]?.name ?? '';
        return respond({
          topics: [
            {
              name,
              topicId: TOPIC_ID,
              errorCode: name === 'orders' ? 36 : 0,
              errorMessage: null,
              numPartitions: 2,
              replicationFactor: 1,
              configs: null,
            },
          ],
        });
      }),
    ];
    const limits = {
      requestBytesMax: 1 << 20,
      pendingRequestsMax: 64,
      pendingBytesMax: 1 << 22,
      unsentBytesMax: 1 << 20,
      connectionsMax: 100,
      connectionsPerAddressMax: 100,
      responseBytesMax: 100 << 20,
      requestMs: 60_000,
      idleMs: 600_000,
    };
    const server = new KafkaServer({
      network: own.network,
      clock: own.clock,
      sink: own.log,
      host: `broker${node}`,
      port: PORT,
      handlers,
      limits,
    });
    await world.complete(server.start());
  }
  return cluster;
}
