/** kafkajs: one function for each behaviour of behaviour.ts that it can do. */
import kafkajs from 'kafkajs';
import {
  create,
  errorName,
  kafkaOf,
  numbered,
  outcomeOf,
  read,
  send,
  text,
  valuesOf,
  withAdmin,
  withProducer,
} from './kafkajs-clients.mjs';
import { FOR_EVER, main, until } from './outcomes.mjs';
import { sameBehaviours } from './same.mjs';

const { CompressionTypes, ConfigResourceTypes } = kafkajs;

async function acks(brokers, topic) {
  await create(brokers, topic);
  for (const each of [0, 1, -1]) {
    await send(brokers, topic, numbered(3, `acks ${each}`), { send: { acks: each } });
    await until('the records', async () => (await highOf(brokers, topic)) >= 3 * { 0: 1, 1: 2, '-1': 3 }[each]);
  }
  return valuesOf(await read(brokers, topic, 9));
}

async function highOf(brokers, topic) {
  const [{ high }] = await withAdmin(brokers, (admin) => admin.fetchTopicOffsets(topic));
  return Number(high);
}

async function codecs(brokers, topic) {
  const outcome = {};
  for (const [name, compression] of [
    ['none', CompressionTypes.None],
    ['gzip', CompressionTypes.GZIP],
  ]) {
    await create(brokers, `${topic}-${name}`);
    await send(brokers, `${topic}-${name}`, numbered(1000), { send: { compression } });
    const found = valuesOf(await read(brokers, `${topic}-${name}`, 1000));
    outcome[name] = found.every((value, at) => value === `value ${at}`);
  }
  return outcome;
}

async function recordParts(brokers, topic) {
  await create(brokers, topic, 1, FOR_EVER);
  await send(brokers, topic, [
    { key: null, value: null, headers: { a: ['1', ''] }, timestamp: '1700000000000' },
    { key: '', value: '', timestamp: '1700000000001' },
    { key: 'clé', value: 'välue ✓', timestamp: '1600000000000' },
  ]);
  return (await read(brokers, topic, 3)).map(({ message: { key, value, headers, timestamp } }) => ({
    key: text(key),
    value: text(value),
    timestamp,
    headers: Object.entries(headers).map(([name, each]) => [name, [each].flat().map(text)]),
  }));
}

async function tooLarge(brokers, topic) {
  await create(brokers, topic, 1, { 'max.message.bytes': '2000' });
  return {
    fits: await send(brokers, topic, [{ value: 'x'.repeat(1000) }]),
    broker: await outcomeOf(send(brokers, topic, [{ value: 'x'.repeat(3000) }])),
  };
}

async function compactedNeedsKey(brokers, topic) {
  await create(brokers, topic, 1, { 'cleanup.policy': 'compact' });
  return {
    without: await outcomeOf(send(brokers, topic, [{ value: 'a' }])),
    with: await send(brokers, topic, [{ key: 'k', value: 'a' }]),
  };
}

function topicAdmin(brokers, topic) {
  return withAdmin(brokers, async (admin) => {
    const make = (name, shape = {}) =>
      outcomeOf(
        admin.createTopics({
          waitForLeaders: false,
          topics: [{ topic: name, numPartitions: 1, replicationFactor: 1, ...shape }],
        }),
      );
    const grow = (name, count) => outcomeOf(admin.createPartitions({ topicPartitions: [{ topic: name, count }] }));
    const outcome = {
      created: await make(topic, { numPartitions: 3 }),
      'bad name': await make('with space'),
      'no partitions': await make(`${topic}-0`, { numPartitions: 0 }),
      'too many replicas': await make(`${topic}-r`, { replicationFactor: 30 }),
      'bad config': await make(`${topic}-c`, { configEntries: [{ name: 'retention.ms', value: 'soon' }] }),
      'unknown config': await make(`${topic}-u`, { configEntries: [{ name: 'no.such', value: '1' }] }),
      grown: await grow(topic, 5),
      shrunk: await grow(topic, 2),
    };
    const described = async () => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0].partitions.length;
    await until('five partitions', async () => (await described()) === 5);
    outcome.listed = (await admin.listTopics()).includes(topic);
    outcome.deleted = await outcomeOf(admin.deleteTopics({ topics: [topic] }));
    await until('it is gone', async () => !(await admin.listTopics()).includes(topic));
    return outcome;
  });
}

