/**
 * Snapshot chunks of one replica: reads those that a follower wants and sends them, stores those that come.
 *
 * Nothing is forgotten: a snapshot that cannot be read is tried again after a pause, one whose chunk cannot be stored
 * wants the same chunk again, and chunks that get lost on the way are asked for by the core on a tick.
 */
import { byteCount, millis, present } from '../../raft/index.ts';
import type { Effect, GroupId, Input, Message, Term } from '../../raft/index.ts';
import type { Clock } from '../../storage/index.ts';
import type { PeerTransport } from '../peer/index.ts';
import type { LogSink } from '../ports/index.ts';
import type { SnapshotSender } from './snapshot-transfer.ts';

type SendSnapshot = Extract<Effect, { kind: 'send-snapshot' }>;
type StoreSnapshot = Extract<Effect, { kind: 'store-snapshot' }>;

/** Pause before a snapshot that could not be read is tried again. */
const RETRY = millis(500);

export interface SnapshotDriverOptions {
  readonly group: GroupId;
  readonly clock: Clock;
  readonly transport: PeerTransport;
  readonly sink: LogSink;
  /** Null for groups without snapshots. */
  readonly snapshots: SnapshotSender | null;
}

/** The replica that this is a part of. */
export interface SnapshotOwner {
  /** Whether it leads in this term still. */
  leadsIn(term: Term): boolean;
  input(input: Input): void;
}

export class SnapshotDriver {
  readonly #options: SnapshotDriverOptions;
  readonly #owner: SnapshotOwner;

  constructor(options: SnapshotDriverOptions, owner: SnapshotOwner) {
    this.#options = options;
    this.#owner = owner;
  }

  send(effect: SendSnapshot): void {
    const { peer, progressId, term, position, bytesMax } = effect;
    if (!this.#owner.leadsIn(term)) return;
    const { group, transport } = this.#options;
    this.#snapshots()
      .read(effect.meta, position, bytesMax)
      .then(
        (chunk) => {
          if (chunk === null) return this.#sendLater(effect, 'there is none');
          const { meta } = chunk;
          const bytes = byteCount(chunk.bytes.length);
          const message: Message = { kind: 'snapshot', term, progressId, meta, position, bytes };
          transport.send(peer, group, message, [chunk.bytes]);
          // Arrived or not: a chunk that stays unanswered is asked for again on a tick.
          this.#owner.input({ kind: 'snapshot-sent', peer, progressId, meta, position, bytes });
        },
        (error: unknown) => this.#sendLater(effect, String(error)),
      );
  }

  /** `chunk` is kept until it is stored. */
  store(effect: StoreSnapshot, chunk: Uint8Array): void {
    const { from, progressId, meta } = effect;
    const { group, sink } = this.#options;
    this.#snapshots()
      .receive(meta, effect.position, chunk)
      .then(
        (position) => this.#owner.input({ kind: 'snapshot-stored', from, progressId, meta, position }),
        (error: unknown) => {
          sink.log('error', 'cannot store a snapshot', { group, reason: String(error) });
          // Not stored: the same bytes are wanted again.
          const { position } = effect;
          this.#owner.input({ kind: 'snapshot-stored', from, progressId, meta, position });
        },
      );
  }

  #snapshots(): SnapshotSender {
    return present(this.#options.snapshots, 'snapshots of this group');
  }

  #sendLater(effect: SendSnapshot, reason: string): void {
    const { group, sink, clock } = this.#options;
    sink.log('error', 'cannot read a snapshot for a follower', { group, peer: effect.peer, reason });
    clock.setTimer(RETRY, () => this.send(effect));
  }
}
