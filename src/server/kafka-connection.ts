/**
 * One client connection: frames in, handlers called in order, responses out in the order of the requests.
 *
 * ```
 *  bytes ─▶ FrameReader ─▶ header, version, decode ─▶ turns (one at a time; produces side by side) ─▶ handler
 *                                                          └── responses leave in the order of the requests ─▶ write
 * ```
 *
 * Whatever cannot be understood closes the connection with one log line (an unknown version of ApiVersions alone is
 * answered, so that clients can fall back). Reading stops while too much is unanswered or unread by the client, and requests
 * that were read wait while there is no memory for answers. A request
 * that comes in drop by drop, and a connection on which nothing happens, are ended when the server looks (`overdue`).
 */
import type { Clock, Connection, ConnectionHandler, CloseReason, LogSink } from '../ports/index.ts';
import { accepts, FrameReader, readRequestHeader, readRequestStart, responseFrame, WireError } from '../wire/index.ts';
import type { ApiSchema, Encodable, WireCodec } from '../wire/index.ts';
import type { ApiHandler, HandlerResult, RequestContext } from './api-handler.ts';
import type { ResponseMemory } from './response-memory.ts';

export interface ConnectionLimits {
  /** Largest request, without its size field (Kafka: socket.request.max.bytes). */
  readonly requestBytesMax: number;
  /** Requests of one connection that may be waiting for their answer before reading stops. */
  readonly pendingRequestsMax: number;
  /** Bytes of such requests before reading stops; one request may be larger. */
  readonly pendingBytesMax: number;
  /** Unsent response bytes of one connection before reading stops. */
  readonly unsentBytesMax: number;
  /** A request has to be complete this many milliseconds after its first byte; each 32 KiB of it buy a second more. */
  readonly requestMs: number;
  /** Kafka: connections.max.idle.ms. Nothing received, nothing under way: the connection ends. */
  readonly idleMs: number;
}

export interface ConnectionOptions {
  readonly codec: WireCodec;
  readonly handlers: ReadonlyMap<number, ApiHandler>;
  readonly limits: ConnectionLimits;
  readonly clock: Clock;
  readonly sink: LogSink;
  /** Shared by all connections of the listener. */
  readonly memory: ResponseMemory;
  readonly onClosed: (connection: KafkaConnection) => void;
}

/** A request from its arrival until its response is written. */
interface Turn {
  readonly handler: ApiHandler;
  readonly correlationId: number;
  readonly context: RequestContext;
  readonly request: unknown;
  /** Size of the frame, which the request is a view of. */
  readonly bytes: number;
  started: boolean;
  /** Set when the handler has answered. */
  result: HandlerResult<unknown> | null;
}

const API_VERSIONS_KEY = 18;
/** Slowest rate at which a large request may come in. */
const BYTES_PER_MS = 32;

export class KafkaConnection implements ConnectionHandler {
  readonly #connection: Connection;
  readonly #options: ConnectionOptions;
  readonly #frames: FrameReader;
  readonly #turns: Turn[] = [];
  readonly #gone = new Set<() => void>();
  #paused = false;
  #closed = false;
  /** The client does not read: more than the network's high mark waits, until it drains. */
  #clogged = false;
  #pendingBytes = 0;
  /** Of the responses that were written: bytes that the client has not taken, as the shared memory counts them. */
  #unsent = 0;
  /** When it took something last, or when they began to wait. */
  #tookAt: number;
  /** A request waits for memory. */
  #held = false;
  /** When something came in or went out last, and when the first byte of the incomplete request came in. */
  #activeAt: number;
  #requestAt: number | null = null;
  /** Frames are being taken: answers that come at once must not take them again, one call inside the other. */
  #reading = false;

  constructor(connection: Connection, options: ConnectionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#frames = new FrameReader(options.limits.requestBytesMax);
    this.#activeAt = options.clock.now();
    this.#tookAt = this.#activeAt;
  }

  /** Bytes of responses that the client has not taken. */
  get unsent(): number {
    return this.#unsent;
  }

  /** Milliseconds since the client took something; 0 when nothing waits for it. */
  get stuckMs(): number {
    return this.#unsent === 0 ? 0 : this.#options.clock.now() - this.#tookAt;
  }

