/**
 * The listener for Kafka clients: accepts connections, bounds their number (in all and from one address) and the memory of
 * their answers, looks now and then for those that are too slow or idle, and ends all at shutdown.
 */
import { millis } from '../../raft/index.ts';
import type { Clock, Timer } from '../../storage/index.ts';
import type { Connection, ConnectionHandler, Listener, LogFields, LogSink, Network } from '../ports/index.ts';
import { WireCodec } from '../wire/index.ts';
import type { ApiHandler } from './api-handler.ts';
import { KafkaConnection } from './kafka-connection.ts';
import type { ConnectionLimits } from './kafka-connection.ts';
import { ResponseMemory } from './response-memory.ts';

export interface KafkaServerOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly sink: LogSink;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly handlers: readonly ApiHandler[];
  readonly limits: ConnectionLimits & {
    readonly connectionsMax: number;
    /** From one address (Kafka: max.connections.per.ip). */
    readonly connectionsPerAddressMax: number;
    /** Responses in the queues of all sockets. */
    readonly responseBytesMax: number;
  };
}

/** Overdue connections are found at most this late, in milliseconds, or by a tenth of the time that they are given. */
const LOOK_EVERY_MAX = 5000;

/** While memory for responses is short, connections that took nothing for so long are ended, the greatest first … */
const STUCK_MS = 10_000;
/** … and while everybody waits for them. */
const STUCK_FULL_MS = 2_000;
/** Refused connections are told at most this often. */
const TELL_MS = 10_000;

export class KafkaServer {
  readonly #options: KafkaServerOptions;
  readonly #codec = new WireCodec();
  readonly #connections = new Set<KafkaConnection>();
  readonly #handlers: ReadonlyMap<number, ApiHandler>;
  #listener: Listener | null = null;
  /** Set while there are connections. */
  #look: Timer | null = null;
  readonly memory: ResponseMemory;
  readonly #byAddress = new Map<string, number>();
  #stuckEnded = 0;
  #refused = 0;
  #refusedUntold = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #roomDue = false;

  constructor(options: KafkaServerOptions) {
    this.#options = options;
    this.memory = new ResponseMemory(options.limits.responseBytesMax, () => this.#onRoom());
    this.#handlers = new Map(options.handlers.map((handler) => [handler.api.schema.key, handler]));
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Connections that were closed because there were too many, since the start. */
  get refused(): number {
    return this.#refused;
  }

  /** Connections that were ended because they did not take their answers while memory was short, since the start. */
  get stuckEnded(): number {
    return this.#stuckEnded;
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
    const address = addressOf(connection.remote);
    const handler = new KafkaConnection(connection, {
      codec: this.#codec,
      handlers: this.#handlers,
      limits,
      clock,
      sink,
      memory: this.memory,
      onClosed: (closed) => this.#onClosed(closed, address),
    });
    this.#connections.add(handler);
    const same = (this.#byAddress.get(address) ?? 0) + 1;
    this.#byAddress.set(address, same);
    const { connectionsMax, connectionsPerAddressMax } = limits;
    if (this.#connections.size > connectionsMax) this.#refuse(connection, { connectionsMax });
    else if (same > connectionsPerAddressMax) this.#refuse(connection, { connectionsPerAddressMax });
    if (this.#look === null) this.#lookLater();
    return handler;
  }

  #onClosed(closed: KafkaConnection, address: string): void {
    this.#connections.delete(closed);
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }

  /** A client that connects again and again must not fill the log. */
  #refuse(connection: Connection, limit: LogFields): void {
    const { clock, sink } = this.#options;
    this.#refused += 1;
    this.#refusedUntold += 1;
    if (clock.now() - this.#toldAt >= TELL_MS) {
      const { remote } = connection;
      sink.log('warn', 'connection closed: too many', { remote, ...limit, count: this.#refusedUntold });
      this.#toldAt = clock.now();
      this.#refusedUntold = 0;
    }
    connection.destroy();
  }

  /** In a fresh turn: it is called from within the work of some connection. */
  #onRoom(): void {
    if (this.#roomDue) return;
    this.#roomDue = true;
    this.#options.clock.defer(() => {
      this.#roomDue = false;
      for (const connection of [...this.#connections]) connection.onRoom();
    });
  }

  #endStuck(): void {
    const least = this.memory.full ? STUCK_FULL_MS : STUCK_MS;
    const stuck = [...this.#connections].filter(({ stuckMs }) => stuckMs >= least);
    stuck.sort((left, right) => right.unsent - left.unsent);
    let excess = this.memory.excess;
    for (const connection of stuck) {
      if (excess <= 0) return;
      excess -= connection.unsent;
      this.#stuckEnded += 1;
      connection.endStuck();
    }
  }

  #lookLater(): void {
    const { requestMs, idleMs } = this.#options.limits;
    const every = millis(Math.min(LOOK_EVERY_MAX, Math.ceil(Math.min(requestMs, idleMs) / 10)));
    this.#look = this.#options.clock.setTimer(every, () => {
      this.#look = null;
      for (const connection of [...this.#connections]) connection.endOverdue();
      if (this.memory.over) this.#endStuck();
      if (this.#connections.size > 0) this.#lookLater();
    });
  }
}

/** The host of `host:port`. */
function addressOf(remote: string): string {
  return remote.slice(0, remote.lastIndexOf(':'));
}
