/** @platformatic/kafka: one function for each behaviour of behaviour.ts that it can do. */
import {
  ConfigResourceTypes,
  FetchIsolationLevels,
  IncrementalAlterConfigOperationTypes,
  MessagesStreamModes,
  Producer,
  stringSerializers,
} from '@platformatic/kafka';
import { FOR_EVER, main, until } from './outcomes.mjs';
import { sameBehaviours } from './same.mjs';
import {
  common,
  configsOf,
  create,
  errorName,
  join,
  latest,
  numbered,
  offsetAt,
  outcomeOf,
  read,
  send,
  valuesOf,
  withAdmin,
  withProducer,
} from './platformatic-clients.mjs';

async function acks(brokers, topic) {
  await create(brokers, topic);
  for (const each of [0, 1, -1]) {
    await send(brokers, topic, numbered(3, `acks ${each}`), { acks: each });
    await until('the records', async () => (await latest(brokers, topic)) >= 3 * { 0: 1, 1: 2, '-1': 3 }[each]);
  }
  return valuesOf(await read(brokers, topic, 9));
}

async function codecs(brokers, topic) {
  const outcome = {};
  for (const compression of ['none', 'gzip', 'snappy', 'lz4']) {
    const name = `${topic}-${compression}`;
    await create(brokers, name);
    await send(brokers, name, numbered(1000), { compression });
    outcome[compression] = valuesOf(await read(brokers, name, 1000)).every((value, at) => value === `value ${at}`);
  }
  return outcome;
}

async function recordParts(brokers, topic) {
  await create(brokers, topic, 1, FOR_EVER);
  await send(brokers, topic, [
    { key: 'k', headers: { a: '1', b: '' }, timestamp: 1_700_000_000_000n },
    { key: '', value: '', timestamp: 1_700_000_000_001n },
    { key: 'clé', value: 'välue ✓', timestamp: 1_700_000_000_002n },
  ]);
  return (await read(brokers, topic, 3)).map(({ key, value, headers, timestamp }) => [
    key ?? null,
    value ?? null,
    [...headers],
    String(timestamp),
  ]);
}

async function tooLarge(brokers, topic) {
  await create(brokers, topic, 1, { 'max.message.bytes': '2000' });
  const of = (size) => outcomeOf(send(brokers, topic, [{ value: 'x'.repeat(size) }]));
  return { fits: await of(1000), broker: await of(3000) };
}

async function compactedNeedsKey(brokers, topic) {
  await create(brokers, topic, 1, { 'cleanup.policy': 'compact' });
  return {
    without: await outcomeOf(send(brokers, topic, [{ value: 'a' }])),
    with: await outcomeOf(send(brokers, topic, [{ key: 'k', value: 'a' }])),
  };
}

const topicAdmin = (brokers, topic) =>
  withAdmin(brokers, async (admin) => {
    const make = (name, more = {}) =>
      outcomeOf(admin.createTopics({ topics: [name], partitions: 1, replicas: -1, ...more }));
    const grow = (name, count) => outcomeOf(admin.createPartitions({ topics: [{ name, count, assignments: null }] }));
    const outcome = {
      created: await make(topic, { partitions: 3 }),
      again: await make(topic),
      'bad name': await make('with space'),
      'too many replicas': await make(`${topic}-r`, { replicas: 30 }),
      'bad config': await make(`${topic}-c`, { configs: configsOf({ 'retention.ms': 'soon' }) }),
      'unknown config': await make(`${topic}-u`, { configs: configsOf({ 'no.such': '1' }) }),
      grown: await grow(topic, 5),
      shrunk: await grow(topic, 2),
      'unknown grown': await grow(`${topic}-no`, 2),
    };
    outcome.listed = (await admin.listTopics()).includes(topic);
    outcome.deleted = await outcomeOf(admin.deleteTopics({ topics: [topic] }));
    await until('it is gone', async () => !(await admin.listTopics()).includes(topic));
    outcome['deleted again'] = await outcomeOf(admin.deleteTopics({ topics: [topic] }));
    return outcome;
  });

