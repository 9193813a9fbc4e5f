/** What the behaviours of platformatic.mjs are made of: producers, consumers and admins that end, topics, records sent and read. */
import {
  Admin,
  Consumer,
  MessagesStreamModes,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';
import { told, until } from './outcomes.mjs';

/** Of an answer of the cluster, however deep it lies; null: it is none. */
export function errorName(error) {
  if (error?.apiId !== undefined) return error.apiId;
  for (const each of error?.errors ?? []) {
    const name = errorName(each);
    if (name !== null) return name;
  }
  return error?.cause === undefined ? null : errorName(error.cause);
}
export const outcomeOf = (promise) => told(errorName, promise);
export const common = (brokers) => ({ clientId: 'interop', bootstrapBrokers: brokers, retries: 10, retryDelay: 200 });
const sorted = (lines) => lines.toSorted((left, right) => (left < right ? -1 : 1));

export async function withAdmin(brokers, use) {
  const admin = new Admin(common(brokers));
  try {
    return await use(admin);
  } finally {
    await admin.close();
  }
}

export const configsOf = (configs) => Object.entries(configs).map(([name, value]) => ({ name, value }));

export const create = (brokers, topic, partitions = 1, configs = {}) =>
  withAdmin(brokers, async (admin) => {
    await admin.createTopics({ topics: [topic], partitions, replicas: -1, configs: configsOf(configs) });
    await until('leaders', async () => {
      try {
        const found = await admin.metadata({ topics: [topic], forceUpdate: true });
        if (found.topics.get(topic)?.partitions.every(({ leader }) => leader >= 0) !== true) return false;
        const asked = Array.from({ length: partitions }, (_, at) => ({ partitionIndex: at, timestamp: -1n }));
        await admin.listOffsets({ topics: [{ name: topic, partitions: asked }] });
        return true;
      } catch {
        // Not yet known everywhere, or a leader that has not heard of it.
        return false;
      }
    });
  });

export async function withProducer(brokers, options, use) {
  const producer = new Producer({ ...common(brokers), serializers: stringSerializers, ...options });
  try {
    return await use(producer);
  } finally {
    await producer.close();
  }
}

export const send = (brokers, topic, messages, options = {}) =>
  withProducer(brokers, options, async (producer) => {
    const answer = await producer.send({
      acks: -1,
      ...options,
      messages: messages.map((each) => ({ topic, ...each })),
    });
    return (answer.offsets ?? []).map(({ partition, offset }) => [partition, Number(offset)]);
  });
export const numbered = (count, name = 'value', partitions = 1) =>
  Array.from({ length: count }, (_, at) => ({ value: `${name} ${at}`, partition: at % partitions }));

let groups = 0;

/** A member that reads until it is closed. */
export async function join(brokers, groupId, topic, options = {}) {
  const { consume = {}, ...more } = options;
  const consumer = new Consumer({ ...common(brokers), groupId, deserializers: stringDeserializers, ...more });
  const stream = await consumer.consume({
    topics: [topic],
    mode: MessagesStreamModes.COMMITTED,
    fallbackMode: 'earliest',
    autocommit: true,
    maxWaitTime: 200,
    ...(more.groupProtocol === undefined ? { sessionTimeout: 10_000, heartbeatInterval: 300 } : {}),
    ...consume,
  });
  const found = [];
  stream.on('data', (message) => void found.push(message));
  stream.on('error', (error) => console.error(error));
  const share = () => sorted((consumer.assignments ?? []).flatMap(({ partitions }) => partitions));
  return { consumer, found, share, close: () => new Promise((resolve) => consumer.close(true, () => resolve())) };
}

export async function read(brokers, topic, count, consume = {}) {
  groups += 1;
  const reader = await join(brokers, `${topic}-reads-${groups}`, topic, {
    consume: { mode: MessagesStreamModes.EARLIEST, ...consume },
  });
  await until(`${count} records of ${topic}`, () => reader.found.length >= count);
  await reader.close();
  return reader.found;
}
export const valuesOf = (found) => found.map(({ value }) => value ?? null);

export const offsetAt = (brokers, topic, timestamp, isolationLevel = 0) =>
  withAdmin(brokers, async (admin) => {
    const [{ partitions }] = await admin.listOffsets({
      isolationLevel,
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }],
    });
    return [Number(partitions[0].offset), Number(partitions[0].timestamp)];
  });
export const latest = async (brokers, topic, isolation = 0) => (await offsetAt(brokers, topic, -1n, isolation))[0];
