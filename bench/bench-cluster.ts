/**
 * The cluster under load: the built product through `flotilla up`, as the end-to-end tests start it, and a client that
 * costs as little as it can, because it shares the machine: batches are made once and sent again and again.
 */
import { AdminClient, KafkaClient, parseAddress } from '../src/client/index.ts';
import type { Address, ClientOptions, ClientPorts } from '../src/client/index.ts';
import { NodeClock, NodeNetwork, nodeRandom } from '../src/runtime/index.ts';
import { API_TABLE } from '../src/wire/index.ts';
import { buildBatch } from '../storage/batch/index.ts';
import { until } from '../test/e2e/deadline.ts';
import { RealCluster } from '../test/e2e/real-cluster.ts';

/** How long a client waits for one answer. */
export type ClientPatience = Pick<ClientOptions, 'requestTimeoutMs' | 'connectTimeoutMs'>;

export interface BenchCluster {
  readonly cluster: RealCluster;
  readonly flush: string;
  /** Of the nodes that run now. */
  pids(): readonly number[];
  /** A new client; `close` of the cluster closes it. */
  client(options?: ClientPatience): KafkaClient;
  close(): Promise<void>;
}

function portsOf(): ClientPorts {
  return { clock: new NodeClock(), network: new NodeNetwork(() => undefined), random: nodeRandom() };
}

function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (typeof address === 'string' || address === null) throw new Error(`${text} is no address`);
  return address;
}

export function connectClient(brokers: readonly string[], patience: ClientPatience = {}): KafkaClient {
  return new KafkaClient(portsOf(), { bootstrap: brokers.map(addressOf), clientId: 'bench', ...patience });
}

export async function startBenchCluster(flush: string, config: readonly string[] = []): Promise<BenchCluster> {
  const cluster = await RealCluster.create({ config: [`flush=${flush}`, ...config] });
  await cluster.up();
  const clients: KafkaClient[] = [];
  return {
    cluster,
    flush,
    pids: () => cluster.line.nodes.map(({ pid }) => pid),
    client: (patience) => {
      const client = connectClient(cluster.brokers, patience);
      clients.push(client);
      return client;
    },
    close: async () => {
      for (const client of clients) client.close();
      // In order first, so that a profiler of the nodes can write what it saw.
      await cluster.stop();
      await cluster.close();
    },
  };
}

/** Creates a topic of replication factor 3 and waits for whole ISRs, and for leaders that know that they lead. */
export async function makeTopic(client: KafkaClient, name: string, partitions: number): Promise<void> {
  await client.retry(() =>
    new AdminClient(client).createTopic({ name, partitions, replicationFactor: 3, configs: {} }),
  );
  await until(`topic ${name}`, 30_000, async () => {
    await client.refresh([name]);
    const known = client.metadata.topics.get(name)?.partitions ?? [];
    return known.length === partitions && known.every(({ leader, isr }) => leader !== null && isr.length === 3);
  });
  const limits = { maxWaitMs: 0, partitionBytes: 1, bytes: 1 };
  for (let partition = 0; partition < partitions; partition += 1) {
    await until(`${name}-${partition} is led`, 10_000, async () => {
      await fetchFrom(client, leaderOf(client, name, partition), name, partition, 0, limits);
      return true;
    });
  }
}

/** A batch of `count` records with values of `bytes`. */
export function batchOf(count: number, bytes: number): Uint8Array {
  const value = Buffer.alloc(bytes, 'flotilla ');
  const timestamp = Date.now();
  return buildBatch({ records: Array.from({ length: count }, () => ({ key: null, value, timestamp })) });
}

/** What goes to one partition. */
export interface PartitionBatch {
  readonly partition: number;
  readonly records: Uint8Array;
}

/** Sends batches of one topic to one node with acks=all; rejects when any partition refuses. */
export async function produceTo(
  client: KafkaClient,
  node: number,
  topic: string,
  batches: readonly PartitionBatch[],
): Promise<void> {
  const topicId = client.metadata.topics.get(topic)?.id ?? '';
  const answer = await client.on(
    node,
    API_TABLE.produce.schema,
    {
      acks: -1,
      timeoutMs: 30_000,
      topicData: [
        {
          name: topic,
          topicId,
          partitionData: batches.map(({ partition, records }) => ({ index: partition, records })),
        },
      ],
    },
    60_000,
  );
  const failed = answer.responses
    .flatMap(({ partitionResponses }) => partitionResponses)
    .find(({ errorCode }) => errorCode !== 0);
  if (failed !== undefined) throw new Error(`partition ${failed.index}: error ${failed.errorCode}`);
}

/** One fetch of one partition from its leader: the bytes of its batches. */
export async function fetchFrom(
  client: KafkaClient,
  node: number,
  topic: string,
  partition: number,
  offset: number,
  limits: { readonly maxWaitMs: number; readonly partitionBytes: number; readonly bytes: number },
): Promise<{ readonly records: Uint8Array; readonly highWatermark: number }> {
  const topicId = client.metadata.topics.get(topic)?.id ?? '';
  const answer = await client.on(
    node,
    API_TABLE.fetch.schema,
    {
      maxWaitMs: limits.maxWaitMs,
      minBytes: 1,
      maxBytes: limits.bytes,
      topics: [
        { topic, topicId, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: limits.partitionBytes }] },
      ],
      forgottenTopicsData: [],
    },
    60_000,
  );
  const found = answer.responses[0]?.partitions[0];
  if (found === undefined || found.errorCode !== 0)
    throw new Error(`fetch: error ${found?.errorCode ?? answer.errorCode}`);
  return { records: found.records ?? new Uint8Array(0), highWatermark: Number(found.highWatermark) };
}

export function leaderOf(client: KafkaClient, topic: string, partition: number): number {
  const leader = client.leaderOf(topic, partition);
  if (leader === null) throw new Error(`${topic}-${partition} has no leader`);
  return leader.leader;
}
