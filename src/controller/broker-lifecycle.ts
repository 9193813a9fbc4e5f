/**
 * The broker's side of its life in the cluster: register, serve, leave.
 *
 * ```
 *  starting ─attempted incarnation durable─▶ registering ─committed─▶ fenced ─heartbeat, caught up─▶ serving
 *                                                ▲                      │▲       │ shutdown()
 *                                                └─unknown to controller┘└─fenced┤
 *                                                                                ▼
 *                          superseded (another life is registered: stop)      leaving ─may stop─▶ stopped
 * ```
 *
 * One loop, one request at a time. The incarnation is made durable as "attempted" before it is asked for, and as
 * "registered" once confirmed: after a restart the directory can prove that it is this node's own (design section 3).
 */
import { millis } from '../../raft/index.ts';
import type { Incarnation, Millis, Offset } from '../../raft/index.ts';
import type { Clock, Timer } from '../../storage/index.ts';
import type { LogSink } from '../ports/index.ts';
import type { BrokerHeartbeat, FoundReplica, Outcome, RegisterBroker } from './command.ts';
import type { ControllerClient } from './controller-client.ts';
import type { Refusal } from './refusal.ts';

export type LifecycleState = 'starting' | 'registering' | 'fenced' | 'serving' | 'leaving' | 'stopped' | 'superseded';

export interface BrokerLifecyclePorts {
  /** Everything of the registration but what was found on disk. */
  readonly registration: Omit<RegisterBroker, 'kind' | 'found'>;
  readonly client: Pick<ControllerClient, 'ask'>;
  readonly clock: Clock;
  readonly sink: LogSink;
  /** What is on disk of isr replicas; asked anew for each registration. */
  readonly found: () => readonly FoundReplica[];
  /** Durable before it resolves (`Store.setIncarnation`). */
  readonly persistIncarnation: (kind: 'attempted' | 'registered', incarnation: Incarnation) => Promise<void>;
  /** One past the last metadata record applied here. */
  readonly appliedEnd: () => Offset;
  /** True when this node can serve (listeners are up). */
  readonly ready: () => boolean;
  /** Called on each change of state. On `superseded` the process must end: another one owns this node id. */
  readonly onState: (state: LifecycleState) => void;
}

export interface BrokerLifecycleSettings {
  /** Between heartbeats while nothing changes: at most a quarter of the session timeout; 500 ms. */
  readonly heartbeatInterval: Millis;
  /** Between heartbeats while waiting to be unfenced or to leave, and after metadata was applied; 50 ms. */
  readonly eagerInterval: Millis;
  /** How long one question may take. */
  readonly requestTimeout: Millis;
}

export class BrokerLifecycle {
  readonly #ports: BrokerLifecyclePorts;
  readonly #settings: BrokerLifecycleSettings;
  #state: LifecycleState = 'starting';
  #wantsShutdown = false;
  #running = false;
  #reportedEnd = -1;
  /** Why the last registration was refused; it is then tried less often. */
  #refused: string | null = null;
  #nextAt = 0;
  #wake: { readonly timer: Timer; readonly resolve: () => void } | null = null;
  #whenStopped: (() => void)[] = [];

