/** Transactions by stock clients against three real nodes: commit, abort, zombies, offsets, a coordinator that dies. */
import {
  Consumer as PlatformaticConsumer,
  MessagesStreamModes,
  Producer as PlatformaticProducer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';
import type { Producer, Transaction } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './deadline.ts';
import { RealCluster } from './real-cluster.ts';
import { createTopic, kafkaOf, withAdmin, withProducer } from './stock-client.ts';

let cluster: RealCluster;
beforeAll(async () => {
  cluster = await RealCluster.create({ config: ['transaction.state.log.num.partitions=4'] });
  await cluster.up();
});
afterAll(() => cluster.close());

async function withTransactional<T>(transactionalId: string, body: (producer: Producer) => Promise<T>): Promise<T> {
  const producer = kafkaOf(cluster.brokers).producer({ transactionalId, maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  try {
    return await body(producer);
  } finally {
    await producer.disconnect();
  }
}

/**
 * One partition after the other: when one of several brokers answers 51, kafkajs sends to the others again what is still in
 * flight, under new sequence numbers.
 */
async function send(transaction: Transaction, topic: string, all: readonly Value[]): Promise<void> {
  for (const partition of [0, 1, 2]) {
    const messages = all.filter((message) => message.partition === partition);
    if (messages.length > 0) await transaction.send({ topic, messages });
  }
}

interface Value {
  readonly value: string;
  readonly partition: number;
}

const messages = (prefix: string, count: number): readonly Value[] =>
  Array.from({ length: count }, (_, index) => ({ value: `${prefix}-${index}`, partition: index % 3 }));

/** What a new group reads of the topic up to the end of each partition (see `writeEnd`), in no order. */
async function readToEnd(topic: string, isolated: boolean): Promise<readonly string[]> {
  const consumer = kafkaOf(cluster.brokers).consumer({
    groupId: `${topic}-${isolated}`,
    readUncommitted: !isolated,
    maxWaitTimeInMs: 100,
  });
  const values: string[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({ eachMessage: ({ message }) => Promise.resolve(void values.push(String(message.value))) });
    const ends = (): number => values.filter((value) => value === 'end').length;
    await until(`the ends of ${topic}, have ${values.length}`, 20_000, () => ends() === 3);
  } finally {
    await consumer.disconnect();
  }
  return values.filter((value) => value !== 'end').toSorted();
}

/** Something not transactional in each partition, behind everything that was written before. */
async function writeEnd(topic: string): Promise<void> {
  const producer = kafkaOf(cluster.brokers).producer();
  await producer.connect();
  for (const partition of [2, 1, 0]) await producer.send({ topic, messages: [{ partition, value: 'end' }] });
  await producer.disconnect();
}

describe('kafkajs', () => {
  it('sees what was committed and nothing of what was aborted, over three partitions', async () => {
    await createTopic(cluster.brokers, 'pairs', 3);
    await withTransactional('pairs', async (producer) => {
      for (let round = 0; round < 6; round += 1) {
        const transaction = await producer.transaction();
        await send(transaction, 'pairs', messages(`r${round}`, 9));
        await send(transaction, 'pairs', messages(`s${round}`, 3));
        if (round % 2 === 0) await transaction.commit();
        else await transaction.abort();
      }
    });
    await writeEnd('pairs');
    const committed = await readToEnd('pairs', true);
    const wanted = [0, 2, 4].flatMap((round) =>
      [...messages(`r${round}`, 9), ...messages(`s${round}`, 3)].map(({ value }) => value),
    );
    expect(committed).toEqual(wanted.toSorted());
    const all = await readToEnd('pairs', false);
    expect(all.filter((value) => value.startsWith('r1'))).toHaveLength(9);
  });

  it('moves offsets of a group with what was made of them, or not at all', async () => {
    await createTopic(cluster.brokers, 'orders', 1);
    await createTopic(cluster.brokers, 'bills', 3);
    const consumer = kafkaOf(cluster.brokers).consumer({ groupId: 'billing' });
    await consumer.connect();
    await consumer.subscribe({ topic: 'orders', fromBeginning: true });
    await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
    const committed = async (): Promise<string | undefined> => {
      const found = await withAdmin(cluster.brokers, (admin) =>
        admin.fetchOffsets({ groupId: 'billing', topics: ['orders'] }),
      );
      return found[0]?.partitions[0]?.offset;
    };
    await withTransactional('billing', async (producer) => {
      for (const [offset, commits] of [
        ['3', true],
        ['5', false],
        ['4', true],
      ] as const) {
        const transaction = await producer.transaction();
        await send(transaction, 'bills', messages(`bill-${offset}`, 1));
        const topics = [{ topic: 'orders', partitions: [{ partition: 0, offset }] }];
        await transaction.sendOffsets({ consumerGroupId: 'billing', topics });
        if (commits) await transaction.commit();
        else await transaction.abort();
      }
    });
    await until('the offsets are committed', 10_000, async () => (await committed()) === '4');
    await consumer.disconnect();
    await writeEnd('bills');
    expect(await readToEnd('bills', true)).toEqual(['bill-3-0', 'bill-4-0']);
  });

  it('fences a zombie whose transaction was open, and aborts what it wrote', async () => {
    await createTopic(cluster.brokers, 'zombies', 3);
    await withTransactional('zombie', async (old) => {
      const open = await old.transaction();
      await send(open, 'zombies', messages('old', 3));
      await withTransactional('zombie', async (young) => {
        const transaction = await young.transaction();
        await send(transaction, 'zombies', messages('young', 3));
        await transaction.commit();
      });
      await expect(send(open, 'zombies', messages('late', 3))).rejects.toThrow(/epoch|fenced|newer/i);
    });
    await writeEnd('zombies');
    const committed = await readToEnd('zombies', true);
    expect(committed).toEqual(['young-0', 'young-1', 'young-2']);
  });
});

describe('@platformatic/kafka', () => {
  it('commits and aborts', async () => {
    await createTopic(cluster.brokers, 'plain', 3);
    const producer = new PlatformaticProducer({
      clientId: 'e2e',
      bootstrapBrokers: cluster.brokers,
      idempotent: true,
      transactionalId: 'plain',
      serializers: stringSerializers,
      retries: 20,
      retryDelay: 100,
    });
    try {
      for (const [name, commits] of [
        ['a', true],
        ['b', false],
        ['c', true],
      ] as const) {
        const transaction = await producer.beginTransaction();
        for (const { value, partition } of messages(name, 3))
          await transaction.send({ messages: [{ topic: 'plain', partition, value }] });
        if (commits) await transaction.commit();
        else await transaction.abort();
      }
    } finally {
      await producer.close();
    }
    await writeEnd('plain');
    expect(await readToEnd('plain', true)).toEqual(['a-0', 'a-1', 'a-2', 'c-0', 'c-1', 'c-2']);
  });

  it('moves offsets of its group with what was made of the messages, or not at all', async () => {
    await createTopic(cluster.brokers, 'clicks', 1);
    await createTopic(cluster.brokers, 'counts', 3);
    await withProducer(cluster.brokers, false, (producer) =>
      producer.send({ topic: 'clicks', messages: [0, 1, 2, 3].map((number) => ({ value: `click-${number}` })) }),
    );
    const common = { clientId: 'e2e', bootstrapBrokers: cluster.brokers, retries: 20, retryDelay: 100 };
    const ids = { idempotent: true, transactionalId: 'clicks', serializers: stringSerializers } as const;
    const producer = new PlatformaticProducer({ ...common, ...ids });
    const consumer = new PlatformaticConsumer({ ...common, groupId: 'counting', deserializers: stringDeserializers });
    const committed = async (): Promise<string | undefined> => {
      const found = await withAdmin(cluster.brokers, (admin) =>
        admin.fetchOffsets({ groupId: 'counting', topics: ['clicks'] }),
      );
      return found[0]?.partitions[0]?.offset;
    };
    const stream = await consumer.consume({
      topics: ['clicks'],
      mode: MessagesStreamModes.EARLIEST,
      autocommit: false,
      maxWaitTime: 200,
    });
    let seen = 0;
    try {
      for await (const message of stream) {
        const transaction = await producer.beginTransaction();
        await transaction.addConsumer(consumer);
        await transaction.send({ messages: [{ topic: 'counts', partition: seen % 3, value: `of ${message.value}` }] });
        await transaction.addOffset(message);
        // Every other one is given up; the last is.
        if (seen % 2 === 0) await transaction.commit();
        else await transaction.abort();
        seen += 1;
        if (seen === 4) break;
      }
      await until('the offset is committed', 10_000, async () => (await committed()) === '3');
    } finally {
      await producer.close();
      await new Promise<void>((resolve) => consumer.close(true, () => resolve()));
    }
    await writeEnd('counts');
    expect(await readToEnd('counts', true)).toEqual(['of click-0', 'of click-2']);
    expect(await committed()).toBe('3');
  });
});
