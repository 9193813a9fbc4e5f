/**
 * Nodes, a network that loses, duplicates and reorders, and crashes: a schedule is a list of numbers, so it shrinks.
 *
 * Every action is `{ kind, a, b }`; `a` and `b` are taken modulo whatever they choose from. `run` is fair time: ticks,
 * flushes and deliveries in an order drawn from its own seed, with a loss rate; everything else is a single fault or request.
 */
import {
  byteCount,
  type GroupConfig,
  type Input,
  type Millis,
  millis,
  type NodeId,
  type Policy,
  present,
  statusOf,
  type Voter,
} from '../../../raft/index.ts';
import type { Action } from './action.ts';
import { Checker } from './checker.ts';
import { configOf, lifeOf, voter } from './configs.ts';
import { seededRandom } from './seeded-random.ts';
import { SimController } from './sim-controller.ts';
import { type Envelope, SimNode } from './sim-node.ts';

export interface Setup {
  readonly policy: Policy;
  readonly seed: number;
  readonly nodes: number;
  /** quorum: the first so many are voters. */
  readonly voters: number;
  readonly minInsync: number;
  /** quorum: a group without snapshots, whose leader decides where logs begin. */
  readonly topic: boolean;
}

export class World {
  now = 0;
  readonly nodes = new Map<NodeId, SimNode>();
  readonly checker: Checker;
  readonly controller: SimController | null;
  private readonly setup: Setup;
  private network: Envelope[] = [];
  private proposals: Parameters<SimController['alter']>[0][] = [];
  private readonly cuts = new Set<string>();
  private readonly lives = new Map<NodeId, number>();
  private readonly applied = new Map<NodeId, number>();
  private values = 0;

  constructor(setup: Setup) {
    this.setup = setup;
    const ids = Array.from({ length: setup.nodes }, (_, index) => index + 1);
    const voters: Voter[] = ids.slice(0, setup.voters).map((id) => voter(id));
    for (const id of ids) {
      const node = new SimNode(this.config(id, 1), setup.policy === 'quorum' ? voters : null, this.time);
      this.nodes.set(node.id, node);
      this.lives.set(node.id, 1);
    }
    this.checker = new Checker(this.nodes);
    for (const node of this.nodes.values()) {
      node.listener = (on, input, effects) => {
        this.checker.onStep(on, input, effects);
        for (const effect of effects) if (effect.kind === 'propose-isr') this.proposals.push(effect);
      };
    }
    const lives = new Map([...this.nodes.keys()].map((id) => [id, lifeOf(id)] as const));
    this.controller = setup.policy === 'isr' ? new SimController(lives, setup.minInsync) : null;
    for (const left of this.nodes.values()) for (const right of this.nodes.values()) this.connect(left, right);
    if (this.controller !== null) for (const node of this.nodes.values()) this.publish(node);
  }

  private get time(): Millis {
    return millis(this.now);
  }

  private config(id: number, life: number): GroupConfig {
    const chunk = byteCount(this.setup.topic ? 0 : 4);
    const changes = { incarnation: lifeOf(id, life), lagMax: millis(3000), snapshotChunkBytesMax: chunk };
    return configOf(this.setup.policy, id, this.setup.seed + life * 97, changes);
  }

  private pick(choice: number): SimNode {
    const nodes = [...this.nodes.values()];
    return present(nodes[choice % nodes.length], 'node');
  }

  private key(left: NodeId, right: NodeId): string {
    return left < right ? `${left}-${right}` : `${right}-${left}`;
  }

  private connect(left: SimNode, right: SimNode): void {
    if (left === right || !left.alive || !right.alive || this.cuts.has(this.key(left.id, right.id))) return;
    left.peers.set(right.id, right.config.incarnation);
    const { directory, config } = right;
    left.input({ kind: 'peer-connected', peer: right.id, directory, incarnation: config.incarnation }, this.time);
  }

  private disconnect(left: SimNode, right: SimNode): void {
    if (left.alive) left.input({ kind: 'peer-disconnected', peer: right.id }, this.time);
    if (right.alive) right.input({ kind: 'peer-disconnected', peer: left.id }, this.time);
    const gone = (envelope: Envelope): boolean => envelope.from === left.id && envelope.to === right.id;
    const back = (envelope: Envelope): boolean => envelope.from === right.id && envelope.to === left.id;
    this.network = this.network.filter((envelope) => !gone(envelope) && !back(envelope));
  }

  private collect(): void {
    for (const node of this.nodes.values()) this.network.push(...node.outbox.splice(0));
  }

  private deliver(envelope: Envelope): void {
    const to = this.nodes.get(envelope.to);
    if (to === undefined || !to.alive || this.cuts.has(this.key(envelope.from, envelope.to))) return;
    // The transport knows whom it talks to: a frame for a former life finds nobody.
    if (envelope.toIncarnation !== to.config.incarnation) return;
    to.deliver(envelope, this.time);
    this.collect();
  }

