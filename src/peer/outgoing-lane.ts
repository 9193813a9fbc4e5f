/**
 * What waits to leave on one lane to one peer.
 *
 * ```
 *  push ─▶ open frame ─(full)─▶ sealed frames ─(end of turn)─▶ one write ─▶ network ─(written)─▶ room again
 * ```
 *
 * Items pushed before the lane is opened wait for the handshake. `queuedBytes` counts from `push` until the network
 * has handed the bytes to the operating system.
 */
import { assert } from '../../raft/index.ts';
import type { Millis } from '../../raft/index.ts';
import type { Connection } from '../ports/index.ts';
import type { Clock } from '../../storage/index.ts';
import type { FrameItem } from './frame-item.ts';
import { FrameBuilder } from './frame.ts';
import type { LaneTurn } from './lane-turn.ts';

export interface LaneOptions {
  readonly clock: Clock;
  readonly turn: LaneTurn;
  readonly keepAlive: Millis;
  /** A frame of this size takes no further item. */
  readonly frameBytesTarget: number;
  /** From here on there is no room. */
  readonly queueBytesMax: number;
  /** What may be queued beyond `queueBytesMax` all the same. */
  readonly slackBytes: number;
  /** `room` has become positive again. */
  readonly onRoom: () => void;
}

export class OutgoingLane {
  readonly #options: LaneOptions;
  #connection: Connection | null = null;
  #closed = false;
  #frame: FrameBuilder | null = null;
  readonly #sealed: Uint8Array[] = [];
  #sealedBytes = 0;
  #writingBytes = 0;
  #flushDue = false;
  #wasFull = false;
  #wroteAt = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  get queuedBytes(): number {
    return this.#writingBytes + this.#sealedBytes + (this.#frame === null ? 0 : this.#frame.bytes);
  }

  /** Bytes below the bound, ≥ 0. */
  get room(): number {
    return Math.max(0, this.#options.queueBytesMax - this.queuedBytes);
  }

  /** From now on what is pushed leaves at the end of its turn, and what waited at the end of this one. */
  open(connection: Connection): void {
    assert(this.#connection === null, 'a lane is opened once');
    this.#connection = connection;
    if (this.queuedBytes > 0) this.#scheduleFlush();
  }

  /** Drops everything; later pushes are refused. */
  close(): void {
    this.#closed = true;
    this.#frame = null;
    this.#sealed.length = 0;
    this.#sealedBytes = 0;
    this.#writingBytes = 0;
  }

  /** @param bytes upper bound of what the item takes, attachment included. False: no place, dropped. */
  push(item: FrameItem, attachment: readonly Uint8Array[], bytes: number): boolean {
    if (this.#closed) return false;
    if (this.queuedBytes + bytes > this.#options.queueBytesMax + this.#options.slackBytes) return false;
    if (this.#frame !== null && this.#frame.bytes + bytes > this.#options.frameBytesTarget) this.#seal();
    this.#frame ??= new FrameBuilder();
    this.#frame.add(item, attachment);
    if (this.room === 0) this.#wasFull = true;
    this.#scheduleFlush();
    return true;
  }

  /**
   * Called once in each keep-alive span: queues an empty frame unless something has left since the last call, so that gaps
   * stay below two spans.
   */
  keepAlive(now: Millis): void {
    if (this.#connection === null || this.queuedBytes > 0) return;
    if (now - this.#wroteAt < this.#options.keepAlive) return;
    this.#frame = new FrameBuilder();
    this.#scheduleFlush();
  }

  /** Writes what is queued without waiting for the end of the turn. */
  flush(): void {
    this.#flushDue = false;
    const connection = this.#connection;
    if (this.#closed || connection === null) return;
    this.#seal();
    if (this.#sealedBytes === 0) return;
    const buffers = this.#sealed.splice(0);
    const bytes = this.#sealedBytes;
    this.#sealedBytes = 0;
    this.#writingBytes += bytes;
    this.#wroteAt = this.#options.clock.now();
    connection.writeThen(buffers, () => this.#written(bytes));
  }

  #scheduleFlush(): void {
    if (this.#flushDue || this.#connection === null) return;
    this.#flushDue = true;
    this.#options.turn.add(this);
  }

  #seal(): void {
    if (this.#frame === null) return;
    this.#sealedBytes += this.#frame.bytes;
    for (const buffer of this.#frame.seal()) this.#sealed.push(buffer);
    this.#frame = null;
  }

  #written(bytes: number): void {
    if (this.#closed) return;
    assert(bytes <= this.#writingBytes, () => `${bytes} bytes written of ${this.#writingBytes}`);
    this.#writingBytes -= bytes;
    if (!this.#wasFull || this.room === 0) return;
    this.#wasFull = false;
    this.#options.onRoom();
  }
}
