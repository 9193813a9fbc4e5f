/**
 * The listener for Kafka clients: accepts connections, bounds their number, looks now and then for those that are too
 * slow or idle, and ends all at shutdown.
 */
import { millis } from '../../raft/index.ts';
import type { Clock, Timer } from '../../storage/index.ts';
import type { Connection, ConnectionHandler, Listener, LogSink, Network } from '../ports/index.ts';
import { WireCodec } from '../wire/index.ts';
import type { ApiHandler } from './api-handler.ts';
import { KafkaConnection } from './kafka-connection.ts';
import type { ConnectionLimits } from './kafka-connection.ts';

export interface KafkaServerOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly sink: LogSink;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly handlers: readonly ApiHandler[];
  readonly limits: ConnectionLimits & { readonly connectionsMax: number };
}

/** Overdue connections are found at most this late, in milliseconds, or by a tenth of the time that they are given. */
const LOOK_EVERY_MAX = 5000;

export class KafkaServer {
  readonly #options: KafkaServerOptions;
  readonly #codec = new WireCodec();
  readonly #connections = new Set<KafkaConnection>();
  readonly #handlers: ReadonlyMap<number, ApiHandler>;
  #listener: Listener | null = null;
  /** Set while there are connections. */
  #look: Timer | null = null;

  constructor(options: KafkaServerOptions) {
    this.#options = options;
    this.#handlers = new Map(options.handlers.map((handler) => [handler.api.schema.key, handler]));
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Resolves to the bound port. Rejects with ListenError. */
  async start(): Promise<number> {
    const { network, host, port } = this.#options;
    this.#listener = await network.listen(host, port, (connection) => this.#accept(connection));
    return this.#listener.port;
  }

  /** Stops accepting and ends all connections after what is queued for them. */
  async stop(): Promise<void> {
    const closing = this.#listener?.close();
    this.#look?.cancel();
    this.#look = null;
    for (const connection of [...this.#connections]) connection.end();
    await closing;
  }

  #accept(connection: Connection): ConnectionHandler {
    const { limits, sink, clock } = this.#options;
    const handler = new KafkaConnection(connection, {
      codec: this.#codec,
      handlers: this.#handlers,
      limits,
      clock,
      sink,
      onClosed: (closed) => void this.#connections.delete(closed),
    });
    this.#connections.add(handler);
    if (this.#connections.size > limits.connectionsMax) {
      sink.log('warn', 'connection closed: too many', {
        remote: connection.remote,
        connectionsMax: limits.connectionsMax,
      });
      connection.destroy();
    }
    if (this.#look === null) this.#lookLater();
    return handler;
  }

  #lookLater(): void {
    const { requestMs, idleMs } = this.#options.limits;
    const every = millis(Math.min(LOOK_EVERY_MAX, Math.ceil(Math.min(requestMs, idleMs) / 10)));
    this.#look = this.#options.clock.setTimer(every, () => {
      this.#look = null;
      for (const connection of [...this.#connections]) connection.endOverdue();
      if (this.#connections.size > 0) this.#lookLater();
    });
  }
}
