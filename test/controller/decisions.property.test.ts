/**
 * Random histories of brokers, topics, ISR changes and configs, checked after every command:
 *   - the invariants of the image (P8 and more) hold;
 *   - terms and versions only rise, and no leader changes without its term;
 *   - a member joins the ISR only by its leader's proposal or by an election that says so; nobody lossy becomes eligible;
 *   - replay from empty, and from a snapshot, equals the live image (R6, R10).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeId, offset, term } from '../../raft/index.ts';
import type { Command, FoundReplica, IsrProposal } from '../../src/controller/index.ts';
import { decodeImage, decodeRecord, encodeImage, encodeRecord, minInsyncReplicas } from '../../src/metadata/index.ts';
import type { MetadataImage, Partition } from '../../src/metadata/index.ts';
import { Scene, brokenInvariant, newTopic } from './scene.ts';

const NODES = [1, 2, 3, 4];
const node = fc.constantFrom(...NODES);
const pick = fc.nat({ max: 1000 });

type Act =
  | { readonly kind: 'restart'; readonly node: number; readonly lossy: number; readonly foreign: boolean }
  | { readonly kind: 'beat' | 'leave' | 'fence' | 'unregister'; readonly node: number }
  | {
      readonly kind: 'create';
      readonly name: number;
      readonly partitions: number;
      readonly factor: number;
      readonly config: number;
    }
  | { readonly kind: 'delete' | 'grow'; readonly name: number }
  | {
      readonly kind: 'isr';
      readonly at: number;
      readonly members: readonly number[];
      readonly stale: number;
      readonly expel: boolean;
    }
  | { readonly kind: 'min'; readonly name: number; readonly value: number }
  | { readonly kind: 'unclean'; readonly on: boolean }
  | { readonly kind: 'fail'; readonly node: number; readonly at: number; readonly late: boolean }
  | { readonly kind: 'elect'; readonly how: 'preferred' | 'unclean' | 'balance' | 'lossy' };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('restart' as const), node, lossy: pick, foreign: fc.boolean() }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('beat' as const), node }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('leave' as const, 'fence' as const, 'fence' as const, 'unregister' as const),
      node,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      name: fc.nat({ max: 3 }),
      partitions: fc.integer({ min: 1, max: 3 }),
      factor: fc.integer({ min: 1, max: 4 }),
      config: fc.nat({ max: 5 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('delete' as const, 'grow' as const), name: fc.nat({ max: 3 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('isr' as const),
      at: pick,
      members: fc.subarray(NODES),
      stale: fc.nat({ max: 9 }),
      expel: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('min' as const),
      name: fc.nat({ max: 3 }),
      value: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fail' as const), node, at: pick, late: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unclean' as const), on: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('elect' as const),
      how: fc.constantFrom('preferred' as const, 'unclean' as const, 'balance' as const, 'lossy' as const),
    }),
  },
);

const CONFIGS: readonly Readonly<Record<string, string>>[] = [
  {},
  {},
  { 'min.insync.replicas': '2' },
  { 'min.insync.replicas': '3', flush: 'os' },
  { flush: 'interval' },
  { replication: 'quorum' },
];

function partitions(image: MetadataImage): readonly Partition[] {
  return [...image.topicsById.values()].flatMap((topic) => topic.partitions);
}

class History {
  readonly scene = new Scene({ seed: 'history', flush: 'os' });
  #lives = 0;

  perform(each: Act): void {
    const { scene } = this;
    const name = 'name' in each ? `topic-${each.name}` : '';
    switch (each.kind) {
      case 'restart':
        this.#lives += 1;
        return scene.register(
          each.node,
          `life-${each.node}-${this.#lives}`,
          this.#found(each.node, each.lossy),
          each.foreign ? { knownIncarnations: [] } : {},
        );
      case 'beat':
      case 'leave':
        if (scene.image.brokers.has(nodeId(each.node)))
          scene.heartbeat(each.node, { wantsShutdown: each.kind === 'leave' });
        return;
      case 'fence':
        if (scene.image.brokers.has(nodeId(each.node))) scene.fence(each.node);
        return;
      case 'unregister':
        scene.run({ kind: 'unregister-broker', node: nodeId(each.node) });
        return;
      case 'create': {
        const configs = Object.entries(CONFIGS[each.config] ?? {}).map(([key, value]) => ({ key, value }));
        const topic = newTopic(name, { partitions: each.partitions, replicationFactor: each.factor, configs });
        scene.run({ kind: 'create-topics', topics: [topic], validateOnly: false });
        return;
      }
      case 'delete':
        scene.run({ kind: 'delete-topics', topics: [{ kind: 'name', name }] });
        return;
      case 'grow':
        scene.run({ kind: 'create-partitions', topics: [{ name, count: 3, assignments: null }], validateOnly: false });
        return;
      case 'isr':
        return this.#propose(each);
      case 'fail':
        return this.#fail(each);
      case 'min':
        return this.#configure({ kind: 'topic', name }, 'min.insync.replicas', String(each.value));
      case 'unclean':
        return this.#configure({ kind: 'broker', node: null }, 'unclean.leader.election.enable', String(each.on));
      case 'elect':
        return this.#elect(each.how);
    }
  }

  #found(owner: number, bits: number): readonly FoundReplica[] {
    return partitions(this.scene.image)
      .filter((partition) => partition.replicas.includes(nodeId(owner)))
      .map((partition, index) => ({
        topicId: partition.topicId,
        partition: partition.index,
        lastTerm: term(partition.leaderTerm),
        end: offset(bits + index),
        lossy: ((bits >> (index % 8)) & 1) === 1,
        failed: ((bits >> (index % 8)) & 9) === 9,
      }));
  }

  /** A log fails while its node runs; or an old report of that arrives. */
  #fail(each: Extract<Act, { readonly kind: 'fail' }>): void {
    const { image } = this.scene;
    const life = image.brokers.get(nodeId(each.node));
    const hosted = partitions(image).filter((partition) => partition.replicas.includes(nodeId(each.node)));
    const partition = hosted[each.at % Math.max(1, hosted.length)];
    if (life === undefined || partition === undefined) return;
    const { topicId, index, version, leaderTerm, replication } = partition;
    const { node, incarnation } = life;
    const replicas = [{ topicId, partition: index, version: version - (each.late ? 1 : 0) }];
    const [answer] = this.scene.run({ kind: 'report-failed-replicas', node, incarnation, replicas });
    const after = this.scene.image.topicsById.get(topicId)?.partitions[index];
    expect(answer?.kind).toBe(each.late ? 'refused' : 'done');
    if (each.late || replication === 'quorum') return;
    expect(after?.leaderTerm).toBe(leaderTerm + 1);
    expect([after?.leader, ...(after?.isr ?? []), ...(after?.elr ?? [])]).not.toContain(node);
  }

  #propose(each: Extract<Act, { readonly kind: 'isr' }>): void {
    const { image } = this.scene;
    const led = partitions(image).filter((partition) => partition.leader !== null && partition.replication === 'isr');
    const partition = led[each.at % Math.max(1, led.length)];
    if (partition === undefined || partition.leader === null || partition.leaderIncarnation === null) return;
    const { topicId, index, leader, leaderTerm, leaderIncarnation, version } = partition;
    const members = [...new Set([leader, ...each.members.map((member) => nodeId(member))])].filter((member) =>
      partition.replicas.includes(member),
    );
    const expelled = each.expel ? partition.replicas.filter((member) => !members.includes(member)) : [];
    const isr = members.map((member) => ({
      node: member,
      incarnation: image.brokers.get(member)?.incarnation ?? null,
    }));
    const proposal: IsrProposal = {
      topicId,
      partition: index,
      leaderTerm,
      version: each.stale === 0 ? version + 1 : version,
      isr,
      expelled,
    };
    this.scene.run({ kind: 'alter-partition', node: leader, incarnation: leaderIncarnation, proposals: [proposal] });
  }

  #configure(
    resource: Extract<Command, { kind: 'alter-configs' }>['resources'][number]['resource'],
    key: string,
    value: string,
  ): void {
    const changes = [{ key, operation: 'set', value } as const];
    this.scene.run({
      kind: 'alter-configs',
      resources: [{ resource, replaceAll: false, changes }],
      validateOnly: false,
    });
  }

  #elect(how: Extract<Act, { readonly kind: 'elect' }>['how']): void {
    if (how === 'balance') this.scene.run({ kind: 'balance-leaders' });
    else if (how === 'lossy') {
      const all = partitions(this.scene.image).map((each) => ({ topicId: each.topicId, partition: each.index }));
      this.scene.run({ kind: 'elect-lossy', partitions: all });
    } else this.scene.run({ kind: 'elect-leaders', election: how, partitions: null });
  }
}

