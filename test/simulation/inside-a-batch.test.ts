/** Logs that begin inside a batch (DeleteRecords): replicas that are made anew are filled with that whole batch, and keep it. */
import { expect, it } from 'vitest';
import { readWholeLog } from '../../chaos/checkers/index.ts';
import type { Stage } from '../../chaos/workload/index.ts';
import { Producer } from '../../src/client/index.ts';
import { API_TABLE } from '../../src/wire/index.ts';
import { untilFull } from './damage.ts';
import { tell } from './story.ts';

/** Ten records in one batch, twice. */
async function writeTwoBatches({ cluster, history }: Stage): Promise<void> {
  const producer = new Producer(cluster.client('batches'), { acks: 'all' });
  for (const batch of ['one', 'two']) {
    const ids = Array.from({ length: 10 }, (_, number) => `${batch}-${number}`);
    const sent = ids.map((id, number) => {
      const sentAt = cluster.world.now();
      history.add({ id, topic: 't', partition: 0, writer: 'batches', number, sentAt, kept: false, once: false });
      return producer.send({ topic: 't', partition: 0, key: null, value: Buffer.from(id) });
    });
    await cluster.wait(Promise.all(sent));
  }
}

async function deleteBelow({ cluster }: Stage, offset: number): Promise<void> {
  const client = cluster.client('deleter');
  await cluster.wait(client.refresh(['t']));
  const topics = [{ name: 't', partitions: [{ partitionIndex: 0, offset }] }];
  const leader = cluster.leader('t', 0) ?? 0;
  await cluster.wait(client.on(leader, API_TABLE.deleteRecords.schema, { topics, timeoutMs: 5000 }));
}

async function batchesOf({ cluster }: Stage, node: number): Promise<readonly string[]> {
  const replica = cluster.replica(node, 't', 0)?.replica;
  if (replica === undefined) return [];
  const { batches } = await cluster.wait(readWholeLog(replica));
  return batches.map(({ base, end }) => `${base}..${end}`);
}

it.each(['always', 'os'])('with flush=%s', async (flush) => {
  await tell({ nodes: 4, voters: 3, settings: [`flush=${flush}`] }, async (stage) => {
    const { cluster } = stage;
    // The one that is made anew is no voter, and would lead before all others.
    const [anew, other, away] = [4, 1, 2];
    await stage.topic('t', { assignments: [[anew, other, away]] });
    await writeTwoBatches(stage);
    await deleteBelow(stage, 7);
    cluster.kill(anew);
    cluster.machine(anew).wipe();
    cluster.startDead();
    await cluster.untilReady();
    await untilFull(stage);
    expect(cluster.replica(anew, 't', 0)?.logStart).toBe(7);
    const batches = await batchesOf(stage, other);
    expect(batches).toEqual(['0..10', '10..20']);
    expect(await batchesOf(stage, anew)).toEqual(batches);
    await cluster.run(1000);
    // With what the journal and the files say: it may lead at once, and what it holds is all there is.
    for (const node of cluster.numbers()) cluster.kill(node);
    for (const node of [anew, other, 3]) cluster.launch(node);
    await cluster.until(() => cluster.leader('t', 0) === anew, 20_000, 'it leads');
    await cluster.until(() => cluster.replica(anew, 't', 0)?.highWatermark === 20, 20_000, 'it has all');
    expect(await batchesOf(stage, anew)).toEqual(batches);
    cluster.startDead();
    await untilFull(stage);
    // With what a checkpoint says.
    await cluster.wait(cluster.stop(anew));
    cluster.startDead();
    await cluster.untilReady();
    await untilFull(stage);
    expect(await batchesOf(stage, anew)).toEqual(batches);
    expect(cluster.replica(anew, 't', 0)?.failed).toBeNull();
    await stage.end();
  });
});
