/**
 * One direction of a simulated connection.
 *
 *   write ──▶ queue (the process's memory) ──▶ wire (kernels and cable, at most a window) ──▶ onData
 *
 * The wire is first in, first out, with at most one event under way for its head: bytes keep their order
 * whatever the delays. Deliveries are cut and joined at seeded places, because TCP keeps no boundaries. A
 * blocked link or an absent reader stops the wire; `wake` sets it going again.
 */
import { assert } from '../../raft/index.ts';
import type { Random } from '../../raft/index.ts';
import { drawLatency } from './disk-faults.ts';
import type { Life } from './life.ts';
import type { Link } from './network-links.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimEvent } from './event-queue.ts';
import { fingerprint, sameBytes } from './trace.ts';

/** Bytes that the kernels and the cable hold in one direction. */
const WINDOW_BYTES = 256 * 1024;
const SEGMENT_BYTES = 64 * 1024;
/** A drip comes so often in a second. */
const DRIPS = 20;

/** How a connection is cut by the network: both ends are reset, or find the end of the stream. */
export type CutKind = 'reset' | 'end';

/** What did not fit on the wire at once. */
interface Write {
  readonly buffers: readonly Uint8Array[];
  readonly data: Buffer;
  readonly written: (() => void) | null;
  /** Bytes already on the wire. */
  sent: number;
}

/** Bytes, or the end of the stream (null), and when it arrives. */
interface Segment {
  readonly at: number;
  readonly data: Buffer | null;
}

/** The receiving end, as a pipe sees it. */
export interface PipeReader {
  /** Whose process reads. */
  readonly life: Life;
  /** False: the wire must wait until `wake`. */
  readonly ready: boolean;
  /** Nobody there knows this connection any more. */
  readonly gone: boolean;
  data(chunk: Buffer): void;
  ended(): void;
  /** Both ends are cut off. */
  cut(how: CutKind): void;
  /** Bytes came though it is gone. Answers whether a machine is there to say so. */
  unknown(): boolean;
}

export interface PipeParts {
  readonly id: number;
  readonly scheduler: Scheduler;
  readonly chance: Random;
  /** The way of the bytes, and the way of their acknowledgements. */
  readonly link: Link;
  readonly back: Link;
  readonly sender: Life;
  readonly reader: PipeReader;
  /** What a process hands over; to be looked at now. */
  readonly onSend: (data: Buffer) => void;
  /** Bytes went from the queue to the wire. */
  readonly onMoved: () => void;
}

export class Pipe {
  queuedBytes = 0;
  readonly #parts: PipeParts;
  #queue: Write[] = [];
  #wire: Segment[] = [];
  #wireBytes = 0;
  #lastAt = 0;
  #armed: SimEvent | null = null;
  /** Delivered, but the acknowledgement cannot come back: the link is blocked the other way. */
  #unacknowledged = 0;
  #end: 'no' | 'wanted' | 'sent' = 'no';
  /** Its share of the link's spread. */
  readonly #share: number;
  /** On a drip: nothing arrives before. */
  #dripAt = 0;
  /** It is cut when so many bytes more have arrived; null: it is not. */
  #cutAfter: number | null = null;
  #cutKind: CutKind = 'reset';
  /** Nothing arrives any more. */
  #swallowed = false;

  constructor(parts: PipeParts) {
    this.#parts = parts;
    this.#share = parts.chance.fraction();
  }

