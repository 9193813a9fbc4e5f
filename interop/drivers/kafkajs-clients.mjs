/** What the behaviours of kafkajs.mjs are made of: producers, consumers and admins that end, topics, records sent and read. */
import kafkajs from 'kafkajs';
import { told, until } from './outcomes.mjs';

const { Kafka, logLevel } = kafkajs;

export function errorName(error) {
  if (error?.type !== undefined && error.type !== 'UNKNOWN') return error.type;
  const [first] = error?.errors ?? error?.groups ?? [];
  if (first !== undefined) return errorName(first.error ?? first);
  return error?.cause === undefined ? null : errorName(error.cause);
}
export const outcomeOf = (promise) => told(errorName, promise);

export const kafkaOf = (brokers) =>
  new Kafka({ brokers, clientId: 'interop', logLevel: logLevel.NOTHING, retry: { retries: 8 } });

export async function withAdmin(brokers, use) {
  const admin = kafkaOf(brokers).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

export const create = (brokers, topic, numPartitions = 1, configs = {}) =>
  withAdmin(brokers, (admin) =>
    admin.createTopics({
      waitForLeaders: true,
      topics: [
        { topic, numPartitions, configEntries: Object.entries(configs).map(([name, value]) => ({ name, value })) },
      ],
    }),
  );

export async function withProducer(brokers, options, use) {
  const producer = kafkaOf(brokers).producer({ allowAutoTopicCreation: false, ...options });
  await producer.connect();
  try {
    return await use(producer);
  } finally {
    await producer.disconnect();
  }
}

export async function send(brokers, topic, messages, more = {}) {
  return withProducer(brokers, more.producer ?? {}, async (producer) => {
    const [answer] = await producer.send({ topic, acks: -1, messages, ...more.send });
    return Number(answer?.baseOffset ?? -1);
  });
}

let groups = 0;

/** The first `count` records from the beginning, with what a group's consumer is told of them. */
export async function read(brokers, topic, count, options = {}) {
  groups += 1;
  const consumer = kafkaOf(brokers).consumer({ groupId: `${topic}-reads-${groups}`, ...options });
  const found = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ partition, message }) => void found.push({ partition, message }) });
  await until(`${count} records of ${topic}`, () => found.length >= count);
  await consumer.disconnect();
  return found;
}

export const text = (bytes) => (bytes === null || bytes === undefined ? null : bytes.toString());
export const valuesOf = (found) => found.map(({ message }) => text(message.value));
export const numbered = (count, name = 'value') =>
  Array.from({ length: count }, (_, at) => ({ value: `${name} ${at}` }));
