/**
 * A cluster's metadata for tests: commands are decided and their records applied at once, as if every commit were instant.
 *
 * `replayed()` applies all records ever made to an empty image; it must always equal `image`.
 */
import { directoryId, incarnation, nodeId, offset, present, seededRandom, term } from '../../raft/index.ts';
import type { Incarnation, NodeId } from '../../raft/index.ts';
import { decide } from '../../src/controller/index.ts';
import type {
  AnswerOf,
  Command,
  DecisionContext,
  FoundReplica,
  NewTopic,
  RegisterBroker,
} from '../../src/controller/index.ts';
import { applyRecords, emptyImage } from '../../src/metadata/index.ts';
import type { MetadataImage, MetadataRecord, Partition, Topic } from '../../src/metadata/index.ts';

export interface SceneOptions {
  readonly seed?: string;
  readonly flush?: 'always' | 'interval' | 'os';
}

export function registration(node: number, life: string, change: Partial<RegisterBroker> = {}): RegisterBroker {
  const at = (port: number): { readonly host: string; readonly port: number } => ({ host: `node${node}`, port });
  return {
    kind: 'register-broker',
    node: nodeId(node),
    incarnation: incarnation(life),
    directory: directoryId(`directory-${node}`),
    kafka: at(9092),
    peer: at(9192),
    admin: at(9644),
    rack: null,
    knownIncarnations: [],
    found: [],
    ...change,
  };
}

export function newTopic(name: string, change: Partial<NewTopic> = {}): NewTopic {
  return { name, partitions: 1, replicationFactor: 3, assignments: null, configs: [], internal: false, ...change };
}

export class Scene {
  image: MetadataImage = emptyImage();
  readonly records: MetadataRecord[] = [];
  /** Nodes whose registered life still sends frames. */
  readonly alive = new Set<NodeId>();
  caughtUp = true;
  readonly #random;
  readonly #flush;

  constructor(options: SceneOptions = {}) {
    this.#random = seededRandom(options.seed ?? 'scene');
    this.#flush = options.flush ?? 'always';
    this.run({ kind: 'create-cluster' });
  }

