/**
 * A test of your own against a three-node cluster in this process, under virtual time: the leader is killed while you write,
 * and nothing that was acknowledged is missing. Runs in about a second, whatever the virtual time.
 *
 *   npm run build && node examples/virtual-cluster.mjs [seed]
 */
import assert from 'node:assert/strict';
import { startCluster } from 'flotilla/testing';

const cluster = await startCluster({ nodes: 3, clock: 'virtual', seed: process.argv[2] ?? 42 });
await cluster.createTopic('orders', 1);

const producer = cluster.producer({ acks: 'all' });
const acknowledged = [];
const send = (number) =>
  producer
    .send({ topic: 'orders', partition: 0, key: null, value: Buffer.from(`order ${number}`) })
    .then(({ offset }) => acknowledged.push([offset, `order ${number}`]));

await cluster.until(Promise.all([1, 2, 3].map(send)));
const leader = cluster.leader('orders', 0);
cluster.kill(leader);
const killedAt = cluster.now();
await cluster.until(Promise.all([4, 5, 6].map(send)));
console.log(
  `node ${leader} was killed; the next records were acknowledged ${(cluster.now() - killedAt).toFixed(0)} virtual ms later`,
);
await cluster.start(leader);

const consumer = cluster.consumer({ assignments: [{ topic: 'orders', partition: 0, from: 'earliest' }] });
const found = new Map();
while (found.size < acknowledged.length) {
  for (const { records } of await cluster.until(consumer.poll())) {
    for (const { offset, value } of records) found.set(offset, value.toString());
  }
}
for (const [offset, value] of acknowledged) assert.equal(found.get(offset), value);
console.log(`all ${acknowledged.length} acknowledged records are there; run ${cluster.hash()}`);
cluster.close();
