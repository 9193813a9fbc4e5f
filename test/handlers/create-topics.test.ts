/** CreateTopics: what a client is told of the topic that it made, in each version, as Kafka tells it. */
import { describe, expect, it } from 'vitest';
import { createTopicsHandler } from '../../src/handlers/index.ts';
import type { CommandPort } from '../../src/handlers/index.ts';
import { HandlerRig, topicIdOf } from './handler-rig.ts';

interface Created {
  readonly name: string;
  readonly errorCode: number;
  readonly numPartitions: number;
  readonly replicationFactor: number;
  readonly configs:
    | readonly {
        readonly name: string;
        readonly value: string | null;
        readonly readOnly: boolean;
        readonly configSource: number;
        readonly isSensitive: boolean;
      }[]
    | null;
}

/** Makes `made`, refuses all else. */
function controller(made: string): CommandPort {
  const submit: unknown = (command: { readonly topics: readonly { readonly name: string }[] }) =>
    Promise.resolve({
      kind: 'answer',
      answer: command.topics.map(({ name }) =>
        name === made
          ? { kind: 'done', value: { topicId: topicIdOf(7), partitions: 4, replicationFactor: 3 } }
          : { kind: 'refused', refusal: { reason: 'topic-already-exists', message: 'it is there' } },
      ),
    });
  return { submit } as CommandPort;
}

async function create(version: number, more: object = {}): Promise<readonly Created[]> {
  const rig = new HandlerRig();
  await rig.host(1, 0);
  const handler = createTopicsHandler({
    commands: controller('fresh'),
    untilApplied: () => Promise.resolve(true),
    image: rig.broker.image,
    computed: new Map([['flush', 'always']]),
  });
  const configs = [
    { name: 'retention.ms', value: '60000' },
    { name: 'cleanup.policy', value: 'compact' },
  ];
  const base = { numPartitions: -1, replicationFactor: -1, assignments: [] };
  const answer = await rig.ask<{ topics: readonly Created[] }>(handler, version, {
    topics: [
      { name: 'fresh', ...base, configs },
      { name: 'old', ...base, configs: [] },
    ],
    timeoutMs: 1000,
    validateOnly: false,
    ...more,
  });
  return answer.topics;
}

describe('CreateTopics', () => {
  it.each([5, 6, 7])(
    'version %i tells partitions, replicas and every config that is in force, with its source',
    async (version) => {
      const [fresh, old] = await create(version);
      expect(fresh).toMatchObject({ name: 'fresh', errorCode: 0, numPartitions: 4, replicationFactor: 3 });
      const of = (name: string) => fresh?.configs?.find((config) => config.name === name);
      expect(of('retention.ms')).toEqual({
        name: 'retention.ms',
        value: '60000',
        readOnly: false,
        configSource: 1,
        isSensitive: false,
      });
      expect(of('cleanup.policy')).toMatchObject({ value: 'compact', configSource: 1 });
      expect(of('compression.type')).toMatchObject({ value: 'producer', configSource: 5 });
      expect(of('min.insync.replicas')).toMatchObject({ value: '2', configSource: 5 });
      expect(of('flush')).toMatchObject({ value: 'always', configSource: 5 });
      expect(fresh?.configs?.length).toBeGreaterThan(20);
      expect(old).toMatchObject({ errorCode: 36, numPartitions: -1, replicationFactor: -1, configs: null });
    },
  );

  it('tells the same when it is only asked whether it could be', async () => {
    const [told] = await create(7, { validateOnly: true });
    const [made] = await create(7);
    expect(told).toEqual(made);
  });

  it.each([2, 3, 4])('version %i has no room for that', async (version) => {
    const [fresh, old] = await create(version);
    expect(fresh).toMatchObject({ name: 'fresh', errorCode: 0 });
    expect(old).toMatchObject({ errorCode: 36 });
  });
});
