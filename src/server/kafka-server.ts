/**
 * The listener for Kafka clients: accepts connections, bounds their number, and ends them at shutdown.
 */
import type { Connection, ConnectionHandler, Listener, LogSink, Network } from '../ports/index.ts';
import { WireCodec } from '../wire/index.ts';
import type { ApiHandler } from './api-handler.ts';
import { KafkaConnection } from './kafka-connection.ts';
import type { ConnectionLimits } from './kafka-connection.ts';

export interface KafkaServerOptions {
  readonly network: Network;
  readonly sink: LogSink;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly handlers: readonly ApiHandler[];
  readonly limits: ConnectionLimits & { readonly connectionsMax: number };
}

export class KafkaServer {
  readonly #options: KafkaServerOptions;
  readonly #codec = new WireCodec();
  readonly #connections = new Set<KafkaConnection>();
  readonly #handlers: ReadonlyMap<number, ApiHandler>;
  #listener: Listener | null = null;

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
    for (const connection of [...this.#connections]) connection.end();
    await closing;
  }

  #accept(connection: Connection): ConnectionHandler {
    const { limits, sink } = this.#options;
    const handler = new KafkaConnection(connection, {
      codec: this.#codec,
      handlers: this.#handlers,
      limits,
      sink,
      onClosed: (closed) => void this.#connections.delete(closed),
    });
    this.#connections.add(handler);
    if (this.#connections.size > limits.connectionsMax) {
      sink.log('warn', 'connection closed: too many', { remote: connection.remote, connectionsMax: limits.connectionsMax });
      connection.destroy();
    }
    return handler;
  }
}
