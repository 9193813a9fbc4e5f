/**
 * The controller's loop: while this node leads the metadata group, it decides for the cluster.
 *
 * ```
 *  passive ──onLeadership──▶ waiting ──no-op applied──▶ active ──onLeadershipLost──▶ passive
 *  active: command ─▶ decide(speculative image) ─▶ append ─▶ speculate ─▶ committed ─▶ answer
 * ```
 *
 * Invariants: a command is decided against everything proposed before it, or two decisions in flight would be made from
 * the same old facts; an answer waits for the commit of what it says and of what it was based on; the speculation is
 * thrown away with the leadership; nothing is decided before the leader's no-op is applied (thesis 6.4), because only
 * then is everything that earlier leaders committed known.
 */
import { assert, millis } from '../../raft/index.ts';
import type { Incarnation, Millis, NodeId, Offset, Random, Term } from '../../raft/index.ts';
import type { Clock, Timer } from '../../storage/index.ts';
import { applyRecords, brokerConfig } from '../metadata/index.ts';
import type { MetadataImage } from '../metadata/index.ts';
import type { LogSink } from '../ports/index.ts';
import type { Command, Outcome } from './command.ts';
import { decide } from './decide.ts';
import type { ControllerDefaults, DecisionContext } from './decision.ts';
import { LossyWait } from './lossy-wait.ts';
import type { MetadataLog } from './metadata-log.ts';
import { Sessions } from './sessions.ts';
import type { ContactOf } from './sessions.ts';

export interface ControllerSettings {
  /** A broker silent for this long is fenced; 2 s. */
  readonly sessionTimeout: Millis;
  /** Between two passes that move leaderships to preferred replicas; 10 s. */
  readonly leaderBalanceInterval: Millis;
  /** How long a partition whose replicas are all lossy waits for the absent ones; 30 s. */
  readonly lossyWait: Millis;
  /** Commands that wait for the no-op, at most. */
  readonly waitingMax: number;
  readonly defaults: ControllerDefaults;
}

export interface ControllerPorts {
  readonly self: NodeId;
  readonly log: MetadataLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: LogSink;
  readonly contactOf: ContactOf;
  /** The life of `node` that is probably dead by what this node's transport saw, whenever that was; null: none. */
  readonly suspectOf: (node: NodeId) => Incarnation | null;
  /** Leader of the metadata group as this node knows it, for refusals. */
  readonly knownController: () => NodeId | null;
}

export interface ControllerStatus {
  readonly state: 'passive' | 'waiting' | 'active';
  readonly term: Term | null;
  readonly inFlight: number;
  readonly decided: number;
}

interface Active {
  readonly term: Term;
  /** Committed and proposed. */
  image: MetadataImage;
  inFlight: number;
  /** The newest append's outcome; answers that need no records wait for it. */
  last: Promise<'committed' | 'lost'> | null;
  readonly sessions: Sessions;
  readonly lossyWait: LossyWait;
  /** Where the records end that took leaderships away from a leaving broker. */
  readonly leftAt: Map<NodeId, Offset>;
  lastTickAt: Millis;
  /** No session ends before: after a stall of this process, frames lie unread in the sockets. */
  graceUntil: Millis;
  nextBalanceAt: Millis;
  timer: Timer | null;
}

/** Answers that nobody relies on: these save the round that confirms the leadership. */
const BINDS_NOBODY: readonly Command['kind'][] = [
  'broker-heartbeat',
  'create-cluster',
  'fence-broker',
  'balance-leaders',
  'elect-lossy',
];

export class Controller {
  readonly #ports: ControllerPorts;
  readonly #settings: ControllerSettings;
  #leadership: { readonly term: Term; readonly termStart: Offset } | null = null;
  #applied: MetadataImage;
  #active: Active | null = null;
  #waiting: (() => void)[] = [];
  #decided = 0;

