/**
 * One direction of a connection through a proxy: bytes in order, late, slowly, damaged, or not at all.
 *
 * ```
 *  source ──data──▶ queue (due times) ──▶ target        blocked: nothing leaves, the source is read no further,
 *                                                       and its end is not told either
 * ```
 * What waits is bounded: a full queue stops the source, as a full window does.
 */
import type { Socket } from 'node:net';
import type { Random } from '../../raft/index.ts';

/** How a direction of a link is now; shared by all its connections, changed by faults. */
export interface LinkState {
  blocked: boolean;
  /** Milliseconds; each chunk waits so long and a random share of `jitterMs` more, in order. */
  delayMs: number;
  jitterMs: number;
  /** Null: as fast as it goes. */
  bytesPerSecond: number | null;
  /** One chunk in so many gets one bit flipped; 0: none. */
  flipOneIn: number;
  /** Of all bytes that arrived since the link was made. */
  bytes: number;
}

export function soundLink(): LinkState {
  return { blocked: false, delayMs: 0, jitterMs: 0, bytesPerSecond: null, flipOneIn: 0, bytes: 0 };
}

interface Chunk {
  readonly bytes: Buffer;
  readonly dueAt: number;
}

const QUEUE_BYTES_MAX = 1 << 20;

export class Pipe {
  readonly #source: Socket;
  readonly #target: Socket;
  readonly #state: LinkState;
  readonly #random: Random;
  #queue: Chunk[] = [];
  #queued = 0;
  #lastDue = 0;
  #timer: NodeJS.Timeout | null = null;
  #draining = false;
  /** How the source ended; null: it goes on. */
  #end: 'ended' | 'reset' | null = null;
  #cutAfter: number | null = null;

  constructor(source: Socket, target: Socket, state: LinkState, random: Random) {
    this.#source = source;
    this.#target = target;
    this.#state = state;
    this.#random = random;
    source.on('data', (bytes) => this.#take(bytes));
    source.on('end', () => this.#ended('ended'));
    source.on('close', () => this.#ended(source.readableEnded ? 'ended' : 'reset'));
    // 'close' follows, and says all.
    source.on('error', () => undefined);
    target.on('drain', () => {
      this.#draining = false;
      this.pump();
    });
    if (state.blocked) source.pause();
  }

  /** Lets `bytes` more pass, then ends both sides without a word. */
  cutAfter(bytes: number): void {
    this.#cutAfter = bytes;
  }

  /** Moves what is due. Called whenever the state of the link has changed. */
  pump(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#state.blocked) return void this.#source.pause();
    for (let first = this.#queue[0]; first !== undefined && !this.#draining; first = this.#queue[0]) {
      const wait = first.dueAt - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.pump(), wait);
        break;
      }
      this.#queue.shift();
      this.#queued -= first.bytes.length;
      this.#write(first.bytes);
    }
    if (this.#queued < QUEUE_BYTES_MAX && this.#source.isPaused()) this.#source.resume();
    if (this.#queue.length === 0 && this.#end !== null) this.#tellEnd(this.#end);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#queue = [];
  }

  #take(bytes: Buffer): void {
    const { delayMs, jitterMs, bytesPerSecond } = this.#state;
    const late = delayMs + (jitterMs === 0 ? 0 : jitterMs * this.#random.fraction());
    const slow = bytesPerSecond === null ? 0 : (bytes.length / bytesPerSecond) * 1000;
    this.#lastDue = Math.max(this.#lastDue, performance.now() + late) + slow;
    this.#state.bytes += bytes.length;
    this.#queue.push({ bytes: this.#damaged(bytes), dueAt: late + slow === 0 ? 0 : this.#lastDue });
    this.#queued += bytes.length;
    if (this.#queued >= QUEUE_BYTES_MAX) this.#source.pause();
    this.pump();
  }

  #damaged(bytes: Buffer): Buffer {
    const { flipOneIn } = this.#state;
    if (flipOneIn === 0 || this.#random.below(flipOneIn) > 0) return bytes;
    const at = this.#random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << this.#random.below(8));
    return bytes;
  }

  #write(bytes: Buffer): void {
    if (this.#target.destroyed) return;
    const passed = this.#cutAfter === null ? bytes : bytes.subarray(0, this.#cutAfter);
    if (!this.#target.write(passed)) this.#draining = true;
    if (this.#cutAfter === null) return;
    this.#cutAfter -= passed.length;
    if (this.#cutAfter > 0) return;
    this.#target.destroySoon();
    this.#source.destroy();
  }

  #ended(how: 'ended' | 'reset'): void {
    if (this.#end !== null) return;
    this.#end = how;
    this.pump();
  }

  #tellEnd(how: 'ended' | 'reset'): void {
    if (this.#target.destroyed) return;
    if (how === 'ended') this.#target.end();
    else this.#target.destroy();
  }
}