  cutAfter(bytes: number, how: CutKind): void {
    this.#cutAfter = bytes;
    this.#cutKind = how;
    const { life } = this.#parts.reader;
    if (bytes === 0) life.schedule('net-close', 0, () => this.#cutNow());
  }

  /** From now on nothing arrives, and nobody is told: whoever is in between has forgotten the connection. */
  swallow(): void {
    this.#swallowed = true;
  }

  /** True: all of it is on the wire at once, and `written` will not be called. */
  write(buffers: readonly Uint8Array[], written: (() => void) | null): boolean {
    const { scheduler, id, link } = this.#parts;
    const data = Buffer.concat(buffers);
    scheduler.trace.add('net-send', scheduler.now, link.from, id, fingerprint(data));
    this.#parts.onSend(data);
    const { length } = data;
    if (length <= SEGMENT_BYTES && this.#queue.length === 0 && this.#wireBytes < WINDOW_BYTES) {
      this.#put(data);
      return true;
    }
    this.#queue.push({ buffers, data, written, sent: 0 });
    this.queuedBytes += length;
    this.#pump();
    return false;
  }

  /** The end of the stream, after all that is queued. */
  end(): void {
    if (this.#end !== 'no') return;
    this.#end = 'wanted';
    this.#pump();
  }

  /** Drops what is queued; what is on the wire stays. Answers who still waits to hear that it was written. */
  dropQueue(): readonly (() => void)[] {
    const waiting = this.#queue.flatMap(({ written }) => (written === null ? [] : [written]));
    this.#queue = [];
    this.queuedBytes = 0;
    return waiting;
  }

  /** Drops everything, on the wire too. */
  cut(): void {
    this.#wire = [];
    this.#wireBytes = 0;
    this.#unacknowledged = 0;
    this.#disarm();
  }

  /** Something that may have stopped the wire has changed. */
  wake(): void {
    if (!this.#parts.back.blocked) {
      this.#wireBytes = Math.max(0, this.#wireBytes - this.#unacknowledged);
      this.#unacknowledged = 0;
    }
    this.#disarm();
    this.#arm(true);
    this.#pump();
  }

  #pump(): void {
    while (this.#wireBytes < WINDOW_BYTES) {
      const write = this.#queue[0];
      if (write === undefined) break;
      const { data, buffers, written } = write;
      assert(sameBytes(buffers, data, write.sent), 'a buffer changed while it was queued on a connection');
      const end = Math.min(data.length, write.sent + SEGMENT_BYTES);
      this.#put(data.subarray(write.sent, end));
      this.queuedBytes -= end - write.sent;
      write.sent = end;
      if (end < data.length) continue;
      this.#queue.shift();
      if (written !== null && this.#parts.sender.alive) this.#parts.sender.schedule('net-send', 0, written);
    }
    if (this.#queue.length === 0 && this.#end === 'wanted') {
      this.#end = 'sent';
      this.#put(null);
    }
    this.#parts.onMoved();
  }

  /** `data` is given away. */
  #put(data: Buffer | null): void {
    if (data !== null && data.length === 0) return;
    const { scheduler, chance, link } = this.#parts;
    const delay = drawLatency(link.latency, chance) + link.troubles.spread * this.#share;
    this.#lastAt = Math.max(this.#lastAt, scheduler.now + delay);
    this.#wire.push({ at: this.#lastAt, data });
    if (data !== null) this.#wireBytes += data.length;
    if (this.#armed === null) this.#arm(false);
  }

  #disarm(): void {
    if (this.#armed !== null) this.#parts.scheduler.cancel(this.#armed);
    this.#armed = null;
  }

  /** @param afresh as after a retransmission: the head takes a new delay */
  #arm(afresh: boolean): void {
    const head = this.#wire[0];
    if (head === undefined || this.#armed !== null) return;
    const { scheduler, chance, link, reader } = this.#parts;
    let delay = Math.max(0, head.at - scheduler.now, this.#dripAt - scheduler.now);
    if (afresh && delay === 0) delay = drawLatency(link.latency, chance);
    const owner = reader.life.alive ? reader.life : null;
    const event = scheduler.schedule(owner, 'net-deliver', delay, () => {
      // A paused machine may bring an event that `wake` has replaced.
      if (this.#armed !== event) return;
      this.#armed = null;
      this.#arrive();
    });
    this.#armed = event;
  }

  #arrive(): void {
    const { link, back, reader, scheduler, chance, id } = this.#parts;
    if (link.blocked || this.#swallowed) return;
    if (reader.gone) return this.#arriveAtNobody();
    const { isUnread, bytesMax, flipOneIn } = link.troubles;
    const head = this.#wire[0];
    if (!reader.ready || isUnread || head === undefined) return;
    if (bytesMax > 0 && head.data !== null && head.data.length > bytesMax) return;
    this.#wire.shift();
    if (head.data === null) {
      this.cut();
      return reader.ended();
    }
    const chunk = this.#atMost(this.#allowed(), this.#cutOrJoin(head, head.data));
    if (back.blocked) this.#unacknowledged += chunk.length;
    else this.#wireBytes -= chunk.length;
    scheduler.trace.add('net-deliver', scheduler.now, link.to, id, chunk.length);
    if (flipOneIn > 0 && chance.below(flipOneIn) === 0) {
      const index = chance.below(chunk.length);
      chunk[index] = (chunk[index] ?? 0) ^ (1 << chance.below(8));
    }
    reader.data(chunk);
    if (this.#cutAfter !== null) {
      this.#cutAfter -= chunk.length;
      if (this.#cutAfter === 0) return this.#cutNow();
    }
    if (this.#queue.length > 0 || this.#end === 'wanted') this.#pump();
    this.#arm(false);
  }

  /** Bytes that may arrive now: of a drip, and until the connection is cut. */
  #allowed(): number {
    const { bytesPerSecond } = this.#parts.link.troubles;
    const drop = bytesPerSecond > 0 ? Math.max(1, Math.floor(bytesPerSecond / DRIPS)) : Number.POSITIVE_INFINITY;
    return Math.min(drop, this.#cutAfter ?? Number.POSITIVE_INFINITY);
  }

  /** The first `most` bytes; the rest comes later. */
  #atMost(most: number, chunk: Buffer): Buffer {
    const { link, scheduler } = this.#parts;
    const taken = chunk.length > most ? chunk.subarray(0, most) : chunk;
    if (taken !== chunk) this.#wire.unshift({ at: scheduler.now, data: chunk.subarray(most) });
    const { bytesPerSecond } = link.troubles;
    if (bytesPerSecond > 0) this.#dripAt = scheduler.now + (1000 * taken.length) / bytesPerSecond;
    return taken;
  }

  #cutNow(): void {
    const { reader } = this.#parts;
    this.#cutAfter = null;
    this.cut();
    if (!reader.gone) reader.cut(this.#cutKind);
  }

  #arriveAtNobody(): void {
    const { back, reader } = this.#parts;
    const onlyEnd = this.#wire[0]?.data === null;
    // The reset would be lost: these bytes are sent again until it is not.
    if (!onlyEnd && back.blocked) return;
    if (onlyEnd || reader.unknown()) this.cut();
  }

  /** The bytes that arrive together: the head, a part of it, or it and what is right behind; owned by the receiver. */
  #cutOrJoin(head: Segment, data: Buffer): Buffer {
    const { chance, scheduler } = this.#parts;
    const draw = chance.below(8);
    if (draw === 0 && data.length > 1) {
      const at = 1 + chance.below(data.length - 1);
      this.#wire.unshift({ at: head.at, data: data.subarray(at) });
      return data.subarray(0, at);
    }
    const next = this.#wire[0];
    if (draw > 2 || next === undefined || next.data === null || next.at > scheduler.now) return data;
    const joined = [data];
    for (;;) {
      const following = this.#wire[0];
      if (following === undefined || following.data === null || following.at > scheduler.now) break;
      joined.push(following.data);
      this.#wire.shift();
    }
    return Buffer.concat(joined);
  }
}
