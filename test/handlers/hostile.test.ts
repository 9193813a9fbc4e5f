/**
 * No request that the codec lets through may throw in a handler (a throw there ends the node), nor make an answer that
 * does not fit the wire: every golden request of the served APIs, extremes included, and requests made up here.
 */
import { describe, expect, it } from 'vitest';
import { incarnation, nodeId, seededRandom } from '../../raft/index.ts';
import {
  alterConfigsHandler,
  createPartitionsHandler,
  createTopicsHandler,
  deleteRecordsHandler,
  deleteTopicsHandler,
  describeClusterHandler,
  describeConfigsHandler,
  describeProducersHandler,
  describeTopicPartitionsHandler,
  electLeadersHandler,
  fetchHandler,
  FetchSessions,
  incrementalAlterConfigsHandler,
  initProducerIdHandler,
  listOffsetsHandler,
  metadataHandler,
  offsetForLeaderEpochHandler,
  ProducerIds,
  produceHandler,
  transactionHandlers,
  writeTxnMarkersHandler,
} from '../../src/handlers/index.ts';
import type { CommandPort } from '../../src/handlers/index.ts';
import type { ApiHandler } from '../../src/server/index.ts';
import { responseFrame, WireCodec } from '../../src/wire/index.ts';
import { emptyImage } from '../../src/metadata/index.ts';
import { fixtureLines } from '../wire/fixture.ts';
import { HandlerRig } from './handler-rig.ts';
import { noTransactions } from './no-transactions.ts';

interface Golden {
  readonly key: number;
  readonly version: number;
  readonly sample: string;
  readonly hex: string;
}

/** What admin handlers need besides a controller. */
const NO_IMAGE = {
  image: emptyImage,
  computed: new Map([['flush', 'always']]),
  untilApplied: () => Promise.resolve(true),
};

/** A controller that refuses every item of every command. */
const refusing: CommandPort = {
  submit: (command) => {
    const items: Readonly<Record<string, number>> = {
      'create-topics': 'topics' in command ? command.topics.length : 0,
      'delete-topics': 'topics' in command ? command.topics.length : 0,
      'create-partitions': 'topics' in command ? command.topics.length : 0,
      'alter-configs': 'resources' in command ? command.resources.length : 0,
      'elect-leaders': 0,
    };
    const refused = { kind: 'refused', refusal: { reason: 'invalid-request', message: 'refused by the test' } };
    const answer =
      command.kind === 'allocate-producer-ids'
        ? refused
        : Array.from({ length: items[command.kind] ?? 0 }, () => refused);
    return Promise.resolve({ kind: 'answer', answer } as never);
  },
};

function allHandlers(rig: HandlerRig, commands: CommandPort): readonly ApiHandler[] {
  const { broker } = rig;
  const admin = { commands, ...NO_IMAGE };
  const self = nodeId(1);
  return [
    produceHandler(broker),
    fetchHandler(broker, new FetchSessions(10, seededRandom('hostile')), {
      fetchBytesMax: 1 << 20,
      bytesLeft: () => 1000,
    }),
    listOffsetsHandler(broker),
    describeProducersHandler(broker),
    writeTxnMarkersHandler(broker, { onOffsetsMarker: () => undefined }),
    metadataHandler(broker, { autoCreateTopics: () => true, createTopics: () => undefined, controller: () => self }),
    offsetForLeaderEpochHandler(broker),
    initProducerIdHandler(new ProducerIds({ self, incarnation: incarnation('life-1-1'), commands }), noTransactions()),
    ...transactionHandlers(noTransactions(), noTransactions().topic, { compile: () => Promise.resolve(null) }),
    createTopicsHandler(admin),
    deleteTopicsHandler(admin),
    createPartitionsHandler(admin),
    deleteRecordsHandler(broker),
    describeConfigsHandler(broker, new Map([['flush', 'always']])),
    alterConfigsHandler(commands),
    incrementalAlterConfigsHandler(commands),
    electLeadersHandler(commands),
    describeClusterHandler(broker, () => self),
    describeTopicPartitionsHandler(broker),
  ];
}

const golden = fixtureLines('requests').map((line) => {
  const [, key, version, sample, hex] =
    /"key":(\d+).*?"version":(\d+).*?"sample":"(\w+)".*"hex":"([0-9a-f]*)"/.exec(line) ?? [];
  return { key: Number(key), version: Number(version), sample: sample ?? '', hex: hex ?? '' } satisfies Golden;
});