/** What no step may do to a partition; null when all is well. */
function brokenStep(before: Partition, after: Partition, by: Act['kind']): string | null {
  const leaderMoved = before.leader !== after.leader || before.leaderIncarnation !== after.leaderIncarnation;
  if (after.leaderTerm < before.leaderTerm) return 'the term went back';
  if (after.version < before.version || (after !== before && after.version === before.version))
    return 'a change without a version';
  if (after.replication === 'quorum') return null;
  if (leaderMoved && after.leaderTerm === before.leaderTerm) return 'another leader in the same term';
  const elected = leaderMoved && after.unclean && after.leaderTerm > before.leaderTerm;
  const joined = after.isr.filter((member) => !before.isr.includes(member));
  if (by !== 'isr' && !elected && joined.some((member) => !before.elr.includes(member)))
    return 'somebody joined the ISR without its leader';
  const eligible = after.elr.filter((member) => !before.elr.includes(member) && !before.isr.includes(member));
  return eligible.length === 0 ? null : 'somebody became eligible who was not in sync';
}

function check(history: History, before: MetadataImage, each: Act): void {
  const { image } = history.scene;
  const broken = brokenInvariant(image, (topic, partition) => minInsyncReplicas(image, topic, partition));
  if (broken !== null) expect.fail(`${each.kind}: ${broken}`);
  for (const partition of partitions(image)) {
    const old = before.topicsById.get(partition.topicId)?.partitions[partition.index];
    const wrong = old === undefined ? null : brokenStep(old, partition, each.kind);
    if (wrong !== null) expect.fail(`${each.kind}: ${wrong}`);
  }
}

describe('random histories of the cluster', () => {
  it('keep every invariant, and replay to the live image', () => {
    const reached = { elr: 0, lossy: 0, unclean: 0, leaderless: 0 };
    fc.assert(
      fc.property(fc.array(act, { minLength: 20, maxLength: 120 }), (acts) => {
        const history = new History();
        history.scene.start(...NODES);
        for (const each of acts) {
          const before = history.scene.image;
          history.perform(each);
          check(history, before, each);
          for (const partition of partitions(history.scene.image)) {
            reached.elr += partition.elr.length;
            reached.lossy += partition.lossy.length;
            reached.leaderless += partition.leader === null ? 1 : 0;
          }
        }
        const { image, records } = history.scene;
        reached.unclean += image.uncleanElections;
        expect(history.scene.replayed()).toEqual(image);
        expect(decodeImage(encodeImage(image))).toEqual({ kind: 'image', image });
        for (const record of records) expect(decodeRecord(encodeRecord(record))).toEqual({ kind: 'record', record });
      }),
      { seed: 3, numRuns: 120 },
    );
    for (const times of Object.values(reached)) expect(times).toBeGreaterThan(20);
  });
});