  context(): DecisionContext {
    return {
      random: this.#random,
      defaults: { partitions: 1, replicationFactor: 3, partitionsPerCommandMax: 10_000, flush: this.#flush },
      sessionAlive: (node) => this.alive.has(node),
      othersCaughtUp: () => this.caughtUp,
    };
  }

  run<C extends Command>(command: C): AnswerOf<C> {
    const { records, answer } = decide(this.image, command, this.context());
    if (records.length > 0) this.image = applyRecords(this.image, records, offset(this.records.length), term(1));
    this.records.push(...records);
    return answer;
  }

  replayed(): MetadataImage {
    return applyRecords(emptyImage(), this.records, offset(0), term(1));
  }

  lifeOf(node: number): Incarnation {
    return present(this.image.brokers.get(nodeId(node)), `broker ${node}`).incarnation;
  }

  /** Registers a new life that knows the one before it, fenced. */
  register(
    node: number,
    life: string,
    found: readonly FoundReplica[] = [],
    change: Partial<RegisterBroker> = {},
  ): void {
    const before = this.image.brokers.get(nodeId(node));
    const knownIncarnations = before === undefined ? [] : [before.incarnation];
    this.run(registration(node, life, { knownIncarnations, found, ...change }));
  }

  heartbeat(
    node: number,
    change: { readonly wantsShutdown?: boolean; readonly appliedEnd?: number } = {},
  ): AnswerOf<Extract<Command, { kind: 'broker-heartbeat' }>> {
    return this.run({
      kind: 'broker-heartbeat',
      node: nodeId(node),
      incarnation: this.lifeOf(node),
      appliedEnd: offset(change.appliedEnd ?? this.image.end),
      wantsUnfence: true,
      wantsShutdown: change.wantsShutdown ?? false,
    });
  }

  /** Registered and serving. */
  start(...nodes: readonly number[]): this {
    for (const node of nodes) {
      this.register(node, `life-${node}`);
      this.heartbeat(node);
    }
    return this;
  }

  fence(...nodes: readonly number[]): void {
    for (const node of nodes) this.run({ kind: 'fence-broker', node: nodeId(node), incarnation: this.lifeOf(node) });
  }

  /** A topic of one partition with the given replicas. */
  topic(name: string, replicas: readonly number[], configs: Readonly<Record<string, string>> = {}): void {
    const change = { partitions: null, replicationFactor: null, assignments: [replicas.map((node) => nodeId(node))] };
    const list = Object.entries(configs).map(([key, value]) => ({ key, value }));
    this.run({ kind: 'create-topics', topics: [newTopic(name, { ...change, configs: list })], validateOnly: false });
  }

  find(name: string): Topic {
    return present(this.image.topicsByName.get(name), `topic ${name}`);
  }

  partition(name: string, index = 0): Partition {
    return present(this.find(name).partitions[index], `partition ${name}-${index}`);
  }

  /** `leader/term isr|elr|lossy` of partition 0. */
  show(name: string): string {
    const { leader, leaderTerm, isr, elr, lossy } = this.partition(name);
    return `${leader ?? '-'}/${leaderTerm} ${isr.join(',')}|${elr.join(',')}|${lossy.map((each) => each.node).join(',')}`;
  }

  /** The leader of `name`-0 proposes an ISR with everybody's present life. */
  proposeIsr(
    name: string,
    isr: readonly number[],
    expelled: readonly number[] = [],
  ): AnswerOf<Extract<Command, { kind: 'alter-partition' }>> {
    const { topicId, index, leader, leaderTerm, version } = this.partition(name);
    const node = present(leader, 'a leader');
    const members = isr.map((each) => ({ node: nodeId(each), incarnation: this.lifeOf(each) }));
    const place = { topicId, partition: index, leaderTerm, version };
    const proposals = [{ ...place, isr: members, expelled: expelled.map((each) => nodeId(each)) }];
    return this.run({ kind: 'alter-partition', node, incarnation: this.lifeOf(node), proposals });
  }
}

/** Every invariant of an image that design section 3 names (reliability: P8); null when all hold. */
export function brokenInvariant(
  image: MetadataImage,
  minOf: (topic: Topic, partition: Partition) => number,
): string | null {
  for (const topic of image.topicsById.values()) {
    if (image.topicsByName.get(topic.name) !== topic) return `topic ${topic.name} differs between its name and its id`;
    for (const partition of topic.partitions) {
      const broken = brokenPartition(image, partition, minOf(topic, partition));
      if (broken !== null) return `${topic.name}-${partition.index}: ${broken}`;
    }
  }
  return image.topicsById.size === image.topicsByName.size ? null : 'names and ids differ in number';
}

function brokenPartition(image: MetadataImage, partition: Partition, min: number): string | null {
  const { replicas, isr, elr, lossy, leader, leaderIncarnation, replication } = partition;
  if (replication === 'quorum') return null;
  if (isr.some((node) => elr.includes(node))) return 'a member of both ISR and ELR';
  if (isr.length >= min && elr.length > 0) return 'an ELR beside a full ISR';
  if (isr.length >= min && lossy.length > 0) return 'lossy replicas beside a full ISR';
  if (lossy.some((each) => isr.includes(each.node) || elr.includes(each.node))) return 'a lossy member of ISR or ELR';
  if (![...isr, ...elr].every((node) => replicas.includes(node))) return 'a stranger in ISR or ELR';
  if (isr.some((node) => image.brokers.get(node)?.fenced !== false)) return 'a fenced member of the ISR';
  if (leader === null) return leaderIncarnation === null ? null : 'an incarnation without a leader';
  if (!isr.includes(leader)) return 'a leader outside the ISR';
  return image.brokers.get(leader)?.incarnation === leaderIncarnation ? null : 'a leader of another life';
}
