/**
 * Calls between nodes, both sides: questions of this node that wait for an answer, and questions of others in hand here.
 *
 * A question leaves once and is never repeated by us. An answer goes to the incarnation that asked, or nowhere: ids begin
 * anew with every life of a process.
 */
import { AssertionError } from '../../raft/index.ts';
import type { Millis, NodeId } from '../../raft/index.ts';
import type { FrameItem } from './frame-item.ts';
import type { PeerContext } from './peer-context.ts';
import type { Peer } from './peer.ts';
import type { PeerEvents, PeerIdentity, RequestResult } from './peer-transport.ts';
import { PendingRequests } from './pending-requests.ts';

/** Upper bound of what an item takes besides its body and text. */
const ITEM_BYTES = 64;

export class RequestDesk {
  readonly #context: PeerContext;
  readonly #events: PeerEvents;
  readonly #pending: PendingRequests;
  readonly #peer: (node: NodeId) => Peer | null;

  constructor(context: PeerContext, events: PeerEvents, peer: (node: NodeId) => Peer | null) {
    this.#context = context;
    this.#events = events;
    this.#peer = peer;
    this.#pending = new PendingRequests(context.clock);
  }

  ask(to: NodeId, method: string, body: Uint8Array, timeout: Millis): Promise<RequestResult> {
    const self = this.#context.self();
    if (to === self.node) return this.#askSelf(self, method, body, timeout);
    const peer = this.#peer(to);
    if (peer === null || peer.connectedTo === null)
      return Promise.resolve({ kind: 'unknown', reason: 'not-connected' });
    const bytes = ITEM_BYTES + method.length * 3 + body.length;
    if (bytes > this.#context.limits.frameBytesMax) {
      return Promise.resolve({ kind: 'error', reason: `a request of ${body.length} bytes is too long` });
    }
    const { id, result } = this.#pending.open(to, timeout);
    if (!peer.push('control', { kind: 'request', id, method, body }, [], bytes)) {
      this.#pending.settle(to, id, { kind: 'error', reason: `the queue to node ${to} is full` });
    }
    return result;
  }

  /** A question of a peer. */
  answer(peer: Peer, from: PeerIdentity, id: number, method: string, body: Uint8Array): void {
    if (peer.requestsInHand >= this.#context.limits.requestsMax) {
      return this.#respond(from, { kind: 'failure', id, reason: 'too many requests in hand' });
    }
    peer.requestsInHand += 1;
    this.#handle(from, method, body, (result) => {
      peer.requestsInHand -= 1;
      this.#respond(
        from,
        result.kind === 'answer'
          ? { kind: 'answer', id, body: result.body }
          : { kind: 'failure', id, reason: result.reason },
      );
    });
  }

  /** A peer's answer to one of our questions. */
  settle(from: NodeId, id: number, result: RequestResult): void {
    this.#pending.settle(from, id, result);
  }

  disconnect(node: NodeId): void {
    this.#pending.disconnect(node);
  }

  disconnectAll(): void {
    this.#pending.disconnectAll();
  }

  #askSelf(self: PeerIdentity, method: string, body: Uint8Array, timeout: Millis): Promise<RequestResult> {
    const { id, result } = this.#pending.open(self.node, timeout);
    this.#context.clock.defer(() =>
      this.#handle(self, method, body, (answer) => this.#pending.settle(self.node, id, answer)),
    );
    return result;
  }

  #handle(
    from: PeerIdentity,
    method: string,
    body: Uint8Array,
    done: (result: Exclude<RequestResult, { kind: 'unknown' }>) => void,
  ): void {
    const failed = (error: unknown): void => {
      // A refusal is the asker's business, a bug is ours: unhandled, it ends the process.
      if (error instanceof AssertionError) throw error;
      done({ kind: 'error', reason: error instanceof Error ? error.message : String(error) });
    };
    void this.#events.onRequest(from, method, body).then((answer) => done({ kind: 'answer', body: answer }), failed);
  }

  #respond(to: PeerIdentity, item: Extract<FrameItem, { kind: 'answer' | 'failure' }>): void {
    const bytes = ITEM_BYTES + (item.kind === 'answer' ? item.body.length : item.reason.length * 3);
    if (bytes > this.#context.limits.frameBytesMax) {
      return this.#respond(to, { kind: 'failure', id: item.id, reason: `an answer of ${bytes} bytes is too long` });
    }
    const peer = this.#peer(to.node);
    if (peer === null || peer.identity?.incarnation !== to.incarnation) return;
    peer.push('control', item, [], bytes);
  }
}