describe('golden requests', () => {
  const commandsNone: CommandPort = { submit: () => Promise.resolve({ kind: 'unknown', reason: 'timeout' } as never) };
  const ports = [
    ['refuses everything', refusing],
    ['cannot be reached', commandsNone],
  ] as const;

  it.each(ports)('are all answered, while the controller %s', async (_, commands) => {
    const rig = new HandlerRig();
    await rig.host(1, 0);
    const codec = new WireCodec();
    const handlers = new Map(allHandlers(rig, commands).map((handler) => [handler.api.schema.key, handler]));
    let answered = 0;
    for (const { key, version, sample, hex } of golden) {
      const handler = handlers.get(key);
      if (handler === undefined) continue;
      const { schema, accepted } = handler.api;
      if (version < accepted[0] || version > accepted[1]) continue;
      const request: unknown = codec.decodeRequest(schema, version, Buffer.from(hex, 'hex'));
      const done = { result: null as unknown };
      const result = handler.handle(request, rig.context(version));
      if (result instanceof Promise) void result.then((settled) => (done.result = settled));
      else done.result = result;
      await rig.clock.advance(1);
      rig.disconnect();
      if (done.result === null) await rig.clock.advance(2 ** 31);
      const settled = done.result as { kind: string; body?: unknown } | null;
      expect(settled, `${schema.name} v${version} ${sample}`).not.toBeNull();
      if (settled?.kind === 'response') responseFrame(codec, schema, version, 1, settled.body as never);
      answered += 1;
    }
    expect(answered).toBeGreaterThan(250);
  });
});

describe('requests that once killed a node', () => {
  const ask = async (
    handler: (rig: HandlerRig) => ApiHandler,
    version: number,
    body: object,
  ): Promise<Readonly<Record<string, unknown>>> => {
    const rig = new HandlerRig();
    return rig.ask(handler(rig), version, body);
  };
  const admin = { commands: refusing, ...NO_IMAGE };

  it('assignments to a negative broker id are invalid assignments', async () => {
    const assignments = [{ partitionIndex: 0, brokerIds: [1, -1] }];
    const topics = [{ name: 'x', numPartitions: -1, replicationFactor: -1, assignments, configs: [] }];
    expect(await ask(() => createTopicsHandler(admin), 5, { topics, timeoutMs: 1, validateOnly: false })).toMatchObject(
      { topics: [{ name: 'x', errorCode: 39 }] },
    );
    const grown = [{ name: 'x', count: 2, assignments: [{ brokerIds: [-5] }] }];
    expect(
      await ask(() => createPartitionsHandler(admin), 1, { topics: grown, timeoutMs: 1, validateOnly: false }),
    ).toMatchObject({ results: [{ name: 'x', errorCode: 39 }] });
  });

  it('items that cannot be asked of the controller do not shift the answers of the others', async () => {
    const rig = new HandlerRig();
    const commands: CommandPort = {
      submit: (command) => {
        if (command.kind !== 'create-topics') throw new Error(command.kind);
        const value = ({ name }: { name: string }): object => ({
          topicId: Buffer.alloc(16, name.charCodeAt(0)).toString('base64url'),
          partitions: name.length,
          replicationFactor: 1,
        });
        return Promise.resolve({
          kind: 'answer',
          answer: command.topics.map((topic) => ({ kind: 'done', value: value(topic) })),
        } as never);
      },
    };
    const topic = (name: string, some: object = {}): object => ({
      name,
      numPartitions: 1,
      replicationFactor: 1,
      assignments: [],
      configs: [],
      ...some,
    });
    const topics = [
      topic('a'),
      topic('twice'),
      topic('__consumer_offsets'),
      topic('bb', { configs: [{ name: 'x', value: null }] }),
      topic('ccc'),
      topic('twice'),
      topic(''),
    ];
    const answer = await rig.ask<{ topics: readonly { name: string; errorCode: number; numPartitions: number }[] }>(
      createTopicsHandler({ commands, ...NO_IMAGE }),
      5,
      { topics, timeoutMs: 1, validateOnly: false },
    );
    expect(answer.topics.map(({ name, errorCode, numPartitions }) => [name, errorCode, numPartitions])).toEqual([
      ['a', 0, 1],
      ['twice', 42, -1],
      ['__consumer_offsets', 17, -1],
      ['bb', 40, -1],
      ['ccc', 0, 3],
      ['twice', 42, -1],
      ['', 0, 0],
    ]);
  });
});
