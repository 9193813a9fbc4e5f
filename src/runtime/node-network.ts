/**
 * The real `Network`: TCP sockets of Node.
 *
 * Nagle is off, keep-alive is on, several buffers leave as one writev. Half-open connections are not kept:
 * when the other side ends, so do we. The queue's high mark is 1 MiB; it counts as drained when it is empty.
 */
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { ListenError } from '../ports/index.ts';
import type { ListenErrorKind } from '../ports/index.ts';
import type { CloseReason, Connection, ConnectionHandler, Listener, Network } from '../ports/index.ts';

const HIGH_MARK_BYTES = 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
/** How long `end` waits for the other side to end as well. */
const END_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_MS = 10_000;
const BACKLOG = 511;

const reasons: ReadonlyMap<string, CloseReason> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['ETIMEDOUT', 'timeout'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['EHOSTDOWN', 'unreachable'],
  ['ENETDOWN', 'unreachable'],
  ['EADDRNOTAVAIL', 'unreachable'],
  ['ENOTFOUND', 'unreachable'],
  ['EAI_AGAIN', 'unreachable'],
]);

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

function reasonOf(error: Error): CloseReason {
  return reasons.get(codeOf(error)) ?? 'reset';
}

class NodeConnection implements Connection {
  readonly remote: string;
  readonly #socket: Socket;
  #closed = false;
  #local = false;
  #drainWanted = false;
  readonly #received: (bytes: number) => void;

  constructor(socket: Socket, received: (bytes: number) => void) {
    this.#socket = socket;
    this.#received = received;
    const host = socket.remoteAddress ?? '';
    this.remote = `${host.includes(':') ? `[${host}]` : host}:${socket.remotePort ?? 0}`;
  }

  /** Connects the socket's events to `handler`, for good. */
  attach(handler: ConnectionHandler): void {
    const socket = this.#socket;
    let reason: CloseReason = 'ended';
    socket.on('data', (chunk: Buffer) => {
      this.#received(chunk.length);
      if (!this.#local) handler.onData(chunk);
    });
    socket.on('drain', () => {
      if (!this.#drainWanted) return;
      this.#drainWanted = false;
      if (!this.#local) handler.onDrain();
    });
    socket.on('error', (error: Error) => {
      reason = reasonOf(error);
    });
    socket.on('close', () => {
      this.#closed = true;
      handler.onClose(this.#local ? 'local' : reason);
    });
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  write(buffers: readonly Uint8Array[]): boolean {
    return this.#write(buffers, undefined);
  }

  writeThen(buffers: readonly Uint8Array[], written: () => void): boolean {
    // Node calls back with an error when the connection breaks first: written or gone, both are the end of it.
    return this.#write(buffers, () => written());
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    if (this.#closed || this.#local) return;
    this.#local = true;
    const socket = this.#socket;
    // What still comes in is dropped, but must be read for the other side's end to be seen.
    socket.resume();
    socket.end();
    const timeout = setTimeout(() => socket.destroy(), END_TIMEOUT_MS);
    timeout.unref();
    socket.on('close', () => clearTimeout(timeout));
  }

  destroy(): void {
    if (this.#closed) return;
    this.#local = true;
    this.#socket.destroy();
  }

  #write(buffers: readonly Uint8Array[], written: (() => void) | undefined): boolean {
    const socket = this.#socket;
    if (this.#closed || this.#local || !socket.writable) {
      if (written !== undefined) setImmediate(written);
      return true;
    }
    const last = buffers.length - 1;
    if (last > 0) socket.cork();
    for (let index = 0; index <= last; index += 1) {
      const buffer = buffers[index];
      if (buffer === undefined) continue;
      if (index === last && written !== undefined) socket.write(buffer, written);
      else socket.write(buffer);
    }
    if (last > 0) socket.uncork();
    if (last < 0 && written !== undefined) setImmediate(written);
    if (socket.writableLength <= HIGH_MARK_BYTES) return true;
    this.#drainWanted = true;
    return false;
  }
}

export class NodeNetwork implements Network {
  readonly #warn: (message: string) => void;
  #expected: { bytes: number; readonly arrived: () => void } | null = null;
  readonly #count = (bytes: number): void => {
    if (this.#expected === null) return;
    this.#expected.bytes -= bytes;
    if (this.#expected.bytes > 0) return;
    const { arrived } = this.#expected;
    this.#expected = null;
    arrived();
  };

  /** @param warn told of failures to accept a connection (out of file handles); the listener lives on */
  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** Calls back once, when so many bytes have come in from now on, over all connections. One such wish at a time. */
  afterReceiving(bytes: number, arrived: () => void): void {
    this.#expected = { bytes, arrived };
  }

  listen(host: string, port: number, accept: (connection: Connection) => ConnectionHandler): Promise<Listener> {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
      server.on('connection', (socket) => {
        const connection = new NodeConnection(socket, this.#count);
        connection.attach(accept(connection));
      });
      server.once('error', (error) => reject(listenError(error, `${host}:${port}`)));
      server.listen({ host, port, backlog: BACKLOG }, () => {
        server.removeAllListeners('error');
        server.on('error', (error) => this.#warn(`accept on ${host}:${port} failed: ${error.message}`));
        const address = server.address();
        const bound = address !== null && typeof address === 'object' ? address.port : port;
        resolve({
          port: bound,
          close: () => {
            // The port is free at once; Node's own callback would wait for the connections to end.
            if (server.listening) server.close();
            return Promise.resolve();
          },
        });
      });
    });
  }

  connect(
    host: string,
    port: number,
    opened: (connection: Connection) => ConnectionHandler,
    failed: (reason: CloseReason) => void,
  ): { cancel(): void } {
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
    let settled = false;
    const give = (reason: CloseReason | null): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timeout);
      socket.destroy();
      if (reason !== null) failed(reason);
    };
    const timeout = setTimeout(() => give('timeout'), CONNECT_TIMEOUT_MS);
    timeout.unref();
    const onError = (error: Error): void => give(reasonOf(error));
    socket.on('error', onError);
    socket.once('connect', () => {
      if (settled) return;
      settled = true;
      clearTimeout(timeout);
      const connection = new NodeConnection(socket, this.#count);
      connection.attach(opened(connection));
    });
    return { cancel: () => give(null) };
  }
}

const LISTEN_ERRORS: ReadonlyMap<string, ListenErrorKind> = new Map([
  ['EADDRINUSE', 'in-use'],
  ['EACCES', 'denied'],
  ['EMFILE', 'handles'],
  ['ENFILE', 'handles'],
]);

/** What `error`, of a listener of node:net, means. */
export function listenError(error: Error, address: string): ListenError {
  return new ListenError(LISTEN_ERRORS.get(codeOf(error)) ?? 'unavailable', address, error.message);
}