  private publish(node: SimNode): void {
    if (this.controller === null || !node.alive) return;
    const next = this.applied.get(node.id) ?? 0;
    const assignment = this.controller.history[next];
    if (assignment === undefined) return;
    this.applied.set(node.id, next + 1);
    node.input({ kind: 'assign', assignment }, this.time);
    this.collect();
  }

  /** `duration` ms in steps of 10, everything in an order drawn from `seed`. Loss in percent. */
  run(duration: number, seed: number, loss: number): void {
    const random = seededRandom(seed * 7919 + 13);
    for (const until = this.now + duration; this.now < until;) {
      this.now += 10;
      for (const node of this.nodes.values()) if (node.alive) node.input({ kind: 'tick' }, this.time);
      this.collect();
      for (let round = 0; round < 3; round += 1) {
        for (const node of this.nodes.values()) {
          if (node.alive && node.unflushed.length > 0 && random.below(4) > 0)
            node.flush(1 + random.below(node.unflushed.length), this.time);
          if (random.below(3) > 0) this.publish(node);
        }
        this.collect();
        if (this.controller !== null && random.below(3) > 0)
          for (const proposal of this.proposals.splice(0)) this.controller.alter(proposal);
        const batch = this.network.splice(0);
        for (const envelope of batch) {
          const luck = random.below(100);
          if (luck < loss) continue;
          if (luck < loss * 2) this.network.push(envelope);
          if (luck < loss * 3) {
            this.network.push(envelope);
            continue;
          }
          this.deliver(envelope);
        }
      }
    }
  }

  private crash(node: SimNode, kept: number): void {
    if (!node.alive) return;
    this.collect();
    node.crash(kept);
    for (const other of this.nodes.values()) {
      if (other !== node && other.alive) other.input({ kind: 'peer-disconnected', peer: node.id }, this.time);
    }
    this.collect();
  }

  private restart(node: SimNode): void {
    if (node.alive) return;
    const life = (this.lives.get(node.id) ?? 1) + 1;
    this.lives.set(node.id, life);
    node.restart(this.config(node.id, life), this.time);
    this.controller?.register(node.id, node.config.incarnation);
    // A node acts in no group before its metadata covers its own registration.
    if (this.controller !== null) {
      this.applied.set(node.id, this.controller.history.length - 1);
      this.publish(node);
    }
    for (const other of this.nodes.values()) {
      this.connect(node, other);
      this.connect(other, node);
    }
    this.collect();
  }

  private leader(): SimNode | null {
    const leaders = [...this.nodes.values()].filter((node) => node.alive && node.core.role.kind === 'leader');
    return leaders.sort((left, right) => right.core.term - left.core.term)[0] ?? null;
  }

  propose(node: SimNode, count: number): void {
    for (let index = 0; index < count; index += 1) {
      this.values += 1;
      node.propose(1 + (this.values % 3), `v${this.values}`, this.time);
    }
    this.collect();
  }

  private changeVoters(choice: number, add: boolean): void {
    const leader = this.leader();
    if (leader === null || this.setup.policy === 'isr') return;
    const current = statusOf(leader.core).voters ?? [];
    const node = this.pick(choice);
    const self = voter(node.id);
    const without = current.filter((member) => member.node !== node.id);
    if (without.length < current.length === add) return;
    leader.input({ kind: 'change-voters', voters: add ? [...current, self] : without }, this.time);
  }

  private cut(left: SimNode, right: SimNode): void {
    if (left === right) return;
    this.cuts.add(this.key(left.id, right.id));
    this.disconnect(left, right);
  }

  heal(): void {
    this.cuts.clear();
    for (const left of this.nodes.values()) {
      for (const right of this.nodes.values()) {
        if (left !== right && left.alive && right.alive && !(left.core.peers.get(right.id)?.connected ?? false))
          this.connect(left, right);
      }
    }
    this.collect();
  }

  act(action: Action): void {
    const { kind, a, b } = action;
    this.handlers[kind](this.pick(a), this.pick(b), a, b);
    this.collect();
    this.checker.sweepLogs();
    if (this.controller !== null) this.checker.sweepMembers(this.controller.keepers);
  }

