/**
 * A TCP proxy in user space: one way from one dialler to one listener, with the faults of a network and without root.
 *
 * ```
 *  dialler ──▶ [listen] ── forward ──▶ target        block, delay, throttle, flip: per direction, for all connections
 *          ◀──           ◀── back ──                  cut, half-open: of the connections that there are
 * ```
 * Nobody listens while the target's process is dead, so that diallers are refused as they would be without a proxy. In a
 * partition they wait instead: somebody accepts, and nothing follows.
 */
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Random } from '../../raft/index.ts';
import { Pipe, soundLink } from './pipe.ts';
import type { LinkState } from './pipe.ts';

export interface ProxyOptions {
  readonly host: string;
  readonly port: number;
  readonly target: { readonly host: string; readonly port: number };
  readonly random: Random;
}

interface Pair {
  readonly dialler: Socket;
  readonly target: Socket;
  readonly forward: Pipe;
  readonly back: Pipe;
}

const RELISTEN_MS = 20;

export class TcpProxy {
  readonly #options: ProxyOptions;
  readonly forward: LinkState = soundLink();
  readonly back: LinkState = soundLink();
  readonly #pairs = new Set<Pair>();
  /** Accepted in a partition; connected when it heals. */
  readonly #held = new Set<Socket>();
  /** Kept half-open: never connected to anything again. */
  readonly #deaf = new Set<Socket>();
  #server: Server | null = null;
  #targetUp = false;
  #closed = false;

  constructor(options: ProxyOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#options.port;
  }

  /** Connections that pass through now. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** The target's process listens, or has died. */
  setTargetUp(up: boolean): void {
    this.#targetUp = up;
    this.changed();
  }

  /** To be called after a change of `forward` or `back`. */
  changed(): void {
    const wanted = !this.#closed && (this.#targetUp || this.#blocked);
    if (wanted && this.#server === null) this.#listen();
    else if (!wanted && this.#server !== null) {
      this.#server.close();
      this.#server = null;
    }
    if (!this.#blocked) {
      for (const socket of this.#held) this.#forwardTo(socket);
      this.#held.clear();
    }
    for (const { forward, back } of this.#pairs) {
      forward.pump();
      back.pump();
    }
  }

  /** Ends all connections; `midFrame`: after a few more bytes, so that the last frame is torn. Answers how many. */
  cut(midFrame: boolean): number {
    const count = this.#pairs.size;
    for (const { dialler, target, forward, back } of this.#pairs) {
      if (midFrame) {
        (this.#options.random.below(2) === 0 ? forward : back).cutAfter(1 + this.#options.random.below(200));
        continue;
      }
      dialler.destroy();
      target.destroy();
    }
    return count;
  }

  /** One side of each connection ends, and the other is never told. Answers how many. */
  halfOpen(): number {
    const count = this.#pairs.size;
    for (const pair of this.#pairs) {
      const [gone, kept] =
        this.#options.random.below(2) === 0 ? [pair.dialler, pair.target] : [pair.target, pair.dialler];
      pair.forward.close();
      pair.back.close();
      gone.removeAllListeners();
      kept.removeAllListeners();
      for (const socket of [gone, kept]) socket.on('error', () => undefined);
      gone.destroy();
      kept.pause();
      this.#pairs.delete(pair);
      this.#deaf.add(kept);
      kept.once('close', () => this.#deaf.delete(kept));
    }
    return count;
  }

  close(): void {
    this.#closed = true;
    this.forward.blocked = false;
    this.back.blocked = false;
    for (const socket of [...this.#held, ...this.#deaf]) socket.destroy();
    this.#held.clear();
    for (const { dialler, target } of this.#pairs) {
      dialler.destroy();
      target.destroy();
    }
    this.changed();
  }

  get #blocked(): boolean {
    return this.forward.blocked || this.back.blocked;
  }

  #listen(): void {
    const { host, port } = this.#options;
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accepted(socket));
    this.#server = server;
    server.on('error', () => {
      // Somebody has the port for a moment, mostly a connection of this machine: again, as long as it is wanted.
      if (this.#server === server) this.#server = null;
      setTimeout(() => this.changed(), RELISTEN_MS);
    });
    server.listen({ host, port, exclusive: true });
  }

  #accepted(socket: Socket): void {
    if (this.#blocked) {
      socket.on('error', () => undefined);
      socket.pause();
      this.#held.add(socket);
      socket.once('close', () => this.#held.delete(socket));
    } else this.#forwardTo(socket);
  }

  #forwardTo(dialler: Socket): void {
    if (dialler.destroyed) return;
    const target = connect({ ...this.#options.target, allowHalfOpen: true, noDelay: true });
    target.setMaxListeners(0);
    const { random } = this.#options;
    const pair: Pair = {
      dialler,
      target,
      forward: new Pipe(dialler, target, this.forward, random),
      back: new Pipe(target, dialler, this.back, random),
    };
    this.#pairs.add(pair);
    const over = (): void => {
      if (!dialler.destroyed || !target.destroyed) return;
      pair.forward.close();
      pair.back.close();
      this.#pairs.delete(pair);
    };
    dialler.once('close', over);
    target.once('close', over);
  }
}
