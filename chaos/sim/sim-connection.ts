/**
 * One end of a simulated connection: what a process holds.
 *
 *   open ──▶ closing (local end, waits for the other side) ──▶ closed
 *     └────▶ closed (the other side ended, a reset, destroy, the process died)
 *
 * A killed process's kernel ends or resets its connections; a machine without power says nothing, and the
 * other side learns of it when it next sends to the machine that has come back.
 */
import { assert } from '../../raft/index.ts';
import type { Random } from '../../raft/index.ts';
import type { CloseReason, Connection, ConnectionHandler } from '../../src/ports/index.ts';
import { drawLatency } from './disk-faults.ts';
import type { Life, LifeEnd } from './life.ts';
import type { Link, NetworkLinks } from './network-links.ts';
import { Pipe } from './sim-pipe.ts';
import type { CutKind, PipeReader } from './sim-pipe.ts';

const HIGH_MARK_BYTES = 1024 * 1024;
/** How long `end` waits for the other side, in milliseconds. */
const END_TIMEOUT = 5_000;

export interface ConnectionParts {
  readonly id: number;
  readonly life: Life;
  readonly remote: string;
  readonly links: NetworkLinks;
  readonly chance: Random;
  /** Whether the machine of that index has power. */
  readonly powered: (machine: number) => boolean;
}

