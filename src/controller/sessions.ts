/**
 * Who is alive, as the controller's own node sees it: the last sign of each broker's present life.
 *
 * A sign is any frame of that incarnation on any connection (the transport knows), or a heartbeat. Volatile: a new
 * controller starts each session from the last frame that its own node received, and where it received none, from the
 * moment it took over. Sessions only say who is silent; fencing is a record.
 */
import { millis } from '../../raft/index.ts';
import type { Incarnation, Millis, NodeId, Offset } from '../../raft/index.ts';
import type { Broker } from '../metadata/index.ts';

/** The last frame that came from a node, and of which life; null: none. */
export type ContactOf = (node: NodeId) => { readonly incarnation: Incarnation; readonly lastFrameAt: Millis } | null;

interface Session {
  readonly incarnation: Incarnation;
  lastSignAt: Millis;
  /** One past the last metadata record that the broker said it had applied. */
  appliedEnd: Offset;
}

export class Sessions {
  readonly #self: NodeId;
  readonly #contactOf: ContactOf;
  readonly #timeout: Millis;
  /** Signs before this do not count for brokers that were never heard. */
  readonly #startedAt: Millis;
  readonly #sessions = new Map<NodeId, Session>();

  constructor(self: NodeId, contactOf: ContactOf, timeout: Millis, startedAt: Millis) {
    this.#self = self;
    this.#contactOf = contactOf;
    this.#timeout = timeout;
    this.#startedAt = startedAt;
  }

  /** A heartbeat came. */
  heard(node: NodeId, incarnation: Incarnation, appliedEnd: Offset, now: Millis): void {
    const session = this.#sessions.get(node);
    if (session === undefined || session.incarnation !== incarnation) {
      this.#sessions.set(node, { incarnation, lastSignAt: now, appliedEnd });
      return;
    }
    session.lastSignAt = now;
    if (appliedEnd > session.appliedEnd) session.appliedEnd = appliedEnd;
  }

  /** Signs of this very life within the timeout. The controller's own broker lives as long as it does: in its present life. */
  isAlive(node: NodeId, incarnation: Incarnation, now: Millis): boolean {
    if (node === this.#self) return (this.#contactOf(node)?.incarnation ?? incarnation) === incarnation;
    const last = this.#lastSign(node, incarnation);
    return last !== null && now - last < this.#timeout;
  }

  /** No sign of its present life for the session timeout. */
  isSilent(broker: Broker, now: Millis): boolean {
    if (broker.node === this.#self) return false;
    const last = this.#lastSign(broker.node, broker.incarnation) ?? this.#startedAt;
    return now - last >= this.#timeout;
  }

  /** Null: never heard from in this life. */
  appliedEnd(broker: Broker): Offset | null {
    const session = this.#sessions.get(broker.node);
    return session === undefined || session.incarnation !== broker.incarnation ? null : session.appliedEnd;
  }

  #lastSign(node: NodeId, incarnation: Incarnation): Millis | null {
    const session = this.#sessions.get(node);
    const heartbeat = session !== undefined && session.incarnation === incarnation ? session.lastSignAt : null;
    const contact = this.#contactOf(node);
    const frame = contact !== null && contact.incarnation === incarnation ? contact.lastFrameAt : null;
    if (heartbeat === null || frame === null) return heartbeat ?? frame;
    return millis(Math.max(heartbeat, frame));
  }
}
