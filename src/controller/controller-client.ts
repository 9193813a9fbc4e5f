/**
 * How any part of a node asks the controller, wherever it is: finds it, retries, gives up in time.
 *
 * ```
 *  ask ─▶ known controller? ─self─▶ Controller.submit        not-controller ─▶ its hint, or wait a little ─▶ again
 *                           └─peer─▶ request controller.*    unknown ─▶ again if the command may be carried out twice
 * ```
 *
 * ISR proposals of one turn leave as one request, and one request is under way at a time; a newer proposal for a
 * partition replaces one that has not left. What closes a proposal is applied metadata, never the answer.
 */
import { assert, millis } from '../../raft/index.ts';
import type { Millis, NodeId } from '../../raft/index.ts';
import type { Clock } from '../../storage/index.ts';
import type { PeerTransport, RequestResult } from '../peer/index.ts';
import type { BrokerLife, IsrProposal, ItemResult, Outcome } from './command.ts';
import type { Controller } from './controller.ts';
import { decodeReply, encodeCommand } from './controller-codec.ts';
import type { RemoteCommand } from './controller-codec.ts';

export interface ControllerClientPorts {
  readonly self: BrokerLife;
  readonly clock: Clock;
  readonly transport: Pick<PeerTransport, 'request'>;
  /** This node's own controller, used when it leads. */
  readonly controller: Pick<Controller, 'submit'>;
  /** Leader of the metadata group as this node knows it; null: nobody known. */
  readonly knownController: () => NodeId | null;
}

export interface ControllerClientSettings {
  /** One request. */
  readonly requestTimeout: Millis;
  /** First wait before asking again; doubles up to the maximum. */
  readonly backoffMin: Millis;
  readonly backoffMax: Millis;
}

/** May a command of unknown outcome be sent again? Creating and altering by clients: no, they decide themselves. */
export type Repeatable = 'repeatable' | 'once';

interface PendingProposal {
  readonly proposal: IsrProposal;
  readonly answer: (result: ProposalResult) => void;
}

/** `superseded`: a newer proposal for the partition took its place. */
export type ProposalResult =
  | ItemResult<{ readonly version: number }>
  | { readonly kind: 'superseded' }
  | { readonly kind: 'unanswered' };

export class ControllerClient {
  readonly #ports: ControllerClientPorts;
  readonly #settings: ControllerClientSettings;
  #pending = new Map<string, PendingProposal>();
  #flushing = false;
  #stopped = false;
  /** Called when another controller is known. */
  readonly #listeners = new Set<() => void>();

  constructor(ports: ControllerClientPorts, settings: ControllerClientSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** Nothing is sent or retried from now on; what is under way ends as unknown. */
  stop(): void {
    this.#stopped = true;
    this.onControllerKnown();
  }

  /** The node learned who leads the metadata group: pauses end, and nobody waits any longer for a controller that was. */
  onControllerKnown(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Asks until there is an answer or `timeout` has passed; then the last outcome. Never rejects. */
  async ask<C extends RemoteCommand>(command: C, timeout: Millis, repeat: Repeatable): Promise<Outcome<C>> {
    const deadline = this.#ports.clock.now() + timeout;
    let hint: NodeId | null = null;
    let wait: number = this.#settings.backoffMin;
    let last: Outcome<C> = { kind: 'not-controller', controller: null };
    while (!this.#stopped) {
      const left = deadline - this.#ports.clock.now();
      if (left <= 0) return last;
      const target: NodeId | null = hint ?? this.#ports.knownController();
      last =
        target === null
          ? { kind: 'not-controller', controller: null }
          : await this.#askOnce(target, command, millis(left));
      if (last.kind === 'answer') return last;
      if (last.kind === 'unknown' && repeat === 'once') return last;
      const next: NodeId | null = last.kind === 'not-controller' && last.controller !== target ? last.controller : null;
      // A hint is followed at once, but only once in a row: two nodes may each believe that the other leads.
      if (next === null || hint !== null) {
        await this.#sleep(millis(Math.min(wait, Math.max(0, deadline - this.#ports.clock.now()))));
        wait = Math.min(wait * 2, this.#settings.backoffMax);
      }
      hint = hint === null ? next : null;
    }
    return last;
  }

  /** Proposes an ISR change. Resolves when the controller answered, or could not be asked. */
  proposeIsr(proposal: IsrProposal): Promise<ProposalResult> {
    return new Promise((resolve) => {
      const key = `${proposal.topicId}:${proposal.partition}`;
      this.#pending.get(key)?.answer({ kind: 'superseded' });
      this.#pending.set(key, { proposal, answer: resolve });
      if (this.#flushing) return;
      this.#flushing = true;
      this.#ports.clock.defer(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    assert(this.#flushing, 'one request of proposals at a time');
    while (this.#pending.size > 0) {
      const batch = [...this.#pending.values()];
      this.#pending = new Map();
      const { node, incarnation } = this.#ports.self;
      const proposals = batch.map((each) => each.proposal);
      const command = { kind: 'alter-partition', node, incarnation, proposals } as const;
      const outcome = await this.ask(command, this.#settings.requestTimeout, 'once');
      for (const [index, each] of batch.entries()) {
        const result = outcome.kind === 'answer' ? outcome.answer[index] : undefined;
        each.answer(result ?? { kind: 'unanswered' });
      }
    }
    this.#flushing = false;
  }

  /** A block of producer ids for this life of the node; null: no controller in time, or refused. */
  async allocateProducerIds(timeout: Millis): Promise<{ readonly first: number; readonly count: number } | null> {
    const { node, incarnation } = this.#ports.self;
    // Asking twice may waste a block, never give one out twice.
    const outcome = await this.ask({ kind: 'allocate-producer-ids', node, incarnation }, timeout, 'repeatable');
    return outcome.kind === 'answer' && outcome.answer.kind === 'done' ? outcome.answer.value : null;
  }

  async #askOnce<C extends RemoteCommand>(target: NodeId, command: C, left: Millis): Promise<Outcome<C>> {
    const { self, controller, transport } = this.#ports;
    if (target === self.node) return controller.submit(command);
    const { method, body } = encodeCommand(command);
    const timeout = millis(Math.min(left, this.#settings.requestTimeout));
    const result = await this.#whileController(target, transport.request(target, method, body, timeout));
    switch (result.kind) {
      case 'answer': {
        const reply = decodeReply(command, result.body);
        return reply.kind === 'decoded' ? reply.value : { kind: 'unknown', reason: reply.reason };
      }
      case 'error':
        return { kind: 'unknown', reason: result.reason };
      case 'unknown':
        // Not connected: nothing left this node.
        if (result.reason === 'not-connected') return { kind: 'not-controller', controller: null };
        return { kind: 'unknown', reason: `node ${target}: ${result.reason}` };
    }
  }

  /** The answer, or `unknown` as soon as another controller than `target` is known: a paused one would keep us waiting. */
  #whileController(target: NodeId, answer: Promise<RequestResult>): Promise<RequestResult> {
    return new Promise((resolve) => {
      const finish = (result: RequestResult): void => {
        this.#listeners.delete(changed);
        resolve(result);
      };
      const changed = (): void => {
        const known = this.#ports.knownController();
        if (this.#stopped || (known !== null && known !== target)) finish({ kind: 'unknown', reason: 'disconnected' });
      };
      this.#listeners.add(changed);
      void answer.then(finish);
    });
  }

  #sleep(delay: Millis): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        timer.cancel();
        this.#listeners.delete(finish);
        resolve();
      };
      const timer = this.#ports.clock.setTimer(delay, finish);
      this.#listeners.add(finish);
    });
  }
}
