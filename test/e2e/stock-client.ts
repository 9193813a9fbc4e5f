/** kafkajs as its users set it up, quiet, and as patient as these tests need. */
import { Kafka, logLevel } from 'kafkajs';
import type { Admin, Consumer, IMemberAssignment, Producer } from 'kafkajs';
import { until } from './deadline.ts';

process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';

export function kafkaOf(brokers: readonly string[]): Kafka {
  return new Kafka({
    brokers: [...brokers],
    clientId: 'e2e',
    logLevel: logLevel.NOTHING,
    requestTimeout: 10_000,
    connectionTimeout: 3000,
    // A broker that was killed is back within seconds; the client's own default gives up before.
    retry: { initialRetryTime: 50, maxRetryTime: 400, retries: 60 },
  });
}

export async function withAdmin<T>(brokers: readonly string[], body: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafkaOf(brokers).admin();
  await admin.connect();
  try {
    return await body(admin);
  } finally {
    await admin.disconnect();
  }
}

export async function withProducer<T>(
  brokers: readonly string[],
  idempotent: boolean,
  body: (producer: Producer) => Promise<T>,
): Promise<T> {
  const producer = kafkaOf(brokers).producer({
    idempotent,
    maxInFlightRequests: idempotent ? 1 : 5,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  try {
    return await body(producer);
  } finally {
    await producer.disconnect();
  }
}

export async function withConsumer<T>(
  brokers: readonly string[],
  groupId: string,
  body: (consumer: Consumer) => Promise<T>,
): Promise<T> {
  const consumer = kafkaOf(brokers).consumer({
    groupId,
    sessionTimeout: 10_000,
    heartbeatInterval: 500,
    maxWaitTimeInMs: 200,
  });
  await consumer.connect();
  try {
    return await body(consumer);
  } finally {
    await consumer.disconnect();
  }
}

/** Creates the topic and waits until every partition has its leader and its whole ISR. */
export async function createTopic(
  brokers: readonly string[],
  topic: string,
  partitions: number,
  replicationFactor = 3,
): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    await admin.createTopics({
      topics: [{ topic, numPartitions: partitions, replicationFactor }],
      waitForLeaders: true,
    });
    await inSync(brokers, topic, replicationFactor);
  });
}

/** Waits until every partition of the topic has a leader and `size` replicas in its ISR. */
export async function inSync(
  brokers: readonly string[],
  topic: string,
  size: number,
  milliseconds = 20_000,
): Promise<void> {
  await withAdmin(brokers, (admin) =>
    until(`ISR of ${size} in ${topic}`, milliseconds, async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const partitions = topics[0]?.partitions ?? [];
      return partitions.length > 0 && partitions.every(({ isr, leader }) => isr.length === size && leader >= 0);
    }),
  );
}

export async function leaderOf(brokers: readonly string[], topic: string, partition: number): Promise<number> {
  return withAdmin(brokers, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const found = topics[0]?.partitions.find(({ partitionId }) => partitionId === partition);
    if (found === undefined) throw new Error(`no partition ${topic}-${partition}`);
    return found.leader;
  });
}

export async function controllerOf(brokers: readonly string[]): Promise<number> {
  return withAdmin(brokers, async (admin) => {
    const { controller } = await admin.describeCluster();
    if (controller === null) throw new Error('no controller');
    return controller;
  });
}

export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
}

/** All records of a topic up to its present end offsets, in the order in which each partition gave them. */
export async function readAll(
  brokers: readonly string[],
  topic: string,
  milliseconds = 40_000,
): Promise<readonly ReadRecord[]> {
  const ends = await withAdmin(brokers, (admin) => admin.fetchTopicOffsets(topic));
  const missing = new Map(
    ends.filter(({ high }) => Number(high) > 0).map(({ partition, high }) => [partition, Number(high)]),
  );
  const records: ReadRecord[] = [];
  if (missing.size === 0) return records;
  await withConsumer(brokers, `read-${topic}-${process.pid}-${performance.now()}`, async (consumer) => {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachBatch: ({ batch }) => {
        for (const { offset, key, value } of batch.messages) {
          records.push({
            partition: batch.partition,
            offset: Number(offset),
            key: key?.toString() ?? null,
            value: value?.toString() ?? null,
          });
        }
        if (Number(batch.lastOffset()) + 1 >= (missing.get(batch.partition) ?? 0)) missing.delete(batch.partition);
        return Promise.resolve();
      },
    });
    await until(`all of ${topic} read`, milliseconds, () => missing.size === 0);
  });
  return records;
}

/** Partitions of `topic` that a consumer was given. */
export function assignedPartitions(assignment: IMemberAssignment, topic: string): readonly number[] {
  return assignment[topic] ?? [];
}