export class SimConnection implements Connection, PipeReader {
  readonly remote: string;
  readonly life: Life;
  readonly id: number;
  readonly #parts: ConnectionParts;
  #peer: SimConnection | null = null;
  #out: Pipe | null = null;
  #handler: ConnectionHandler | null = null;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #closedFor: CloseReason | null = null;
  #paused = false;
  #drainWanted = false;
  /** They wait to hear that their bytes were written, which they never will be. */
  #unwritten: readonly (() => void)[] = [];
  readonly #forget: () => void;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.life = parts.life;
    this.remote = parts.remote;
    this.#forget = parts.life.onEnd((how) => this.#lifeEnded(how));
  }

  /** Joins two ends. */
  static pair(client: SimConnection, server: SimConnection): void {
    client.#join(server);
    server.#join(client);
  }

  get queuedBytes(): number {
    return this.#out?.queuedBytes ?? 0;
  }

  /** For the pipe that ends here: whether bytes can be handed over. */
  get ready(): boolean {
    return this.#handler !== null && (!this.#paused || this.#state === 'closing');
  }

  get gone(): boolean {
    return this.#state === 'closed';
  }

  /** Gives the connection its handler, once, in the turn in which it is announced. */
  attach(handler: ConnectionHandler): void {
    assert(this.#handler === null, 'a connection has one handler');
    this.#handler = handler;
    const reason = this.#closedFor;
    if (reason !== null) this.life.schedule('net-close', 0, () => handler.onClose(reason));
    else this.#incoming()?.wake();
  }

  write(buffers: readonly Uint8Array[]): boolean {
    return this.#write(buffers, null);
  }

  writeThen(buffers: readonly Uint8Array[], written: () => void): boolean {
    return this.#write(buffers, written);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#incoming()?.wake();
  }

  end(): void {
    if (!this.life.alive || this.#state !== 'open') return;
    this.#state = 'closing';
    this.#out?.end();
    this.#incoming()?.wake();
    this.life.schedule('net-close', END_TIMEOUT, () => this.#finish('local'));
  }

  destroy(): void {
    if (!this.life.alive || this.#state === 'closed') return;
    this.#state = 'closing';
    this.#endOrReset();
    this.life.schedule('net-close', 0, () => this.#finish('local'));
  }

  data(chunk: Buffer): void {
    if (this.#state === 'open') this.#handler?.onData(chunk);
  }

  /** The other side's end of stream: we end too. */
  ended(): void {
    const local = this.#state === 'closing';
    const peer = this.#peer;
    this.#finish(local ? 'local' : 'ended');
    // The side that ended first has waited for this.
    if (!local && peer !== null && peer.life.alive) this.#out?.end();
  }

  unknown(): boolean {
    if (!this.#parts.powered(this.life.machine)) return false;
    this.#peer?.resetSoon();
    return true;
  }

  /** A reset is on its way to this end; a blocked link loses it. */
  resetSoon(): void {
    const peer = this.#peer;
    assert(peer !== null, 'a connection must be joined');
    const { links, chance } = this.#parts;
    const link = links.link(peer.life.machine, this.life.machine);
    this.life.schedule('net-close', drawLatency(link.latency, chance), () => {
      if (!link.blocked) this.#finish(this.#state === 'closing' ? 'local' : 'reset');
    });
  }

  /** A link has healed, or a machine has come back: what this end sends goes on. */
  wake(): void {
    this.#out?.wake();
  }

  /** Whether this end is on the one machine and the other on the other. */
  leads(from: number, to: number): boolean {
    return this.life.machine === from && this.#peer?.life.machine === to;
  }

  /** The connection breaks when so many bytes more of what this end sends have arrived; 0: at once. */
  cutAfter(bytes: number, how: CutKind): void {
    this.#out?.cutAfter(bytes, how);
  }

  /** Nothing that this end sends arrives any more. */
  swallow(): void {
    this.#out?.swallow();
  }

  /** This end is reset, and the other is not told. */
  forget(): void {
    this.life.schedule('net-close', 0, () => this.#finish(this.#state === 'closing' ? 'local' : 'reset'));
  }

  cut(how: CutKind): void {
    if (how === 'end') return this.ended();
    this.#finish(this.#state === 'closing' ? 'local' : 'reset');
    const peer = this.#peer;
    if (peer !== null && !peer.gone) peer.resetSoon();
  }

  /** Whether what this end sends, or its acknowledgements, take that link. */
  uses(link: Link): boolean {
    const [here, there] = [this.life.machine, this.#peer?.life.machine];
    return (here === link.from && there === link.to) || (here === link.to && there === link.from);
  }

  /** Whether one of the two ends is on the machine of that index. */
  touches(machine: number): boolean {
    return this.life.machine === machine || this.#peer?.life.machine === machine;
  }

  #join(peer: SimConnection): void {
    this.#peer = peer;
    const { id, links, chance } = this.#parts;
    const [from, to] = [this.life.machine, peer.life.machine];
    this.#out = new Pipe({
      id,
      scheduler: this.life.scheduler,
      chance,
      link: links.link(from, to),
      back: links.link(to, from),
      sender: this.life,
      reader: peer,
      onSend: (data) => links.onSend?.(from, to, id, data),
      onMoved: () => this.#moved(),
    });
  }

  #incoming(): Pipe | null {
    return this.#peer === null ? null : this.#peer.#out;
  }

  #write(buffers: readonly Uint8Array[], written: (() => void) | null): boolean {
    if (!this.life.alive) return true;
    if (this.#state !== 'open' || this.#out === null) {
      if (written !== null) this.life.schedule('net-send', 0, written);
      return true;
    }
    this.life.watch?.('write', 'start');
    if (!this.life.alive) return true;
    const isSent = this.#out.write(buffers, written);
    if (isSent && written !== null) this.life.soon(written);
    this.life.watch?.('write', 'done');
    if (isSent) return true;
    if (this.#out.queuedBytes <= HIGH_MARK_BYTES) return true;
    this.#drainWanted = true;
    return false;
  }

  #moved(): void {
    if (!this.#drainWanted || this.queuedBytes > 0 || !this.life.alive) return;
    this.#drainWanted = false;
    this.life.schedule('net-send', 0, () => {
      if (this.#state === 'open') this.#handler?.onDrain();
    });
  }

  #finish(reason: CloseReason): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.life.note('net-close', this.id, 0, reason);
    this.#closedFor = reason;
    this.#forget();
    this.#incoming()?.cut();
    this.#drop();
    if (reason === 'local') this.#out?.end();
    const unwritten = this.#unwritten;
    this.#unwritten = [];
    for (const written of unwritten) written();
    this.#handler?.onClose(reason);
  }

  /** What is not on the wire never will be. */
  #drop(): void {
    const waiting = this.#out?.dropQueue() ?? [];
    if (waiting.length > 0) this.#unwritten = [...this.#unwritten, ...waiting];
  }

  /** How a kernel closes what a process leaves: an orderly end, or a reset that overtakes what is on the wire. */
  #endOrReset(): void {
    this.#drop();
    if (this.#parts.chance.below(2) === 0) this.#out?.end();
    else {
      // A blocked link may lose the reset: then bytes from the peer find nobody and bring another.
      this.#out?.cut();
      this.#peer?.resetSoon();
    }
  }

  #lifeEnded(how: LifeEnd): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    if (how === 'process') this.#endOrReset();
    else {
      this.#out?.dropQueue();
      this.#out?.cut();
    }
    this.#incoming()?.wake();
  }
}