  constructor(ports: ControllerPorts, settings: ControllerSettings, applied: MetadataImage) {
    this.#ports = ports;
    this.#settings = settings;
    this.#applied = applied;
  }

  status(): ControllerStatus {
    const state = this.#active !== null ? 'active' : this.#leadership !== null ? 'waiting' : 'passive';
    const term = this.#leadership?.term ?? null;
    return { state, term, inFlight: this.#active?.inFlight ?? 0, decided: this.#decided };
  }

  /** This node's metadata replica became leader of `term`, whose first offset (the no-op) is `termStart`. */
  onLeadership(term: Term, termStart: Offset): void {
    if (this.#leadership !== null) this.onLeadershipLost();
    this.#leadership = { term, termStart };
    this.#maybeActivate();
  }

  /** Also at shutdown. Nothing of the speculation survives. */
  onLeadershipLost(): void {
    this.#leadership = null;
    this.#active?.timer?.cancel();
    this.#active = null;
    this.#releaseWaiting();
  }

  /** The image after every batch that was applied; never skipped, in order. */
  onApplied(image: MetadataImage): void {
    assert(image.end >= this.#applied.end, () => `image goes back from ${this.#applied.end} to ${image.end}`);
    this.#applied = image;
    const active = this.#active;
    if (active === null) this.#maybeActivate();
    else if (image.end >= active.image.end) active.image = image;
  }

  /** The transport's hint: that life of the node is probably dead. Fences it now instead of after the session timeout. */
  onSuspect(node: NodeId, incarnation: Incarnation): void {
    const broker = this.#active?.image.brokers.get(node);
    if (broker === undefined || broker.fenced || broker.incarnation !== incarnation || node === this.#ports.self)
      return;
    this.#ports.sink.log('info', 'fencing a broker that is probably dead', { node, incarnation });
    void this.submit({ kind: 'fence-broker', node, incarnation });
  }

  /** Carries out a command, or says that this node cannot. Never rejects. */
  async submit<C extends Command>(command: C): Promise<Outcome<C>> {
    if (this.#active === null && this.#leadership !== null) await this.#untilActive();
    const active = this.#active;
    if (active === null) return this.#notController();
    if (command.kind === 'broker-heartbeat')
      active.sessions.heard(command.node, command.incarnation, command.appliedEnd, this.#ports.clock.now());
    const { records, answer } = decide(active.image, command, this.#context(active));
    this.#decided += 1;
    if (records.length === 0) return this.#answerUnchanged(active, command, answer);
    const appended = this.#ports.log.append(active.term, records);
    if (appended === null) return this.#notController();
    active.image = applyRecords(active.image, records, appended.base, active.term);
    if (records.some((record) => record.kind === 'broker-leaving') && 'node' in command && command.node !== null)
      active.leftAt.set(command.node, active.image.end);
    active.last = appended.settled;
    active.inFlight += 1;
    const settled = await appended.settled;
    active.inFlight -= 1;
    if (settled === 'committed') return { kind: 'answer', answer };
    return { kind: 'unknown', reason: 'leadership was lost before the commit' };
  }

  /** An answer without records still speaks of a state: it must be committed, and this node must still be who decides. */
  async #answerUnchanged<C extends Command>(
    active: Active,
    command: C,
    answer: Extract<Outcome<C>, { readonly kind: 'answer' }>['answer'],
  ): Promise<Outcome<C>> {
    if (active.last !== null && active.inFlight > 0 && (await active.last) === 'lost') return this.#notController();
    if (BINDS_NOBODY.includes(command.kind)) return { kind: 'answer', answer };
    const confirmed = await this.#ports.log.confirm(active.term);
    return confirmed === 'confirmed' ? { kind: 'answer', answer } : this.#notController();
  }

  #notController(): { readonly kind: 'not-controller'; readonly controller: NodeId | null } {
    const controller = this.#ports.knownController();
    return { kind: 'not-controller', controller: controller === this.#ports.self ? null : controller };
  }

  async #untilActive(): Promise<void> {
    if (this.#waiting.length >= this.#settings.waitingMax) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #releaseWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const release of waiting) release();
  }

  #maybeActivate(): void {
    const leadership = this.#leadership;
    if (leadership === null || this.#active !== null) return;
    const { term, termStart } = leadership;
    if (this.#applied.end <= termStart || this.#applied.term !== term) return;
    const { clock, self, contactOf, sink } = this.#ports;
    const { sessionTimeout, lossyWait, leaderBalanceInterval } = this.#settings;
    const now = clock.now();
    this.#active = {
      term,
      image: this.#applied,
      inFlight: 0,
      last: null,
      sessions: new Sessions(self, contactOf, sessionTimeout, now),
      lossyWait: new LossyWait(lossyWait),
      leftAt: new Map(),
      lastTickAt: now,
      graceUntil: now,
      nextBalanceAt: millis(now + leaderBalanceInterval),
      timer: null,
    };
    sink.log('info', 'this node is the controller', { term });
    if (this.#applied.clusterId === null) void this.submit({ kind: 'create-cluster' });
    this.#releaseWaiting();
    // Brokers that died before this controller came to office, its predecessor above all: the hint came too early.
    for (const { node } of this.#applied.brokers.values()) {
      const suspect = this.#ports.suspectOf(node);
      if (suspect !== null) this.onSuspect(node, suspect);
    }
    this.#tick(this.#active);
  }

  #tickInterval(): Millis {
    return millis(this.#settings.sessionTimeout / 10);
  }

  #tick(active: Active): void {
    if (active !== this.#active) return;
    const now = this.#ports.clock.now();
    const interval = this.#tickInterval();
    // A late tick means that this process stood still: let it read its sockets before it calls others silent.
    if (now - active.lastTickAt > 3 * interval) active.graceUntil = millis(now + 2 * interval);
    active.lastTickAt = now;
    if (now >= active.graceUntil) this.#fenceSilent(active, now);
    const partitions = active.lossyWait.expired(active.image, now);
    if (partitions.length > 0) void this.submit({ kind: 'elect-lossy', partitions });
    if (now >= active.nextBalanceAt) this.#balance(active, now);
    if (active === this.#active) active.timer = this.#ports.clock.setTimer(interval, () => this.#tick(active));
  }

  #fenceSilent(active: Active, now: Millis): void {
    for (const broker of active.image.brokers.values()) {
      if (broker.fenced || !active.sessions.isSilent(broker, now)) continue;
      const { node, incarnation } = broker;
      this.#ports.sink.log('warn', 'fencing a silent broker', { node, incarnation });
      void this.submit({ kind: 'fence-broker', node, incarnation });
    }
  }

  #balance(active: Active, now: Millis): void {
    active.nextBalanceAt = millis(now + this.#settings.leaderBalanceInterval);
    if (brokerConfig(active.image, null, 'auto.leader.rebalance.enable') !== 'true') return;
    void this.submit({ kind: 'balance-leaders' });
  }

  #context(active: Active): DecisionContext {
    const { clock, random } = this.#ports;
    return {
      random,
      defaults: this.#settings.defaults,
      sessionAlive: (node, incarnation) => active.sessions.isAlive(node, incarnation, clock.now()),
      othersCaughtUp: (node) => this.#othersCaughtUp(active, node),
    };
  }

  #othersCaughtUp(active: Active, node: NodeId): boolean {
    const leftAt = active.leftAt.get(node);
    if (leftAt === undefined) return true;
    for (const broker of active.image.brokers.values()) {
      if (broker.node === node || broker.fenced) continue;
      const applied = broker.node === this.#ports.self ? this.#applied.end : active.sessions.appliedEnd(broker);
      if (applied === null || applied < leftAt) return false;
    }
    return true;
  }
}
