/** kafkajs against three real nodes: produce in each way that it has, groups, admin. One cluster for all of it. */
import { CompressionTypes, ConfigResourceTypes } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './deadline.ts';
import { RealCluster } from './real-cluster.ts';
import {
  assignedPartitions,
  createTopic,
  kafkaOf,
  readAll,
  withAdmin,
  withConsumer,
  withProducer,
} from './stock-client.ts';

let cluster: RealCluster;
beforeAll(async () => {
  cluster = await RealCluster.create();
  await cluster.up();
});
afterAll(() => cluster.close());

describe('kafkajs', () => {
  it('produces with each acks, keys, headers, gzip and batches, and reads all of it back', async () => {
    await createTopic(cluster.brokers, 'mixed', 3);
    await withProducer(cluster.brokers, false, async (producer) => {
      for (const acks of [0, 1, -1])
        await producer.send({ topic: 'mixed', acks, messages: [{ key: `acks ${acks}`, value: 'x' }] });
      await producer.send({
        topic: 'mixed',
        compression: CompressionTypes.GZIP,
        messages: Array.from({ length: 500 }, (_, index) => ({
          key: `gzip-${index}`,
          value: 'y'.repeat(100),
          headers: { of: 'test' },
        })),
      });
      await producer.sendBatch({ topicMessages: [{ topic: 'mixed', messages: [{ key: 'null', value: null }] }] });
    });
    const records = await readAll(cluster.brokers, 'mixed');
    expect(records.filter(({ key }) => key?.startsWith('gzip-') === true)).toHaveLength(500);
    expect(records.map(({ key }) => key)).toEqual(expect.arrayContaining(['acks 0', 'acks 1', 'acks -1', 'null']));
    expect(records.find(({ key }) => key === 'null')?.value).toBeNull();
  });

  it('a group shares partitions, commits, and goes on where it was', async () => {
    await createTopic(cluster.brokers, 'shared', 4);
    const produce = (from: number): Promise<unknown> =>
      withProducer(cluster.brokers, true, (producer) =>
        producer.send({
          topic: 'shared',
          messages: Array.from({ length: 200 }, (_, index) => ({ partition: index % 4, value: String(from + index) })),
        }),
      );
    await produce(0);
    const seen: number[] = [];
    const assigned = new Map<string, readonly number[]>();
    const join = async (name: string): Promise<() => Promise<void>> => {
      const consumer = kafkaOf(cluster.brokers).consumer({
        groupId: 'sharing',
        sessionTimeout: 10_000,
        heartbeatInterval: 300,
        maxWaitTimeInMs: 100,
      });
      consumer.on('consumer.group_join', ({ payload }) =>
        assigned.set(name, assignedPartitions(payload.memberAssignment, 'shared')),
      );
      await consumer.connect();
      await consumer.subscribe({ topic: 'shared', fromBeginning: true });
      await consumer.run({ eachMessage: ({ message }) => Promise.resolve(void seen.push(Number(message.value))) });
      return () => consumer.disconnect();
    };
    const leave = [await join('one')];
    await until('the first 200 are read', 20_000, () => seen.length >= 200);
    leave.push(await join('two'));
    await until(
      'each has two partitions',
      20_000,
      () => assigned.get('one')?.length === 2 && assigned.get('two')?.length === 2,
    );
    await produce(200);
    await until('the next 200 are read', 20_000, () => seen.length >= 400);
    await Promise.all(leave.map((each) => each()));
    // A member that joins may see again what the other had not committed yet; nobody may miss anything.
    expect(new Set(seen).size).toBe(400);
    await withAdmin(cluster.brokers, async (admin) => {
      const [topic] = await admin.fetchOffsets({ groupId: 'sharing', topics: ['shared'] });
      expect(topic?.partitions.map(({ offset }) => Number(offset))).toEqual([100, 100, 100, 100]);
    });
  });

  it('administers topics, configs, groups, offsets and records', async () => {
    await withAdmin(cluster.brokers, async (admin) => {
      await admin.createTopics({
        topics: [
          {
            topic: 'made',
            numPartitions: 2,
            replicationFactor: 3,
            configEntries: [{ name: 'retention.ms', value: '3600000' }],
          },
        ],
      });
      expect(await admin.listTopics()).toContain('made');
      await admin.createPartitions({ topicPartitions: [{ topic: 'made', count: 4 }] });
      await until(
        'four partitions',
        10_000,
        async () => (await admin.fetchTopicMetadata({ topics: ['made'] })).topics[0]?.partitions.length === 4,
      );
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: 'made', configNames: ['retention.ms'] }],
      });
      expect(resources[0]?.configEntries[0]).toMatchObject({ configName: 'retention.ms', configValue: '3600000' });
      await admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: ConfigResourceTypes.TOPIC,
            name: 'made',
            configEntries: [{ name: 'retention.ms', value: '7200000' }],
          },
        ],
      });
      await withProducer(cluster.brokers, false, (producer) =>
        producer.send({
          topic: 'made',
          messages: Array.from({ length: 10 }, (_, index) => ({ partition: 0, value: String(index) })),
        }),
      );
      await admin.deleteTopicRecords({ topic: 'made', partitions: [{ partition: 0, offset: '4' }] });
      const offsets = await admin.fetchTopicOffsets('made');
      expect(offsets.find(({ partition }) => partition === 0)).toMatchObject({ low: '4', high: '10' });
      await admin.setOffsets({ groupId: 'admin-group', topic: 'made', partitions: [{ partition: 0, offset: '6' }] });
      expect((await admin.listGroups()).groups.map(({ groupId }) => groupId)).toContain('admin-group');
      expect((await admin.describeGroups(['admin-group'])).groups[0]).toMatchObject({
        groupId: 'admin-group',
        state: 'Empty',
      });
      expect(await admin.deleteGroups(['admin-group'])).toEqual([{ groupId: 'admin-group', errorCode: 0 }]);
      await admin.deleteTopics({ topics: ['made'] });
      await until('gone', 10_000, async () => !(await admin.listTopics()).includes('made'));
    });
  });

  it('looks up offsets by time, and seeks', async () => {
    await createTopic(cluster.brokers, 'timed', 1);
    await withProducer(cluster.brokers, false, (producer) =>
      producer.send({
        topic: 'timed',
        messages: Array.from({ length: 10 }, (_, index) => ({
          value: String(index),
          timestamp: String(1_700_000_000_000 + index * 1000),
        })),
      }),
    );
    await withAdmin(cluster.brokers, async (admin) => {
      expect(await admin.fetchTopicOffsetsByTimestamp('timed', 1_700_000_004_500)).toEqual([
        { partition: 0, offset: '5' },
      ]);
    });
    const seen: string[] = [];
    await withConsumer(cluster.brokers, 'seeker', async (consumer) => {
      await consumer.subscribe({ topic: 'timed', fromBeginning: false });
      await consumer.run({
        eachMessage: ({ message }) => Promise.resolve(void seen.push(message.value?.toString() ?? '')),
      });
      consumer.seek({ topic: 'timed', partition: 0, offset: '7' });
      await until('three records', 20_000, () => seen.length === 3);
    });
    expect(seen).toEqual(['7', '8', '9']);
  });

  it('makes a topic that it produces to, as Kafka does', async () => {
    const producer = kafkaOf(cluster.brokers).producer({ allowAutoTopicCreation: true });
    await producer.connect();
    try {
      await producer.send({ topic: 'automatic', messages: [{ value: 'first' }] });
    } finally {
      await producer.disconnect();
    }
    expect((await readAll(cluster.brokers, 'automatic')).map(({ value }) => value)).toEqual(['first']);
  });
});
