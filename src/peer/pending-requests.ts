/**
 * Requests that wait for an answer. Each is settled exactly once: by its answer, its timeout, or the loss of the
 * connection. Ids are never reused in a process's life, so that a late answer finds nothing.
 */
import type { Millis, NodeId } from '../../raft/index.ts';
import type { Clock, Timer } from '../../storage/index.ts';
import type { RequestResult } from './peer-transport.ts';

interface Pending {
  readonly node: NodeId;
  readonly resolve: (result: RequestResult) => void;
  readonly timer: Timer;
}

export class PendingRequests {
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#pending.size;
  }

  open(node: NodeId, timeout: Millis): { readonly id: number; readonly result: Promise<RequestResult> } {
    const id = this.#nextId;
    this.#nextId += 1;
    const result = new Promise<RequestResult>((resolve) => {
      const timer = this.#clock.setTimer(timeout, () => this.settle(node, id, { kind: 'unknown', reason: 'timeout' }));
      this.#pending.set(id, { node, resolve, timer });
    });
    return { id, result };
  }

  /** Does nothing when the request is settled already, or was sent to another node. */
  settle(node: NodeId, id: number, result: RequestResult): void {
    const pending = this.#pending.get(id);
    if (pending === undefined || pending.node !== node) return;
    this.#pending.delete(id);
    pending.timer.cancel();
    pending.resolve(result);
  }

  /** The connection to `node` is gone. */
  disconnect(node: NodeId): void {
    const lost = [...this.#pending].filter(([, pending]) => pending.node === node);
    for (const [id] of lost) this.settle(node, id, { kind: 'unknown', reason: 'disconnected' });
  }

  disconnectAll(): void {
    const lost = [...this.#pending];
    for (const [id, { node }] of lost) this.settle(node, id, { kind: 'unknown', reason: 'disconnected' });
  }
}