const configs = (brokers, topic) =>
  withAdmin(brokers, async (admin) => {
    await create(brokers, topic, 1, { 'retention.ms': '60000' });
    const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic };
    const of = async (name) => {
      const [{ configs: found }] = await admin.describeConfigs({
        resources: [{ ...resource, configurationKeys: [name] }],
      });
      return found[0]?.value;
    };
    const alter = (name, value, kind, resourceName = topic) =>
      outcomeOf(
        admin.incrementalAlterConfigs({
          resources: [
            {
              ...resource,
              resourceName,
              configs: [{ name, value, configOperation: IncrementalAlterConfigOperationTypes[kind] }],
            },
          ],
        }),
      );
    const outcome = { before: await of('retention.ms'), set: await alter('retention.ms', '120000', 'SET') };
    await until('the new value', async () => (await of('retention.ms')) === '120000');
    outcome['bad value'] = await alter('retention.ms', 'never', 'SET');
    outcome['unknown key'] = await alter('no.such', '1', 'SET');
    outcome['not a list'] = await alter('retention.ms', '1', 'APPEND');
    outcome['unknown topic'] = await alter('retention.ms', '1', 'SET', `${topic}-no`);
    outcome.deleted = await alter('retention.ms', '', 'DELETE');
    await until('the default', async () => (await of('retention.ms')) === '604800000');
    return outcome;
  });

async function listOffsets(brokers, topic) {
  await create(brokers, topic, 1, FOR_EVER);
  await send(
    brokers,
    topic,
    [0, 2, 1, 3].map((at) => ({ value: 'x', timestamp: BigInt(1_700_000_000_000 + at * 1000) })),
  );
  return {
    earliest: await offsetAt(brokers, topic, -2n),
    latest: await offsetAt(brokers, topic, -1n),
    second: await offsetAt(brokers, topic, 1_700_000_001_000n),
    between: await offsetAt(brokers, topic, 1_700_000_002_500n),
    'after all': await offsetAt(brokers, topic, 1_800_000_000_000n),
  };
}

async function deleteRecords(brokers, topic) {
  await create(brokers, topic);
  await send(brokers, topic, numbered(10));
  return withAdmin(brokers, async (admin) => {
    const to = async (offset) => {
      const [{ partitions }] = await admin.deleteRecords({
        topics: [{ name: topic, partitions: [{ partition: 0, offset }] }],
      });
      return Number(partitions[0].lowWatermark);
    };
    return {
      some: await to(4n),
      left: valuesOf(await read(brokers, topic, 6)),
      'above the end': await outcomeOf(to(11n)),
      all: await to(-1n),
    };
  });
}

function groupStory(options = {}) {
  return async (brokers, topic) => {
    await create(brokers, topic, 4);
    const groupId = `${topic}-g`;
    await send(brokers, topic, numbered(40, 'first', 4));
    const first = await join(brokers, groupId, topic, options);
    const seen = new Set();
    const all = (...members) => {
      for (const { found } of members) for (const { value } of found) seen.add(value);
      return seen.size;
    };
    await until('all records', () => all(first) === 40);
    const second = await join(brokers, groupId, topic, options);
    await until('two shares', () => [first.share(), second.share()].map(({ length }) => length).join() === '2,2');
    await send(brokers, topic, numbered(8, 'more', 4));
    await until('more records', () => all(first, second) === 48);
    await second.close();
    await until('one share', () => first.share().length === 4);
    await first.close();
    // What it commits is not looked at: it may be behind the log's end, to Kafka too (22 of 12 records).
    return { seen: seen.size };
  };
}

const offsetsOf = (brokers, groupId) =>
  withAdmin(brokers, async (admin) => {
    const [group] = await admin.listConsumerGroupOffsets({ groups: [groupId] });
    return group.topics
      .flatMap(({ partitions }) =>
        partitions.map(({ partitionIndex, committedOffset }) => [partitionIndex, Number(committedOffset)]),
      )
      .toSorted(([left], [right]) => left - right);
  });

async function groupAdmin(brokers, topic) {
  await create(brokers, topic, 2);
  await send(brokers, topic, numbered(2, 'v', 2));
  const groupId = `${topic}-g`;
  const member = await join(brokers, groupId, topic, { consume: { mode: MessagesStreamModes.EARLIEST } });
  await until('both', () => member.found.length === 2);
  await until(
    'the commits',
    async () => (await offsetsOf(brokers, groupId)).map(([, offset]) => offset).join() === '1,1',
  );
  return withAdmin(brokers, async (admin) => {
    const described = async () => {
      const found = (await admin.describeGroups({ groups: [groupId] })).get(groupId);
      return [found.state, found.protocolType, found.members.size];
    };
    const remove = () => outcomeOf(admin.deleteGroups({ groups: [groupId] }));
    const outcome = {
      listed: (await admin.listGroups()).has(groupId),
      described: await described(),
      'deleted while used': await remove(),
    };
    await member.close();
    await until('an empty group', async () => (await described())[0] === 'EMPTY');
    outcome.altered = await outcomeOf(
      admin.alterConsumerGroupOffsets({
        groupId,
        topics: [{ name: topic, partitionOffsets: [{ partition: 0, offset: 0n }] }],
      }),
    );
    outcome.offsets = await offsetsOf(brokers, groupId);
    outcome['offsets deleted'] = await outcomeOf(
      admin.deleteConsumerGroupOffsets({ groupId, topics: [{ name: topic, partitionIndexes: [0] }] }),
    );
    outcome['offsets left'] = await offsetsOf(brokers, groupId);
    outcome.deleted = await remove();
    outcome['deleted again'] = await remove();
    return outcome;
  });
}

