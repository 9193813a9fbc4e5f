/** @platformatic/kafka against three real nodes: it speaks newer versions of the protocol than kafkajs. */
import {
  Admin,
  Consumer,
  MessagesStreamModes,
  Producer,
  ProduceAcks,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { within } from './deadline.ts';
import { RealCluster } from './real-cluster.ts';
import { inSync } from './stock-client.ts';

let cluster: RealCluster;
beforeAll(async () => {
  cluster = await RealCluster.create();
  await cluster.up();
});
afterAll(() => cluster.close());

const common = (): { clientId: string; bootstrapBrokers: string[]; retries: number; retryDelay: number } => ({
  clientId: 'e2e',
  bootstrapBrokers: cluster.brokers,
  retries: 20,
  retryDelay: 100,
});

async function makeTopic(topic: string, partitions: number): Promise<void> {
  const admin = new Admin(common());
  try {
    await admin.createTopics({ topics: [topic], partitions, replicas: 3 });
  } finally {
    await admin.close();
  }
  await inSync(cluster.brokers, topic, 3);
}

async function consume(groupId: string, topic: string, count: number): Promise<readonly string[]> {
  const consumer = new Consumer({ ...common(), groupId, deserializers: stringDeserializers });
  const values: string[] = [];
  try {
    const stream = await consumer.consume({
      topics: [topic],
      mode: MessagesStreamModes.EARLIEST,
      autocommit: true,
      maxWaitTime: 200,
      sessionTimeout: 10_000,
      heartbeatInterval: 500,
    });
    const all = (async () => {
      for await (const message of stream) {
        values.push(message.value);
        if (values.length >= count) break;
      }
    })();
    await within(`${count} records of ${topic}, have ${values.length}`, 30_000, all);
  } finally {
    // With `true` it closes its streams as well; only the callback form is typed for that.
    await new Promise<void>((resolve) => consumer.close(true, () => resolve()));
  }
  return values;
}

describe('@platformatic/kafka', () => {
  it.each([
    { topic: 'plain', compression: 'none', idempotent: false },
    { topic: 'packed', compression: 'gzip', idempotent: false },
    { topic: 'once', compression: 'none', idempotent: true },
    { topic: 'snappy', compression: 'snappy', idempotent: false },
    { topic: 'lz4', compression: 'lz4', idempotent: false },
  ] as const)('produces and consumes: $topic', async ({ topic, compression, idempotent }) => {
    await makeTopic(topic, 3);
    const producer = new Producer({
      ...common(),
      serializers: stringSerializers,
      idempotent,
      compression,
      ...(idempotent ? { maxInflights: 1 } : {}),
    });
    const sent: string[] = [];
    try {
      for (let round = 0; round < 5; round += 1) {
        const values = Array.from({ length: 40 }, (_, index) => `${round}/${index}`);
        await producer.send({
          acks: ProduceAcks.ALL,
          messages: values.map((value) => ({ topic, key: value, value, headers: { round: String(round) } })),
        });
        sent.push(...values);
      }
    } finally {
      await producer.close();
    }
    const read = await consume(`group-${topic}`, topic, sent.length);
    expect([...read].sort()).toEqual([...sent].sort());
  });

  it('administers topics and groups', async () => {
    await makeTopic('made', 2);
    const admin = new Admin(common());
    try {
      expect(await admin.listTopics()).toContain('made');
      const metadata = await admin.metadata({ topics: ['made'] });
      expect(metadata.topics.get('made')?.partitionsCount).toBe(2);
      expect([...metadata.brokers.keys()].sort((left, right) => left - right)).toEqual([1, 2, 3]);
      await admin.deleteTopics({ topics: ['made'] });
    } finally {
      await admin.close();
    }
  });
});