function configs(brokers, topic) {
  return withAdmin(brokers, async (admin) => {
    await create(brokers, topic, 1, { 'retention.ms': '60000' });
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
    const valueOf = async () => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ ...resource, configNames: ['retention.ms'] }],
      });
      return resources[0].configEntries[0].configValue;
    };
    const alter = (name, value) =>
      outcomeOf(
        admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries: [{ name, value }] }] }),
      );
    const outcome = { before: await valueOf(), set: await alter('retention.ms', '120000') };
    await until('the new value', async () => (await valueOf()) === '120000');
    outcome['bad value'] = await alter('retention.ms', 'never');
    outcome['unknown key'] = await alter('no.such', '1');
    outcome.replaced = await alter('max.message.bytes', '5000');
    await until('the default', async () => (await valueOf()) === '604800000');
    return outcome;
  });
}

async function listOffsets(brokers, topic) {
  await create(brokers, topic, 1, FOR_EVER);
  await send(
    brokers,
    topic,
    [0, 2, 1, 3].map((at) => ({ value: 'x', timestamp: String(1_700_000_000_000 + at * 1000) })),
  );
  return withAdmin(brokers, async (admin) => ({
    ends: await admin.fetchTopicOffsets(topic),
    second: await admin.fetchTopicOffsetsByTimestamp(topic, 1_700_000_001_000),
    between: await admin.fetchTopicOffsetsByTimestamp(topic, 1_700_000_002_500),
    'after all': await admin.fetchTopicOffsetsByTimestamp(topic, 1_800_000_000_000),
  }));
}

async function deleteRecords(brokers, topic) {
  await create(brokers, topic);
  await send(brokers, topic, numbered(10));
  return withAdmin(brokers, async (admin) => {
    await admin.fetchTopicMetadata({ topics: [topic] });
    const to = (offset) => outcomeOf(admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] }));
    return {
      some: await to('4'),
      left: valuesOf(await read(brokers, topic, 6)),
      all: await to('-1'),
      ends: await admin.fetchTopicOffsets(topic),
    };
  });
}

async function groupClassic(brokers, topic) {
  await create(brokers, topic, 4);
  const produce = (count, name) =>
    send(
      brokers,
      topic,
      Array.from({ length: count }, (_, at) => ({ partition: at % 4, value: `${name} ${at}` })),
    );
  await produce(40, 'first');
  const groupId = `${topic}-g`;
  const seen = [];
  const shares = new Map();
  const join = async (name) => {
    const consumer = kafkaOf(brokers).consumer({ groupId, rebalanceTimeout: 10_000 });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => shares.set(name, payload.memberAssignment[topic] ?? []));
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommitThreshold: 1,
      eachMessage: async ({ message }) => void seen.push(text(message.value)),
    });
    return consumer;
  };
  const first = await join('first');
  await until('all records', () => seen.length >= 40);
  const second = await join('second');
  await until('two shares', () => [...shares.values()].map((share) => share.length).join() === '2,2');
  await produce(8, 'more');
  await until('more records', () => seen.length >= 48);
  await second.disconnect();
  await until('one share', () => shares.get('first').length === 4);
  await first.disconnect();
  const committed = await withAdmin(brokers, (admin) => admin.fetchOffsets({ groupId, topics: [topic] }));
  return {
    seen: seen.toSorted((left, right) => (left < right ? -1 : 1)),
    committed: committed[0].partitions.map(({ partition, offset }) => [partition, offset]).sort(),
  };
}