const transactional = (topic) => ({ transactionalId: `${topic}-id`, idempotent: true, maxInflights: 1 });

async function transactions(brokers, topic) {
  await create(brokers, topic);
  await withProducer(brokers, transactional(topic), async (producer) => {
    for (const [name, end] of [
      ['a', 'commit'],
      ['b', 'abort'],
      ['c', 'commit'],
    ]) {
      const transaction = await producer.beginTransaction();
      await transaction.send({ messages: numbered(3, name).map((each) => ({ topic, ...each })) });
      await transaction[end]();
    }
  });
  await until('the markers', async () => (await latest(brokers, topic, 1)) === 12);
  return {
    committed: valuesOf(await read(brokers, topic, 6, { isolationLevel: FetchIsolationLevels.READ_COMMITTED })),
    uncommitted: valuesOf(await read(brokers, topic, 9, { isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED })),
  };
}

async function zombie(brokers, topic) {
  await create(brokers, topic);
  const old = new Producer({ ...common(brokers), serializers: stringSerializers, ...transactional(topic) });
  const first = await old.beginTransaction();
  await first.send({ messages: [{ topic, value: 'old' }] });
  await withProducer(brokers, transactional(topic), async (producer) => {
    const second = await producer.beginTransaction();
    await second.send({ messages: [{ topic, value: 'new' }] });
    await second.commit();
  });
  const outcome = { old: await outcomeOf(first.commit()) };
  await until('the marker', async () => (await latest(brokers, topic, 1)) === 4);
  outcome.read = valuesOf(await read(brokers, topic, 1, { isolationLevel: FetchIsolationLevels.READ_COMMITTED }));
  await new Promise((resolve) => old.close(true, () => resolve()));
  return outcome;
}

async function transactionalOffsets(brokers, topic) {
  const [source, sink, groupId] = [`${topic}-in`, `${topic}-out`, `${topic}-g`];
  await create(brokers, source);
  await create(brokers, sink);
  await send(brokers, source, numbered(2));
  const member = await join(brokers, groupId, source, {
    consume: { mode: MessagesStreamModes.EARLIEST, autocommit: false },
  });
  await until('both', () => member.found.length === 2);
  const outcome = {};
  await withProducer(brokers, transactional(topic), async (producer) => {
    for (const [at, end] of ['abort', 'commit'].entries()) {
      const transaction = await producer.beginTransaction();
      await transaction.addConsumer(member.consumer);
      await transaction.send({ messages: numbered(2, end).map((each) => ({ topic: sink, ...each })) });
      await transaction.addOffset(member.found[at]);
      await transaction[end]();
      await until('the markers', async () => (await latest(brokers, sink, 1)) === 3 * (at + 1));
      await until('the offset', async () => end === 'abort' || (await offsetsOf(brokers, groupId)).length === 1);
      outcome[end] = await offsetsOf(brokers, groupId);
    }
  });
  await member.close();
  outcome.read = valuesOf(await read(brokers, sink, 2, { isolationLevel: FetchIsolationLevels.READ_COMMITTED }));
  return outcome;
}

const cluster = (brokers) =>
  withAdmin(brokers, async (admin) => {
    const found = await admin.metadata({ topics: [] });
    return { nodes: found.brokers.size > 0, id: (found.id ?? '').length > 0 };
  });

const same = sameBehaviours({
  create,
  send,
  read,
  valuesOf,
  numbered,
  outcomeOf,
  withProducer,
  oneInFlight: { idempotent: true, maxInflights: 1 },
  timestampOf: BigInt,
  sendOne: (producer, topic, value) => producer.send({ acks: -1, messages: [{ topic, value }] }),
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
    groupAdmin,
    transactions,
    zombie,
    transactionalOffsets,
    cluster,
    groupClassic: groupStory(),
    group848: groupStory({ groupProtocol: 'consumer' }),
  },
  errorName,
);
