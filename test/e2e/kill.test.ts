/**
 * kill -9 of real processes under a producer with acks=all: nothing acknowledged is missing, order holds, an idempotent
 * producer leaves no duplicates.
 */
import { describe, expect, it } from 'vitest';
import { complaints, NumberedProducer } from './numbered-producer.ts';
import { withCluster } from './real-cluster.ts';
import type { RealCluster } from './real-cluster.ts';
import { controllerOf, createTopic, inSync, leaderOf, readAll } from './stock-client.ts';

const TOPIC = 'numbers';
const PARTITIONS = 3;

/** Produces while `hurt` does its work, until all goes on again, and checks what was kept. */
async function produceThrough(
  cluster: RealCluster,
  idempotent: boolean,
  hurt: (producer: NumberedProducer) => Promise<void>,
): Promise<void> {
  const { brokers } = cluster;
  await createTopic(brokers, TOPIC, PARTITIONS);
  const producer = new NumberedProducer(brokers, TOPIC, PARTITIONS, idempotent);
  await producer.start();
  try {
    await producer.progress(20);
    await hurt(producer);
    await producer.progress(20);
  } finally {
    await producer.stop();
  }
  expect(producer.total).toBeGreaterThan(100);
  const records = await readAll(brokers, TOPIC);
  expect(complaints(records, producer.acknowledged, idempotent)).toEqual([]);
}

describe.each([{ idempotent: true }, { idempotent: false }])(
  'kill -9 under acks=all, idempotent: $idempotent',
  ({ idempotent }) => {
    it('the leader, twice, each time back in the ISR: nothing acknowledged is lost', async () => {
      await withCluster({}, (cluster) =>
        produceThrough(cluster, idempotent, async (producer) => {
          for (let round = 0; round < 2; round += 1) {
            const leader = await leaderOf(cluster.brokers, TOPIC, 0);
            await cluster.kill(leader);
            await producer.progress(20);
            await cluster.restart(leader);
            await inSync(cluster.brokers, TOPIC, 3);
          }
        }),
      );
    });

    it('the controller: nothing acknowledged is lost, and there is another controller', async () => {
      await withCluster({}, (cluster) =>
        produceThrough(cluster, idempotent, async (producer) => {
          const controller = await controllerOf(cluster.brokers);
          await cluster.kill(controller);
          await producer.progress(20);
          const survivors = cluster.line.nodes.filter(({ id }) => id !== controller).map(({ kafka }) => kafka);
          expect(await controllerOf(survivors)).not.toBe(controller);
          await cluster.restart(controller);
          await inSync(cluster.brokers, TOPIC, 3);
        }),
      );
    });

    it('all three at once: nothing acknowledged is lost, and the cluster goes on when they are back', async () => {
      await withCluster({}, (cluster) =>
        produceThrough(cluster, idempotent, async () => {
          const ids = cluster.line.nodes.map(({ id }) => id);
          await cluster.kill(...ids);
          await Promise.all(ids.map((id) => cluster.restart(id)));
          await inSync(cluster.brokers, TOPIC, 3);
        }),
      );
    });
  },
);
