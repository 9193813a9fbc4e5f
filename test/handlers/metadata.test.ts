/** Metadata, DescribeTopicPartitions, DescribeCluster, DescribeConfigs, ApiVersions: what the image says, in the form of each version. */
import { describe, expect, it } from 'vitest';
import { nodeId } from '../../raft/index.ts';
import {
  apiVersionsHandler,
  describeClusterHandler,
  describeConfigsHandler,
  describeTopicPartitionsHandler,
  listConfigResourcesHandler,
  metadataHandler,
  produceHandler,
} from '../../src/handlers/index.ts';
import { ZERO_UUID } from '../../src/wire/index.ts';
import { created, HandlerRig, topicIdOf } from './handler-rig.ts';

interface TopicAnswer {
  readonly errorCode: number;
  readonly name: string | null;
  readonly topicId: string;
  readonly isInternal: boolean;
  readonly partitions: readonly {
    readonly partitionIndex: number;
    readonly errorCode: number;
    readonly leaderId: number;
  }[];
}
interface MetadataAnswer {
  readonly brokers: readonly { readonly nodeId: number }[];
  readonly clusterId: string | null;
  readonly controllerId: number;
  readonly topics: readonly TopicAnswer[];
}

function metadata(autoCreateTopics = true): {
  rig: HandlerRig;
  created: string[];
  ask: (version: number, body: object) => Promise<MetadataAnswer>;
} {
  const rig = new HandlerRig();
  const made: string[] = [];
  const handler = metadataHandler(rig.broker, {
    autoCreateTopics: () => autoCreateTopics,
    createTopics: (names) => void made.push(...names),
    controller: () => nodeId(2),
  });
  return { rig, created: made, ask: (version, body) => rig.ask<MetadataAnswer>(handler, version, body) };
}

const VERSIONS = Array.from({ length: 14 }, (_, version) => version);

describe('metadata', () => {
  it.each(VERSIONS)('version %i: all topics, with 5 for a partition without leader', async (version) => {
    const { ask } = metadata();
    const answer = await ask(version, { topics: version === 0 ? [] : null });
    expect(answer.topics.map(({ name }) => name)).toEqual(['orders', '__consumer_offsets']);
    expect(answer.topics[0]?.partitions.map(({ errorCode, leaderId }) => [errorCode, leaderId])).toEqual([
      [0, 1],
      [5, -1],
      [0, 2],
    ]);
    expect(answer.brokers.map((broker) => broker.nodeId)).toEqual([1, 2, 3]);
    if (version >= 1) expect(answer.controllerId).toBe(2);
    if (version >= 1) expect(answer.topics.map(({ isInternal }) => isInternal)).toEqual([false, true]);
    if (version >= 2) expect(answer.clusterId).toBe('cluster-1');
    if (version >= 10) expect(answer.topics[0]?.topicId).toBe(topicIdOf(1));
  });

  it('an empty list means all topics in version 0 and none from version 1 on', async () => {
    const { ask } = metadata();
    expect((await ask(0, { topics: [] })).topics).toHaveLength(2);
    expect((await ask(1, { topics: [] })).topics).toHaveLength(0);
  });

  it('a fenced broker is not shown, and what it led has no leader; version 0 complains of its replicas with 9', async () => {
    const { rig, ask } = metadata();
    rig.apply({ kind: 'broker-fenced', node: nodeId(2), incarnation: 'life-2-1' as never });
    const answer = await ask(9, { topics: [{ name: 'orders' }] });
    expect(answer.brokers.map((broker) => broker.nodeId)).toEqual([1, 3]);
    expect(answer.topics[0]?.partitions[2]).toMatchObject({ errorCode: 5, leaderId: -1, offlineReplicas: [2] });
    expect((await ask(0, { topics: [{ name: 'orders' }] })).topics[0]?.partitions[0]?.errorCode).toBe(9);
  });

  it('unknown names are 3 and created where client and node allow it, invalid ones 17, unknown ids 100 without a name', async () => {
    const { created: made, ask } = metadata();
    const topics = [
      { name: 'new' },
      { name: 'new' },
      { name: 'a/b' },
      { name: '..' },
      { name: '__transaction_state' },
      { name: 'orders' },
    ];
    const answer = await ask(9, { topics, allowAutoTopicCreation: true });
    expect(answer.topics.map(({ errorCode }) => errorCode)).toEqual([3, 3, 17, 17, 3, 0]);
    expect(made).toEqual(['new']);
    await ask(9, { topics: [{ name: 'other' }], allowAutoTopicCreation: false });
    expect(made).toEqual(['new']);
    await ask(3, { topics: [{ name: 'old' }] });
    expect(made).toEqual(['new', 'old']);
    const byId = await ask(12, {
      topics: [
        { name: null, topicId: topicIdOf(1) },
        { name: null, topicId: topicIdOf(9) },
      ],
    });
    expect(byId.topics.map(({ errorCode, name }) => [errorCode, name])).toEqual([
      [0, 'orders'],
      [100, null],
    ]);
  });

  it('a node that does not create topics does not', async () => {
    const { created: made, ask } = metadata(false);
    expect((await ask(9, { topics: [{ name: 'new' }], allowAutoTopicCreation: true })).topics[0]?.errorCode).toBe(3);
    expect(made).toEqual([]);
  });
});

