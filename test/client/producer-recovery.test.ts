/** The producer against a broker that answers as a test says, on the simulated network. */
import { expect, it } from 'vitest';
import { World } from '../../chaos/sim/index.ts';
import { KafkaClient, Producer } from '../../src/client/index.ts';
import { apiVersionsHandler } from '../../src/handlers/index.ts';
import { apiHandler, KafkaServer, respond } from '../../src/server/index.ts';
import { API_TABLE, errorCode } from '../../src/wire/index.ts';

/** Answers produce request number `index` (from 0), after so many milliseconds. */
type Script = (index: number) => { readonly errorCode: number; readonly after: number };

async function broker(world: World, script: Script): Promise<void> {
  const ports = world.machine('broker').ports();
  let produced = 0;
  const metadata = apiHandler(API_TABLE.metadata, () => {
    const partition = {
      errorCode: 0,
      partitionIndex: 0,
      leaderId: 1,
      leaderEpoch: 1,
      replicaNodes: [1],
      isrNodes: [1],
      offlineReplicas: [],
    };
    const topic = {
      errorCode: 0,
      name: 't',
      topicId: 'AAAAAAAAAAAAAAAAAAAAAQ',
      isInternal: false,
      partitions: [partition],
    };
    return respond({
      brokers: [{ nodeId: 1, host: 'broker', port: 9092, rack: null }],
      clusterId: 'c',
      controllerId: 1,
      topics: [topic],
    });
  });
  const produce = apiHandler(
    API_TABLE.produce,
    async () => {
      const index = produced;
      produced += 1;
      const answer = script(index);
      await new Promise<void>((resolve) => world.after(answer.after, resolve));
      const partition = { index: 0, errorCode: answer.errorCode, baseOffset: answer.errorCode === 0 ? index : -1 };
      return respond({ responses: [{ name: 't', partitionResponses: [partition] }] });
    },
    { pipelined: true },
  );
  const handlers = [metadata, produce];
  const limits = {
    requestBytesMax: 1 << 20,
    connectionsMax: 10,
    connectionsPerAddressMax: 100,
    responseBytesMax: 100 << 20,
    pendingRequestsMax: 64,
    pendingBytesMax: 1 << 20,
    unsentBytesMax: 1 << 20,
    requestMs: 30_000,
    idleMs: 600_000,
  };
  const { network, clock, log: sink } = ports;
  const server = new KafkaServer({
    network,
    clock,
    sink,
    host: 'broker',
    port: 9092,
    handlers: [...handlers, apiVersionsHandler(handlers)],
    limits,
  });
  await server.start();
}

it('goes on after a batch that has to be sent again while a younger one on its way is acknowledged', async () => {
  const world = new World({ seed: 1 });
  // The first is refused at once, the second was appended and is acknowledged later.
  await world.complete(
    broker(world, (index) =>
      index === 0 ? { errorCode: errorCode('NOT_ENOUGH_REPLICAS'), after: 5 } : { errorCode: 0, after: 20 },
    ),
  );
  const client = new KafkaClient(world.machine('client').ports(), {
    bootstrap: [{ host: 'broker', port: 9092 }],
    clientId: 'test',
  });
  const producer = new Producer(client, { acks: 'all', idempotent: false, deliveryTimeoutMs: 10_000 });
  await world.complete(client.refresh(['t']));
  const told: string[] = [];
  const send = (value: string): void =>
    producer.push({ topic: 't', partition: 0, key: null, value: Buffer.from(value) }, (result) =>
      told.push(`${value} ${result instanceof Error ? result.message : 'acknowledged'}`),
    );
  send('first');
  await world.runFor(1);
  send('second');
  await world.runFor(5000);
  expect(told).toEqual(['second acknowledged', 'first acknowledged']);
});