  /** One per action; `left` and `right` are the nodes that `a` and `b` choose. */
  private readonly handlers: Readonly<
    Record<Action['kind'], (left: SimNode, right: SimNode, a: number, b: number) => void>
  > = {
    run: (_left, _right, a, b) => this.run(10 + (a % 150) * 10, b, 0),
    'run-lossy': (_left, _right, a, b) => this.run(10 + (a % 60) * 10, b, 10),
    propose: (left, _right, a, b) => {
      const chosen = a % 3 === 0 ? left : this.leader();
      if (chosen !== null && chosen.alive) this.propose(chosen, 1 + (b % 5));
    },
    deliver: (_left, _right, a) => {
      const [envelope] = this.network.splice(a % Math.max(1, this.network.length), 1);
      if (envelope !== undefined) this.deliver(envelope);
    },
    drop: (_left, _right, a, b) => void this.network.splice(a % Math.max(1, this.network.length), 1 + (b % 4)),
    duplicate: (_left, _right, a) => {
      const envelope = this.network[a % Math.max(1, this.network.length)];
      if (envelope !== undefined) this.network.push(envelope);
    },
    flush: (left, _right, _a, b) => {
      if (left.alive) left.flush(1 + (b % 4), this.time);
    },
    crash: (left, _right, _a, b) => this.crash(left, b % (left.unflushed.length + 1)),
    'crash-lossy': (left) => this.crash(left, 0),
    restart: (left) => this.restart(left),
    cut: (left, right) => this.cut(left, right),
    heal: () => this.heal(),
    reconnect: (left, right) => {
      if (left !== right) this.disconnect(left, right);
      this.connect(left, right);
      this.connect(right, left);
    },
    isolate: (left, _right, _a, b) => {
      for (const peer of this.nodes.values()) this.cut(left, peer);
      if (b % 2 === 0) this.controller?.fence(left.id);
    },
    lag: (left, _right, _a, b) => this.lag(left, b),
    suspect: (left, right) => {
      if (left !== right) this.tell(left, { kind: 'suspect', peer: right.id });
    },
    transfer: (_left, right) => {
      const leader = this.leader();
      if (leader !== null && this.controller === null) this.tell(leader, { kind: 'transfer', to: right.id });
    },
    read: (left, _right, a) => this.tell(left, { kind: 'read', id: a }),
    resign: (left) => this.tell(left, { kind: 'resign' }),
    'add-voter': (_left, _right, a) => this.changeVoters(a, true),
    'remove-voter': (_left, _right, a) => this.changeVoters(a, false),
    snapshot: (left, _right, _a, b) => {
      const leader = this.leader();
      if (this.controller === null && !this.setup.topic) {
        if (left.alive) left.takeSnapshot(this.time);
      } else if (leader !== null && leader.core.highWatermark > leader.core.log.start) this.trim(leader, b);
    },
    publish: (left) => this.publish(left),
    alter: (_left, _right, a) => {
      for (const proposal of this.proposals.splice(0, 1 + (a % 2))) this.controller?.alter(proposal);
    },
    fence: (left) => this.controller?.fence(left.id),
    'move-leader': (_left, _right, a) => this.controller?.moveLeader(a),
  };

  private tell(node: SimNode, input: Input): void {
    if (node.alive) node.input(input, this.time);
  }

  private trim(leader: SimNode, choice: number): void {
    const ends = leader.memory.batches
      .map(({ position }) => position.end)
      .filter((end) => end <= leader.core.highWatermark);
    const to = ends[choice % Math.max(1, ends.length)];
    if (to !== undefined) leader.input({ kind: 'advance-log-start', to }, this.time);
  }

  /** `node` is away while the others go on and their logs begin later. */
  private lag(node: SimNode, seed: number): void {
    for (const peer of this.nodes.values()) this.cut(node, peer);
    this.controller?.fence(node.id);
    this.run(300, seed, 0);
    const leader = this.leader();
    if (leader !== null && leader.alive) this.propose(leader, 4);
    this.run(300, seed + 1, 0);
    const trimming = this.leader();
    if (trimming !== null && this.controller === null && !this.setup.topic) trimming.takeSnapshot(this.time);
    else if (trimming !== null) this.trim(trimming, seed);
    this.heal();
    if (node.alive) this.controller?.register(node.id, node.config.incarnation);
  }

  /** Everything works again: a leader must come, and what is proposed must commit everywhere. */
  recover(): void {
    for (const node of this.nodes.values()) {
      if (!node.alive) this.restart(node);
      else this.controller?.register(node.id, node.config.incarnation);
    }
    this.heal();
    this.run(8000, this.setup.seed, 0);
    const leader = present(this.leader(), `a leader after everything healed: ${this.describe()}`);
    this.propose(leader, 3);
    this.run(6000, this.setup.seed + 1, 0);
    const newest = present(this.leader(), 'a leader that stays');
    const end = newest.core.log.end;
    for (const node of this.nodes.values()) {
      if (node.core.highWatermark !== end)
        throw new Error(
          `node ${node.id} is at ${node.core.highWatermark}, not at ${end}, after healing: ${this.describe()}`,
        );
    }
    this.checker.sweepLogs();
  }

  describe(): string {
    return [...this.nodes.values()]
      .map((node) => JSON.stringify({ id: node.id, alive: node.alive, ...statusOf(node.core) }))
      .join('\n');
  }
}