describe('DescribeTopicPartitions', () => {
  interface Page {
    readonly topics: readonly TopicAnswer[];
    readonly nextCursor: { readonly topicName: string; readonly partitionIndex: number } | null;
  }

  it.each([1, 2, 3, 4, 5, 100])('pages of %i partitions join up to everything, once', async (limit) => {
    const rig = new HandlerRig();
    rig.apply(...created(3, 'alpha', [1, 1]), ...created(4, 'zulu', [1]));
    const handler = describeTopicPartitionsHandler(rig.broker);
    const seen: string[] = [];
    let cursor: Page['nextCursor'] = null;
    for (let pages = 0; pages < 20; pages += 1) {
      const page: Page = await rig.ask<Page>(handler, 0, { topics: [], responsePartitionLimit: limit, cursor });
      const found = page.topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex }) => `${name ?? ''}-${partitionIndex}`),
      );
      expect(found.length).toBeLessThanOrEqual(limit);
      seen.push(...found);
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    expect(cursor).toBeNull();
    expect(seen).toEqual(['__consumer_offsets-0', 'alpha-0', 'alpha-1', 'orders-0', 'orders-1', 'orders-2', 'zulu-0']);
  });

  it('an unknown topic is 3, and takes no room', async () => {
    const rig = new HandlerRig();
    const handler = describeTopicPartitionsHandler(rig.broker);
    const page = await rig.ask<Page>(handler, 0, {
      topics: [{ name: 'orders' }, { name: 'nothing' }],
      responsePartitionLimit: 3,
      cursor: null,
    });
    expect(page.topics.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['nothing', 3],
      ['orders', 0],
    ]);
    expect(page.nextCursor).toBeNull();
  });
});

describe('DescribeCluster', () => {
  it.each([0, 1, 2])('version %i: brokers and controller; controllers are not served', async (version) => {
    const rig = new HandlerRig();
    const handler = describeClusterHandler(rig.broker, () => nodeId(3));
    expect(await rig.ask(handler, version, {})).toMatchObject({
      errorCode: 0,
      clusterId: 'cluster-1',
      controllerId: 3,
    });
    if (version >= 1) expect(await rig.ask(handler, version, { endpointType: 2 })).toMatchObject({ errorCode: 114 });
  });
});