  constructor(ports: BrokerLifecyclePorts, settings: BrokerLifecycleSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  get state(): LifecycleState {
    return this.#state;
  }

  /** Begins; returns at once. Once only. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  /** Metadata was applied, or readiness changed: the controller hears of it soon. */
  onApplied(): void {
    if (this.#ports.appliedEnd() === this.#reportedEnd) return;
    this.#wakeWithin(this.#settings.eagerInterval);
  }

  /** Leaves in order: resolves when the leaderships are elsewhere, or after `timeout` (then the cluster notices by itself). */
  async shutdown(timeout: Millis): Promise<'left' | 'timeout'> {
    if (!['fenced', 'serving', 'leaving'].includes(this.#state)) {
      this.stop();
      return 'left';
    }
    this.#wantsShutdown = true;
    this.#wakeWithin(millis(0));
    await new Promise<void>((resolve) => {
      const timer = this.#ports.clock.setTimer(timeout, resolve);
      this.#whenStopped.push(() => {
        timer.cancel();
        resolve();
      });
    });
    const left = this.state === 'stopped';
    this.stop();
    return left ? 'left' : 'timeout';
  }

  /** Ends at once; sends nothing more. */
  stop(): void {
    this.#running = false;
    if (this.#state !== 'superseded') this.#become('stopped');
    this.#wakeWithin(millis(0));
  }

  #become(state: LifecycleState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#ports.onState(state);
    if (state !== 'stopped' && state !== 'superseded') return;
    this.#running = false;
    for (const resolve of this.#whenStopped.splice(0)) resolve();
  }

  async #run(): Promise<void> {
    const { incarnation } = this.#ports.registration;
    await this.#ports.persistIncarnation('attempted', incarnation);
    if (this.#running) this.#become('registering');
    while (this.#running) {
      if (this.#state === 'registering') await this.#register();
      else await this.#heartbeat();
      if (this.#running) await this.#pause();
    }
  }

  async #register(): Promise<void> {
    const { registration, client, found, sink, persistIncarnation } = this.#ports;
    const command: RegisterBroker = { kind: 'register-broker', ...registration, found: found() };
    const outcome = await client.ask(command, this.#settings.requestTimeout, 'repeatable');
    if (!this.#running || outcome.kind !== 'answer') return;
    if (outcome.answer.kind === 'refused') {
      const { refusal } = outcome.answer;
      if (refusal.message !== this.#refused)
        sink.log('warn', 'the controller refuses this registration', { ...refusal });
      this.#refused = refusal.message;
      return;
    }
    this.#refused = null;
    await persistIncarnation('registered', registration.incarnation);
    if (this.#running) this.#become('fenced');
  }

  async #heartbeat(): Promise<void> {
    const { registration, client, appliedEnd, ready } = this.#ports;
    const { node, incarnation } = registration;
    const applied = appliedEnd();
    const command: BrokerHeartbeat = {
      kind: 'broker-heartbeat',
      node,
      incarnation,
      appliedEnd: applied,
      wantsUnfence: ready(),
      wantsShutdown: this.#wantsShutdown,
    };
    const outcome = await client.ask(command, this.#settings.requestTimeout, 'repeatable');
    if (!this.#running) return;
    if (outcome.kind === 'answer') this.#reportedEnd = applied;
    this.#onHeartbeatOutcome(command, outcome);
  }

  #onHeartbeatOutcome(command: BrokerHeartbeat, outcome: Outcome<BrokerHeartbeat>): void {
    if (outcome.kind !== 'answer') return;
    const { answer } = outcome;
    if (answer.kind === 'refused') {
      this.#onRefusal(answer.refusal);
      return;
    }
    if (!command.wantsShutdown) this.#become(answer.value.fenced ? 'fenced' : 'serving');
    else this.#become(answer.value.mayStop ? 'stopped' : 'leaving');
  }

  #onRefusal(refused: Refusal): void {
    this.#ports.sink.log('warn', 'the controller refuses this heartbeat', { ...refused });
    if (refused.reason === 'stale-incarnation') this.#become('superseded');
    else if (this.#wantsShutdown) this.#become('stopped');
    else this.#become('registering');
  }

  async #pause(): Promise<void> {
    const { clock } = this.#ports;
    const waiting = this.#state !== 'serving' || this.#ports.appliedEnd() !== this.#reportedEnd;
    const eager = this.#refused === null && (waiting || this.#wantsShutdown);
    const delay = eager ? this.#settings.eagerInterval : this.#settings.heartbeatInterval;
    this.#nextAt = clock.now() + delay;
    await new Promise<void>((resolve) => {
      this.#wake = { timer: clock.setTimer(delay, resolve), resolve };
    });
    this.#wake = null;
  }

  /** Shortens the pause under way. */
  #wakeWithin(delay: Millis): void {
    const wake = this.#wake;
    const at = this.#ports.clock.now() + delay;
    if (wake === null || at >= this.#nextAt) return;
    wake.timer.cancel();
    this.#nextAt = at;
    this.#wake = { timer: this.#ports.clock.setTimer(delay, wake.resolve), resolve: wake.resolve };
  }
}
