/**
 * The `Network` port: ordered, reliable byte streams, as TCP gives them.
 *
 * Real: `src/runtime/node-network.ts`. Simulated: `chaos/sim/sim-network.ts`, with delay, cuts at any byte,
 * half-open links, partitions and refusals. Callbacks run in a fresh turn, never inside the call that caused them.
 */

/** Why a connection could not be made or ended. `refused`: nobody listens there (a hint that the process is dead). */
export type CloseReason = 'refused' | 'reset' | 'ended' | 'unreachable' | 'timeout' | 'local';

export interface ConnectionHandler {
  /** Bytes came in. `chunk` is the receiver's to keep; its memory is never reused by the network. */
  onData(chunk: Buffer): void;
  /** The write queue has drained below its low mark after `write` answered false. */
  onDrain(): void;
  /** The connection is gone; called exactly once, nothing is called after it. */
  onClose(reason: CloseReason): void;
}

export interface Connection {
  /** `host:port` of the other side. */
  readonly remote: string;
  /** Bytes accepted by `write` and not yet handed to the operating system. */
  readonly queuedBytes: number;
  /**
   * Queues `buffers` as one write; they must not change until written. Returns false when more than the high
   * mark is queued: stop until `onDrain`. After close: does nothing, returns true.
   */
  write(buffers: readonly Uint8Array[]): boolean;
  /** As `write`, and calls `written` when the bytes have been handed to the operating system or the connection is gone. */
  writeThen(buffers: readonly Uint8Array[], written: () => void): boolean;
  /** Stops `onData` (backpressure towards the sender) until `resume`. */
  pause(): void;
  resume(): void;
  /** Sends what is queued, then closes. `onClose('local')` follows. */
  end(): void;
  /** Closes at once, dropping what is queued. `onClose('local')` follows. */
  destroy(): void;
}

export interface Listener {
  /** The port actually bound (useful when 0 was asked for). */
  readonly port: number;
  /** Stops accepting; existing connections live on. */
  close(): Promise<void>;
}

/** `in-use` EADDRINUSE, `denied` EACCES, `handles` EMFILE/ENFILE, `unavailable` the address is not ours. */
export type ListenErrorKind = 'in-use' | 'denied' | 'handles' | 'unavailable';

/** Listening failed. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly kind: ListenErrorKind;
  readonly address: string;
  constructor(kind: ListenErrorKind, address: string, message: string) {
    super(message);
    this.kind = kind;
    this.address = address;
  }
}

export interface Network {
  /** `accept` is called for each connection and returns its handler. Rejects with {@link ListenError}. */
  listen(host: string, port: number, accept: (connection: Connection) => ConnectionHandler): Promise<Listener>;
  /**
   * Starts to connect. `opened` is called once when the connection stands and returns its handler; when it can not
   * be made, `failed` is called once instead. `cancel` of the result gives up silently before either.
   */
  connect(
    host: string,
    port: number,
    opened: (connection: Connection) => ConnectionHandler,
    failed: (reason: CloseReason) => void,
  ): { cancel(): void };
}