async function groupAdmin(brokers, topic) {
  await create(brokers, topic, 2);
  await send(brokers, topic, [
    { partition: 0, value: 'a' },
    { partition: 1, value: 'b' },
  ]);
  const groupId = `${topic}-g`;
  const consumer = kafkaOf(brokers).consumer({ groupId });
  let count = 0;
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ autoCommitThreshold: 1, eachMessage: async () => void (count += 1) });
  await until('both records', () => count === 2);
  return withAdmin(brokers, async (admin) => {
    const described = async (name = groupId) => {
      const { groups: found } = await admin.describeGroups([name]);
      return [found[0].state, found[0].protocolType, found[0].protocol, found[0].members.length];
    };
    const offsets = async (name = groupId) =>
      (await admin.fetchOffsets({ groupId: name, topics: [topic] }))[0].partitions
        .map(({ partition, offset }) => [partition, offset])
        .sort();
    const set = (offset) => outcomeOf(admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset }] }));
    const outcome = {
      listed: (await admin.listGroups()).groups.some((group) => group.groupId === groupId),
      described: await described(),
      'delete while used': await outcomeOf(admin.deleteGroups([groupId])),
    };
    await consumer.disconnect();
    await until('an empty group', async () => (await described())[0] === 'Empty');
    outcome.offsets = await offsets();
    outcome.set = await set('0');
    outcome['offsets after'] = await offsets();
    outcome.empty = await described();
    outcome.deleted = await outcomeOf(admin.deleteGroups([groupId]));
    outcome['deleted again'] = await outcomeOf(admin.deleteGroups([groupId]));
    outcome['described when gone'] = await described();
    outcome['unknown offsets'] = await offsets(`${groupId}-no`);
    return outcome;
  });
}

const transactional = (brokers, transactionalId) => ({
  transactionalId,
  idempotent: true,
  maxInFlightRequests: 1,
  transactionTimeout: 20_000,
});

async function transactions(brokers, topic) {
  await create(brokers, topic);
  await withProducer(brokers, transactional(brokers, `${topic}-id`), async (producer) => {
    const write = async (name, end) => {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: numbered(3, name) });
      await transaction[end]();
    };
    await write('committed', 'commit');
    await write('aborted', 'abort');
    await write('last', 'commit');
  });
  return {
    committed: valuesOf(await read(brokers, topic, 6)),
    uncommitted: valuesOf(await read(brokers, topic, 9, { readUncommitted: true })),
    ends: await withAdmin(brokers, (admin) => admin.fetchTopicOffsets(topic)),
  };
}

async function zombie(brokers, topic) {
  await create(brokers, topic);
  const options = transactional(brokers, `${topic}-id`);
  const old = kafkaOf(brokers).producer(options);
  await old.connect();
  const first = await old.transaction();
  await first.send({ topic, messages: [{ value: 'old' }] });
  await withProducer(brokers, options, async (producer) => {
    const second = await producer.transaction();
    await second.send({ topic, messages: [{ value: 'new' }] });
    await second.commit();
  });
  const outcome = { old: await outcomeOf(first.commit()), read: valuesOf(await read(brokers, topic, 1)) };
  await old.disconnect();
  return outcome;
}

async function transactionalOffsets(brokers, topic) {
  const [source, sink, consumerGroupId] = [`${topic}-in`, `${topic}-out`, `${topic}-g`];
  await create(brokers, source);
  await create(brokers, sink);
  const committed = async () => {
    const [{ partitions }] = await withAdmin(brokers, (admin) =>
      admin.fetchOffsets({ groupId: consumerGroupId, topics: [source] }),
    );
    return partitions[0].offset;
  };
  const outcome = {};
  await withProducer(brokers, transactional(brokers, `${topic}-id`), async (producer) => {
    for (const [end, offset] of [
      ['abort', '3'],
      ['commit', '6'],
    ]) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: sink, messages: numbered(2, end) });
      await transaction.sendOffsets({
        consumerGroupId,
        topics: [{ topic: source, partitions: [{ partition: 0, offset }] }],
      });
      await transaction[end]();
      await until('the end of the transaction', async () => end === 'abort' || (await committed()) === '6');
      outcome[end] = await committed();
    }
  });
  outcome.read = valuesOf(await read(brokers, sink, 2));
  return outcome;
}

const cluster = (brokers) =>
  withAdmin(brokers, async (admin) => {
    const found = await admin.describeCluster();
    return { nodes: found.brokers.length > 0, controller: found.controller !== null, id: found.clusterId.length > 0 };
  });

const same = sameBehaviours({
  create,
  send,
  read,
  valuesOf,
  numbered,
  outcomeOf,
  withProducer,
  oneInFlight: { idempotent: true, maxInFlightRequests: 1 },
  timestampOf: String,
  sendOne: (producer, topic, value) => producer.send({ topic, messages: [{ value }] }),
});

await main(
  {
    ...same,
    acks,
    codecs,
    recordParts,
    tooLarge,
    compactedNeedsKey,
    topicAdmin,
    configs,
    listOffsets,
    deleteRecords,
    groupClassic,
    groupAdmin,
    transactions,
    zombie,
    transactionalOffsets,
    cluster,
  },
  errorName,
);