  onData(chunk: Buffer): void {
    if (this.#closed) return;
    this.#activeAt = this.#options.clock.now();
    this.#frames.push(chunk);
    this.#readFrames();
  }

  onDrain(): void {
    this.#clogged = false;
    this.#activeAt = this.#options.clock.now();
    this.#onTaken();
  }

  /** There is memory for responses again. */
  onRoom(): void {
    if (this.#held || this.#paused) this.#goOn();
  }

  onClose(reason: CloseReason): void {
    if (!this.#closed && reason !== 'ended' && reason !== 'local' && reason !== 'reset') {
      this.#options.sink.log('debug', 'connection lost', { remote: this.#connection.remote, reason });
    }
    this.#closed = true;
    this.#turns.length = 0;
    for (const callback of [...this.#gone]) callback();
    this.#gone.clear();
    this.#count(0);
    this.#options.onClosed(this);
  }

  /** Closes after what is queued has been sent. */
  end(): void {
    this.#connection.end();
  }

  /** Ends the connection when its client is too slow or too quiet. */
  endOverdue(): void {
    if (this.#closed) return;
    const now = this.#options.clock.now();
    const { requestMs, idleMs } = this.#options.limits;
    const pending = this.#frames.pending();
    if (this.#requestAt !== null && now - this.#requestAt > requestMs + pending / BYTES_PER_MS) {
      return this.#refuse(
        `a request is incomplete after ${Math.round(now - this.#requestAt)} ms, ${pending} bytes came`,
      );
    }
    const waiting = this.#turns.length > 0 && !this.#clogged;
    if (waiting || now - this.#activeAt <= idleMs) return;
    this.#options.sink.log('debug', 'connection closed: idle', { remote: this.#connection.remote });
    this.#drop('at-once');
  }

  /** Ends the connection to free what its client does not take. */
  endStuck(): void {
    if (this.#closed) return;
    const bytes = this.#unsent;
    const { remote } = this.#connection;
    this.#options.sink.log('warn', 'connection closed: it does not take its answers', { remote, bytes });
    this.#drop('at-once');
  }

  #refuse(reason: string, how: 'at-once' | 'gently' = 'at-once'): void {
    this.#options.sink.log('warn', 'connection closed: request refused', { remote: this.#connection.remote, reason });
    this.#drop(how);
  }

  #drop(how: 'at-once' | 'gently'): void {
    this.#closed = true;
    this.#turns.length = 0;
    if (how === 'gently') return this.#connection.end();
    this.#connection.destroy();
    this.#count(0);
  }

  #readFrames(): void {
    if (this.#reading) return;
    this.#reading = true;
    while (!this.#closed && !this.#paused) {
      const result = this.#frames.next();
      if (result.kind === 'more') break;
      if (result.kind === 'refused') {
        this.#refuse(`a request of ${result.size} bytes; allowed are 0 to ${this.#options.limits.requestBytesMax}`);
        break;
      }
      this.#requestAt = null;
      this.#onFrame(result.bytes);
      this.#adjustReading();
    }
    this.#reading = false;
    // What is left while reading goes on is a request's beginning; while it is paused the client is not to blame.
    if (this.#paused || !this.#frames.begun()) this.#requestAt = null;
    else this.#requestAt ??= this.#options.clock.now();
  }

  #onFrame(frame: Buffer): void {
    try {
      const turn = this.#understand(frame);
      if (turn === null) return;
      this.#turns.push(turn);
      this.#pendingBytes += turn.bytes;
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return this.#refuse(error.message);
    }
    this.#startTurns();
  }

  /** Null when the frame was refused. Throws {@link WireError} for bytes that are no request. */
  #understand(frame: Buffer): Turn | null {
    const start = readRequestStart(frame);
    const handler = this.#options.handlers.get(start.apiKey);
    if (handler === undefined) {
      this.#refuse(`unknown API key ${start.apiKey}`);
      return null;
    }
    const { schema } = handler.api;
    if (!accepts(handler.api, start.apiVersion)) {
      if (start.apiKey === API_VERSIONS_KEY) return this.#unsupportedApiVersions(handler, start.correlationId);
      this.#refuse(`unsupported version ${start.apiVersion} of ${schema.name}`);
      return null;
    }
    const header = readRequestHeader(frame, schema);
    const request = this.#options.codec.decodeRequest(schema, start.apiVersion, frame, header.bodyAt);
    const context = this.#contextOf(start.apiVersion, header.clientId);
    const { correlationId } = start;
    return { handler, correlationId, context, request, bytes: frame.length, started: false, result: null };
  }

  /** A version of ApiVersions that we do not know is answered in version 0 with error 35 (see the handler). */
  #unsupportedApiVersions(handler: ApiHandler, correlationId: number): Turn {
    const context = this.#contextOf(0, '');
    return { handler, correlationId, context, request: { unsupported: true }, bytes: 0, started: false, result: null };
  }

  #contextOf(version: number, clientId: string): RequestContext {
    return {
      version,
      clientId,
      remote: this.#connection.remote,
      onGone: (callback) => {
        if (this.#closed) callback();
        else this.#gone.add(callback);
        return () => void this.#gone.delete(callback);
      },
    };
  }

  /** Starts what may start: the first waiting turn, and behind it others that may run side by side with all before them. */
  #startTurns(): void {
    const first = this.#turns[0];
    if (first === undefined) return;
    for (const turn of [...this.#turns]) {
      const sideBySide = first.handler.pipelined && turn.handler === first.handler;
      if (turn !== first && !sideBySide) return;
      if (!turn.started) {
        this.#held = this.#mustWait();
        if (this.#held) return;
        this.#start(turn);
      }
      if (this.#closed) return;
    }
  }

  #start(turn: Turn): void {
    turn.started = true;
    const result = turn.handler.handle(turn.request, turn.context);
    if (result instanceof Promise) {
      void result.then((settled) => this.#settle(turn, settled));
      return;
    }
    this.#settle(turn, result);
  }

  #settle(turn: Turn, result: HandlerResult<unknown>): void {
    if (this.#closed) return;
    turn.result = result;
    if (this.#turns[0] !== turn) return;
    this.#writeReady();
    if (this.#closed) return;
    this.#startTurns();
    this.#adjustReading();
  }

  /** Writes the responses of the finished turns at the front, as one write. */
  #writeReady(): void {
    const buffers: Uint8Array[] = [];
    for (let turn = this.#turns[0]; turn?.result != null; turn = this.#turns[0]) {
      this.#turns.shift();
      this.#pendingBytes -= turn.bytes;
      const { result } = turn;
      if (result.kind === 'close') {
        // What was answered before still leaves.
        if (buffers.length > 0) this.#write(buffers);
        return this.#refuse(result.reason, 'gently');
      }
      if (result.kind === 'none') continue;
      const frame = this.#frameOf(turn, result.body);
      if (frame === null) return;
      for (const buffer of frame) buffers.push(buffer);
    }
    if (buffers.length === 0) return;
    this.#activeAt = this.#options.clock.now();
    this.#write(buffers);
  }

  #write(buffers: readonly Uint8Array[]): void {
    const before = this.#unsent;
    if (!this.#connection.writeThen(buffers, this.#onTaken)) this.#clogged = true;
    if (before === 0) this.#tookAt = this.#activeAt;
    this.#count(this.#connection.queuedBytes);
  }

  /** The client has taken a response. */
  readonly #onTaken = (): void => {
    // Also after the connection was ended gently: what is left is counted until it is gone.
    if (this.#unsent === 0) return;
    const before = this.#unsent;
    this.#count(this.#connection.queuedBytes);
    if (this.#unsent < before) this.#tookAt = this.#options.clock.now();
    if (this.#held || this.#paused) this.#goOn();
  };

  #count(unsent: number): void {
    const change = unsent - this.#unsent;
    this.#unsent = unsent;
    if (change !== 0) this.#options.memory.note(change);
  }

  /** There is no memory for the answer to another request: here, or on the whole node. */
  #mustWait(): boolean {
    const { memory, limits } = this.#options;
    if (memory.full || (memory.over && this.#unsent > 0)) return true;
    // Only a clogged connection will drain; waiting for any other would be waiting for ever.
    return this.#clogged && this.#connection.queuedBytes > limits.unsentBytesMax;
  }

  #goOn(): void {
    if (this.#closed) return;
    this.#startTurns();
    this.#adjustReading();
  }

  /** Null when the body does not fit the wire (a text that repeats an overlong name): the connection is closed. */
  #frameOf(turn: Turn, body: unknown): readonly Uint8Array[] | null {
    const { handler, context, correlationId } = turn;
    const { schema } = handler.api;
    try {
      return responseFrame(
        this.#options.codec,
        schema,
        context.version,
        correlationId,
        body as Encodable<ApiSchema['response']>,
      );
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#refuse(`the answer cannot be written: ${error.message}`);
      return null;
    }
  }

  #adjustReading(): void {
    if (this.#closed) return;
    const { pendingRequestsMax, pendingBytesMax } = this.#options.limits;
    const busy = this.#turns.length >= pendingRequestsMax || this.#pendingBytes >= pendingBytesMax;
    const full = busy || this.#mustWait();
    if (full === this.#paused) return;
    this.#paused = full;
    if (full) return this.#connection.pause();
    this.#connection.resume();
    this.#readFrames();
  }
}