describe('DescribeConfigs', () => {
  interface Described {
    readonly results: readonly {
      readonly errorCode: number;
      readonly configs: readonly {
        readonly name: string;
        readonly value: string | null;
        readonly configSource: number;
      }[];
    }[];
  }

  it.each([1, 2, 3, 4])('version %i: values with their sources, all or those asked for', async (version) => {
    const rig = new HandlerRig();
    rig.apply({
      kind: 'config-set',
      scope: { kind: 'topic', topicId: topicIdOf(1) },
      key: 'retention.ms',
      value: '77',
    });
    const handler = describeConfigsHandler(rig.broker, new Map([['flush', 'always']]));
    const ask = async (
      resourceType: number,
      resourceName: string,
      configurationKeys: readonly string[] | null,
    ): Promise<Described['results'][number] | undefined> =>
      (await rig.ask<Described>(handler, version, { resources: [{ resourceType, resourceName, configurationKeys }] }))
        .results[0];
    const all = await ask(2, 'orders', null);
    expect(all?.configs.length).toBeGreaterThan(10);
    expect((await ask(2, 'orders', []))?.configs.length).toBe(all?.configs.length);
    expect((await ask(2, 'orders', ['retention.ms', 'no.such']))?.configs).toMatchObject([
      { name: 'retention.ms', value: '77', configSource: 1 },
    ]);
    expect((await ask(2, 'nothing', null))?.errorCode).toBe(3);
    expect((await ask(2, 'a b', null))?.errorCode).toBe(17);
    expect((await ask(4, '1', null))?.errorCode).toBe(0);
    expect((await ask(4, '', null))?.errorCode).toBe(0);
    for (const name of ['9', '-1', 'x', '99999999999']) expect((await ask(4, name, null))?.errorCode, name).toBe(42);
    expect((await ask(77, 'x', null))?.errorCode).toBe(42);
    expect((await ask(32, '', null))?.errorCode).toBe(42);
    expect((await ask(32, 'a group', ['consumer.session.timeout.ms']))?.configs).toMatchObject([
      { name: 'consumer.session.timeout.ms', value: '45000', configSource: 5 },
    ]);
  });
});

describe('ListConfigResources', () => {
  it('lists topics, brokers, and groups that have a config; in version 0 client metrics, of which there are none', async () => {
    const rig = new HandlerRig();
    rig.apply({
      kind: 'config-set',
      scope: { kind: 'group', groupId: 'g' },
      key: 'consumer.session.timeout.ms',
      value: '1',
    });
    const handler = listConfigResourcesHandler(rig.broker);
    interface Listed {
      readonly errorCode: number;
      readonly configResources: readonly { readonly resourceName: string; readonly resourceType: number }[];
    }
    const ask = async (version: number, resourceTypes: readonly number[]): Promise<unknown> => {
      const { errorCode, configResources } = await rig.ask<Listed>(
        handler,
        version,
        version === 0 ? {} : { resourceTypes },
      );
      return errorCode === 0 ? configResources.map((each) => `${each.resourceType} ${each.resourceName}`) : errorCode;
    };
    const all = ['2 orders', '2 __consumer_offsets', '4 1', '4 2', '4 3', '32 g'];
    expect(await ask(0, [])).toEqual([]);
    expect(await ask(1, [])).toEqual(all);
    expect(await ask(1, [32, 4, 32])).toEqual(['32 g', '4 1', '4 2', '4 3']);
    expect(await ask(1, [8])).toEqual([]);
    expect(await ask(1, [2, 3])).toBe(35);
  });
});

describe('ApiVersions', () => {
  it('shows what is served, sorted, and Produce from 0 (KAFKA-18659)', async () => {
    const rig = new HandlerRig();
    const handler = apiVersionsHandler([produceHandler(rig.broker)]);
    for (const version of [0, 1, 2, 3, 4]) {
      const named = version >= 3 ? { clientSoftwareName: 'kafka-java', clientSoftwareVersion: '4.3.1' } : {};
      expect(await rig.ask(handler, version, named)).toMatchObject({
        errorCode: 0,
        apiKeys: [
          { apiKey: 0, minVersion: 0, maxVersion: 13 },
          { apiKey: 18, minVersion: 0, maxVersion: 4 },
        ],
      });
    }
  });

  it.each(['', '-x', 'x-', 'a b', 'a\n', 'é', '.', `${'-'.repeat(5000)}`])('software named %j is 42', async (name) => {
    const rig = new HandlerRig();
    const handler = apiVersionsHandler([]);
    expect(await rig.ask(handler, 3, { clientSoftwareName: name, clientSoftwareVersion: '1' })).toMatchObject({
      errorCode: 42,
    });
    expect(await rig.ask(handler, 3, { clientSoftwareName: 'x', clientSoftwareVersion: name })).toMatchObject({
      errorCode: 42,
    });
  });
});

it('the zero id is no topic', async () => {
  const { ask } = metadata();
  expect((await ask(12, { topics: [{ name: null, topicId: ZERO_UUID }] })).topics[0]?.errorCode).toBe(100);
});
