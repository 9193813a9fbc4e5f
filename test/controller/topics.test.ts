/** Creating, deleting and growing topics, and changing configs: each item accepted or refused by name. */
import { describe, expect, it } from 'vitest';
import { nodeId } from '../../raft/index.ts';
import { kafkaErrorOf } from '../../src/controller/index.ts';
import type { AlterConfigs, ItemResult, NewTopic } from '../../src/controller/index.ts';
import { Scene, newTopic } from './scene.ts';

function create(scene: Scene, ...topics: readonly NewTopic[]): readonly ItemResult<unknown>[] {
  return scene.run({ kind: 'create-topics', topics, validateOnly: false });
}

const nodes = (...each: readonly number[]): readonly (readonly ReturnType<typeof nodeId>[])[] => [
  each.map((node) => nodeId(node)),
];
function sorted(nodes: readonly (number | null)[]): readonly number[] {
  return nodes.map((node) => node ?? -1).toSorted((a, b) => a - b);
}

const manual = { partitions: null, replicationFactor: null };

describe('creating topics', () => {
  it('spreads replicas and leaders, and tells id, partitions and factor', () => {
    const scene = new Scene().start(1, 2, 3);
    expect(create(scene, newTopic('t', { partitions: 6 }))).toEqual([
      { kind: 'done', value: { topicId: scene.find('t').id, partitions: 6, replicationFactor: 3 } },
    ]);
    const leaders = scene.find('t').partitions.map((partition) => partition.leader);
    expect(sorted(leaders)).toEqual([1, 1, 2, 2, 3, 3]);
    expect(scene.find('t').id).toMatch(/^[\w][\w-]{21}$/);
  });

  it('uses defaults of the cluster, else of the node, where nothing is named', () => {
    const scene = new Scene().start(1, 2, 3);
    create(scene, newTopic('a', manual));
    const changes = [{ key: 'num.partitions', operation: 'set', value: '4' } as const];
    scene.run({
      kind: 'alter-configs',
      resources: [{ resource: { kind: 'broker', node: null }, replaceAll: false, changes }],
      validateOnly: false,
    });
    create(scene, newTopic('b', manual));
    expect([scene.find('a').partitions.length, scene.find('b').partitions.length]).toEqual([1, 4]);
    expect(scene.partition('b').replicas.length).toBe(3);
  });

  it('works while a broker is down: it gets replicas but is not in sync and leads nothing', () => {
    const scene = new Scene().start(1, 2, 3);
    scene.fence(2);
    create(scene, newTopic('t', { partitions: 4 }));
    for (const partition of scene.find('t').partitions) {
      expect(sorted(partition.replicas)).toEqual([1, 2, 3]);
      expect(partition.isr).not.toContain(2);
      expect(partition.replicas[2]).toBe(2);
    }
  });

  it.each<readonly [string, Partial<NewTopic>, number]>([
    ['no partitions', { partitions: 0 }, 37],
    ['too many partitions', { partitions: 10_001 }, 37],
    ['no replicas', { replicationFactor: 0 }, 38],
    ['more replicas than brokers', { replicationFactor: 4 }, 38],
    ['a bad name', { name: 'a/b' }, 17],
    ['a taken name', { name: 'taken.it' }, 36],
    ['a colliding name', { name: 'taken_it' }, 17],
    ['assignments and a factor', { partitions: null, assignments: nodes(1) }, 42],
    ['assignments with a stranger', { ...manual, assignments: nodes(1, 9) }, 39],
    ['assignments with a broker twice', { ...manual, assignments: nodes(1, 1) }, 39],
    ['assignments of different length', { ...manual, assignments: [...nodes(1, 2), ...nodes(1)] }, 39],
    ['assignments without replicas', { ...manual, assignments: nodes() }, 39],
    ['no assignments', { ...manual, assignments: [] }, 37],
    ['an unknown config', { configs: [{ key: 'nothing', value: '1' }] }, 40],
    ['a segment below 1 MiB', { configs: [{ key: 'segment.bytes', value: '1000' }] }, 40],
  ])('with %s is refused', (_, change, code) => {
    const scene = new Scene().start(1, 2, 3);
    create(scene, newTopic('taken.it'));
    const before = scene.image;
    const [result] = create(scene, newTopic('t', change));
    expect(result?.kind === 'refused' ? kafkaErrorOf(result.refusal) : 0).toBe(code);
    expect(scene.image).toBe(before);
  });

  it('takes the good ones of a request and refuses the others, and names that stand twice', () => {
    const scene = new Scene().start(1, 2, 3);
    const results = create(
      scene,
      newTopic('good'),
      newTopic('twice'),
      newTopic('bad', { partitions: -3 }),
      newTopic('twice'),
    );
    expect(results.map((each) => each.kind)).toEqual(['done', 'refused', 'refused', 'refused']);
    expect([...scene.image.topicsByName.keys()]).toEqual(['good']);
  });

  it('only to validate changes nothing', () => {
    const scene = new Scene().start(1, 2, 3);
    expect(scene.run({ kind: 'create-topics', topics: [newTopic('t')], validateOnly: true })).toMatchObject([
      { kind: 'done' },
    ]);
    expect(scene.image.topicsByName.size).toBe(0);
  });

  it('without any serving broker is refused', () => {
    const scene = new Scene();
    scene.register(1, 'life-1');
    expect(create(scene, newTopic('t', { replicationFactor: 1 }))).toMatchObject([
      { refusal: { reason: 'invalid-replication-factor' } },
    ]);
  });
});

