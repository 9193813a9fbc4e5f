/** What Kafka's tools ask of any node: the metadata quorum (asked of the leader behind the scenes), and the directories. */
import { expect, it } from 'vitest';
import { present } from '../../raft/index.ts';
import { startCluster } from '../../chaos/testing.ts';
import type { TestCluster } from '../../chaos/testing.ts';
import { API_TABLE } from '../../src/wire/index.ts';

async function answerOf<T>(cluster: TestCluster, asked: Promise<T>): Promise<T> {
  return present(await cluster.until(asked), 'an answer') as T;
}

it('every node says who leads the metadata group, and how far each voter is', async () => {
  const cluster = await startCluster({ nodes: 3, clock: 'virtual', seed: 'quorum' });
  await cluster.createTopic('orders', 3);
  const client = cluster.client();
  await cluster.until(client.refresh(null));
  const request = {
    topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }] }],
  };
  for (const node of [1, 2, 3]) {
    const answer = await answerOf(cluster, client.on(node, API_TABLE.describeQuorum.schema, request));
    const [known, unknown] = answer.topics[0]?.partitions ?? [];
    expect(known).toMatchObject({ errorCode: 0, leaderId: cluster.controller(), leaderEpoch: 1 });
    expect(known?.currentVoters.map(({ replicaId }) => replicaId).sort((a, b) => a - b)).toEqual([1, 2, 3]);
    expect(new Set(known?.currentVoters.map(({ replicaDirectoryId }) => replicaDirectoryId)).size).toBe(3);
    const end = known?.currentVoters.find(({ replicaId }) => replicaId === cluster.controller())?.logEndOffset ?? 0;
    expect(end).toBeGreaterThan(0);
    expect(known?.highWatermark).toBeLessThanOrEqual(end);
    expect(unknown).toMatchObject({ errorCode: 3, leaderId: -1, currentVoters: [] });
    expect(answer.nodes.map(({ nodeId }) => nodeId).sort((a, b) => a - b)).toEqual([1, 2, 3]);
  }
});

it('without a leader of the metadata group nobody knows', async () => {
  const cluster = await startCluster({ nodes: 3, clock: 'virtual', seed: 'nobody' });
  const client = cluster.client();
  await cluster.until(client.refresh(null));
  const controller = cluster.controller() ?? 1;
  const [left = 1, other = 1] = [1, 2, 3].filter((node) => node !== controller);
  cluster.kill(controller);
  cluster.kill(other);
  const request = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] };
  const answer = await answerOf(cluster, client.on(left, API_TABLE.describeQuorum.schema, request));
  expect(answer).toMatchObject({ errorCode: 15, topics: [] });
});

it('a node says what each of its replicas takes, and what the disk holds', async () => {
  const cluster = await startCluster({ nodes: 3, clock: 'virtual', seed: 'directories' });
  await cluster.createTopic('orders', 3);
  const producer = cluster.producer();
  await cluster.until(producer.send({ topic: 'orders', partition: 1, key: null, value: Buffer.alloc(5000) }));
  const client = cluster.client();
  await cluster.until(client.refresh(null));
  const ask = (topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[] | null) =>
    answerOf(cluster, client.on(1, API_TABLE.describeLogDirs.schema, { topics }));
  const [all] = (await ask(null)).results;
  expect(all).toMatchObject({ errorCode: 0, logDir: '/data', topics: [{ name: 'orders' }] });
  expect(all?.totalBytes).toBeGreaterThanOrEqual(all?.usableBytes ?? Infinity);
  const [one] = (await ask([{ topic: 'orders', partitions: [1] }])).results;
  expect(one?.topics[0]?.partitions).toMatchObject([{ partitionIndex: 1, offsetLag: 0, isFutureKey: false }]);
  expect(one?.topics[0]?.partitions[0]?.partitionSize).toBeGreaterThan(5000);
  const [none] = (await ask([])).results;
  expect(none?.topics).toEqual([]);
});
