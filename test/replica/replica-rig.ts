/**
 * Nodes with one replica each of one group, on a test clock and a fake network: real cores, real drivers, memory logs.
 */
import { byteCount, groupId, millis, nodeId, seededRandom, term } from '../../raft/index.ts';
import type { Assignment, GroupConfig, GroupId, Message, NodeId, Policy } from '../../raft/index.ts';
import { buildBatch } from '../../storage/batch/index.ts';
import { Replica, Replicas, TurnQueue } from '../../src/replica/index.ts';
import type { Notice, ProposedBatch } from '../../src/replica/index.ts';
import { TestClock } from '../coordinator/test-clock.ts';
import { FakeNetwork, identityOf, keepingSink } from './fake-transport.ts';
import { MemoryReplicaLog } from './memory-replica-log.ts';

export const GROUP: GroupId = groupId('t:0');

export function groupConfigOf(node: number, policy: Policy, life = 1): GroupConfig {
  const { directory, incarnation } = identityOf(node, life);
  return {
    policy,
    self: { node: nodeId(node), directory },
    incarnation,
    random: seededRandom(`node ${node} life ${life}`),
    heartbeat: millis(200),
    electionTimeoutMin: millis(600),
    electionTimeoutMax: millis(1200),
    lagMax: millis(2000),
    appendBytesMax: byteCount(1 << 20),
    inflightBytesMax: byteCount(16 << 20),
    inflightAppendsMax: 64,
    snapshotChunkBytesMax: byteCount(1 << 20),
  };
}

export interface RigNode {
  readonly log: MemoryReplicaLog;
  readonly replica: Replica;
  readonly replicas: Replicas;
  readonly notices: Notice[];
  readonly lines: readonly string[];
}

export interface RigOptions {
  /** Shared with other rigs; default: its own. */
  readonly clock?: TestClock;
  readonly nodes?: number;
  readonly policy?: Policy;
  readonly group?: GroupId;
  /** Called with each notice, after it was kept. */
  readonly onNotice?: (node: number, notice: Notice) => void;
  readonly log?: (node: number, clock: TestClock) => MemoryReplicaLog;
}

/** One batch of `values`, each a record, as a client would send it. */
export function clientBatch(...values: readonly string[]): ProposedBatch {
  const batch = buildBatch({
    records: values.map((value) => ({ key: null, value: Buffer.from(value), timestamp: 1_760_000_000_000 })),
  });
  return { bytes: Buffer.from(batch), offsets: values.length };
}

export class ReplicaRig {
  readonly clock: TestClock;
  readonly network: FakeNetwork;
  readonly nodes: readonly RigNode[];
  readonly #options: RigOptions;

  constructor(options: RigOptions = {}) {
    this.#options = options;
    this.clock = options.clock ?? new TestClock();
    this.network = new FakeNetwork(this.clock);
    this.nodes = Array.from({ length: options.nodes ?? 3 }, (_, at) => this.#node(at + 1));
    this.network.connectAll();
  }

  at(node: number): RigNode {
    const found = this.nodes[node - 1];
    if (found === undefined) throw new Error(`no node ${node}`);
    return found;
  }

  /** Tells all nodes (or some) what the metadata says: `leader` leads in `inTerm`, all are replicas. */
  assign(
    leader: number | null,
    inTerm: number,
    some: Partial<Assignment> = {},
    to: readonly number[] = this.numbers(),
  ): void {
    const replicas = this.numbers().map((node) => ({ node: nodeId(node), incarnation: identityOf(node).incarnation }));
    const assignment: Assignment = {
      term: term(inTerm),
      version: inTerm,
      leader: leader === null ? null : { node: nodeId(leader), incarnation: identityOf(leader).incarnation },
      replicas,
      isr: this.numbers().map((node) => nodeId(node)),
      minInsyncReplicas: Math.min(2, replicas.length),
      unclean: false,
      ...some,
    };
    for (const node of to) this.at(node).replica.input({ kind: 'assign', assignment });
  }

  numbers(): readonly number[] {
    return this.nodes.map((_, at) => at + 1);
  }

  /** Messages of one kind that `from` has sent, oldest first. */
  sent<Kind extends Message['kind']>(from: number, kind: Kind): readonly Extract<Message, { kind: Kind }>[] {
    return this.network.sent.flatMap(({ from: sender, message }) =>
      sender === nodeId(from) && message.kind === kind ? [message as Extract<Message, { kind: Kind }>] : [],
    );
  }

  #node(number: number): RigNode {
    const { policy = 'isr', group = GROUP, onNotice } = this.#options;
    const clock = this.clock;
    const { sink, lines } = keepingSink();
    const turns = new TurnQueue(clock);
    const replicas = new Replicas(clock, turns);
    const transport = this.network.join(identityOf(number), {
      onMessage: (from, to, message, attachment) => replicas.onMessage(from.node, to, message, attachment),
      onConnected: (peer) => replicas.onConnected(peer),
      onDisconnected: (node: NodeId) => replicas.onDisconnected(node),
    });
    transport.onRoom(() => replicas.onRoom());
    const log = this.#options.log?.(number, clock) ?? new MemoryReplicaLog(clock, group);
    const notices: Notice[] = [];
    const voters = Array.from({ length: this.#options.nodes ?? 3 }, (_, at) => groupConfigOf(at + 1, policy).self);
    const replica = new Replica({
      config: groupConfigOf(number, policy),
      group,
      log,
      recovered: policy === 'quorum' ? { ...log.recovered, initialVoters: voters } : log.recovered,
      clock,
      transport,
      turns,
      sink,
      snapshots: null,
      notify: (notice) => {
        notices.push(notice);
        onNotice?.(number, notice);
      },
      onDue: (due, who) => replicas.noteDue(due, who),
    });
    replicas.add(replica);
    return { log, replica, replicas, notices, lines };
  }
}