describe('deleting topics', () => {
  it('works by name and by id, and tells unknown ones', () => {
    const scene = new Scene().start(1, 2, 3);
    create(scene, newTopic('a'), newTopic('b'));
    const { id } = scene.find('b');
    const topics = [
      { kind: 'name', name: 'a' },
      { kind: 'id', id },
      { kind: 'name', name: 'c' },
      { kind: 'id', id: 'x' },
      { kind: 'name', name: 'a' },
    ] as const;
    const codes = scene
      .run({ kind: 'delete-topics', topics })
      .map((each) => (each.kind === 'refused' ? kafkaErrorOf(each.refusal) : each.value.name));
    expect(codes).toEqual(['a', 'b', 3, 100, 42]);
    expect(scene.image.topicsById.size).toBe(0);
  });
});

describe('adding partitions', () => {
  it('keeps those that are there and spreads the new ones', () => {
    const scene = new Scene().start(1, 2, 3);
    create(scene, newTopic('t', { partitions: 2, replicationFactor: 1 }));
    const before = scene.find('t').partitions;
    scene.run({ kind: 'create-partitions', topics: [{ name: 't', count: 6, assignments: null }], validateOnly: false });
    const after = scene.find('t').partitions;
    expect(after.slice(0, 2)).toEqual(before);
    expect(sorted(after.map((partition) => partition.leader))).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it.each([
    ['an unknown topic', { name: 'x', count: 3, assignments: null }, 3],
    ['no higher total', { name: 't', count: 1, assignments: null }, 37],
    ['assignments for another number', { name: 't', count: 3, assignments: nodes(1, 2, 3) }, 39],
    ['assignments with another factor', { name: 't', count: 2, assignments: nodes(1) }, 39],
  ])('with %s is refused', (_, item, code) => {
    const scene = new Scene().start(1, 2, 3);
    create(scene, newTopic('t'));
    const [result] = scene.run({ kind: 'create-partitions', topics: [item], validateOnly: false });
    expect(result?.kind === 'refused' ? kafkaErrorOf(result.refusal) : 0).toBe(code);
  });
});

describe('changing configs', () => {
  const topic = { kind: 'topic', name: 't' } as const;
  type Change = AlterConfigs['resources'][number]['changes'][number];
  const change = (key: string, operation: Change['operation'], value: string | null): Change => ({
    key,
    operation,
    value,
  });
  const alter = (
    scene: Scene,
    resource: AlterConfigs['resources'][number]['resource'],
    changes: readonly Change[],
    replaceAll = false,
  ): number => {
    const [result] = scene.run({
      kind: 'alter-configs',
      resources: [{ resource, replaceAll, changes }],
      validateOnly: false,
    });
    return result?.kind === 'refused' ? kafkaErrorOf(result.refusal) : 0;
  };
  const world = (): Scene => {
    const scene = new Scene().start(1);
    scene.topic('t', [1], { 'retention.ms': '5' });
    return scene;
  };

  it('sets, removes, appends and subtracts', () => {
    const scene = world();
    alter(scene, topic, [
      change('cleanup.policy', 'append', 'compact'),
      change('retention.ms', 'delete', null),
      change('segment.ms', 'set', '9'),
    ]);
    expect(Object.fromEntries(scene.find('t').configs)).toEqual({
      'cleanup.policy': 'delete,compact',
      'segment.ms': '9',
    });
    alter(scene, topic, [change('cleanup.policy', 'subtract', 'delete')]);
    expect(scene.find('t').configs.get('cleanup.policy')).toBe('compact');
  });

  it('replaces all when asked to, but for what is fixed', () => {
    const scene = new Scene().start(1);
    scene.topic('t', [1], { 'retention.ms': '5', replication: 'quorum' });
    expect(alter(scene, topic, [change('segment.ms', 'set', '9')], true)).toBe(0);
    expect(Object.fromEntries(scene.find('t').configs)).toEqual({ 'segment.ms': '9', replication: 'quorum' });
  });

  it("keeps a group's, whether the group exists or not, until the last one is removed", () => {
    const scene = world();
    const group = { kind: 'group', groupId: 'g' } as const;
    expect(alter(scene, group, [change('consumer.session.timeout.ms', 'set', '60000')])).toBe(0);
    expect(alter(scene, group, [change('consumer.heartbeat.interval.ms', 'set', '5000')])).toBe(0);
    expect(scene.image.groupConfigs.get('g')?.size).toBe(2);
    expect(scene.replayed()).toEqual(scene.image);
    expect(alter(scene, group, [change('consumer.session.timeout.ms', 'delete', null)])).toBe(0);
    expect(alter(scene, group, [], true)).toBe(0);
    expect(scene.image.groupConfigs.size).toBe(0);
  });

  it.each<readonly [string, AlterConfigs['resources'][number]['resource'], Change, number]>([
    ['an unknown topic', { kind: 'topic', name: 'x' }, change('retention.ms', 'set', '1'), 3],
    ['an unknown broker', { kind: 'broker', node: nodeId(8) }, change('auto.create.topics.enable', 'set', 'true'), 102],
    ['an unknown key', topic, change('nothing', 'set', '1'), 40],
    ['a bad value', topic, change('retention.ms', 'set', 'x'), 40],
    ['a list operation on a number', topic, change('retention.ms', 'append', '1'), 40],
    ['no value to set', topic, change('retention.ms', 'set', null), 42],
    ['a list made empty', topic, change('cleanup.policy', 'subtract', 'delete'), 40],
    ['another replication', topic, change('replication', 'set', 'quorum'), 40],
    [
      'an unknown key of a group',
      { kind: 'group', groupId: 'g' },
      change('share.session.timeout.ms', 'set', '45000'),
      40,
    ],
    ['too short a session', { kind: 'group', groupId: 'g' }, change('consumer.session.timeout.ms', 'set', '44999'), 40],
    [
      'too long an interval',
      { kind: 'group', groupId: 'g' },
      change('consumer.heartbeat.interval.ms', 'set', '15001'),
      40,
    ],
    [
      'a cluster default on one broker',
      { kind: 'broker', node: nodeId(1) },
      change('min.insync.replicas', 'set', '1'),
      40,
    ],
  ])('refuses %s', (_, resource, each, code) => {
    const scene = world();
    const before = scene.image;
    expect(alter(scene, resource, [change('segment.ms', 'set', '9'), each].slice(resource === topic ? 0 : 1))).toBe(
      code,
    );
    expect(scene.image).toBe(before);
  });
});
