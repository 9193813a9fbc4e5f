/**
 * One connection to one broker: requests pipelined, answers matched in order, each with a deadline.
 *
 * ```
 *  connect ──▶ ApiVersions ──▶ open: request ─▶ frame ─▶ … ─▶ frame ─▶ answer
 *                                └─ a deadline passes, bytes that are no answer, or the end: all that wait fail, link dead
 * ```
 *
 * Kafka answers one connection in order, so the answers queue up behind their requests; a late one makes all later ones
 * late, and nothing is gained by keeping a link on which a deadline has passed.
 */
import { millis } from '../../raft/index.ts';
import type { CloseReason, Connection, ConnectionHandler, Timer } from '../ports/index.ts';
import { API_TABLE, FrameReader, readResponseHeader, requestFrame, WireError } from '../wire/index.ts';
import type { ApiSchema, Decoded, Encodable, VersionRange, WireCodec } from '../wire/index.ts';
import { formatAddress } from './address.ts';
import type { Address } from './address.ts';
import { ClientError } from './client-error.ts';
import { ANSWER_BYTES_MAX } from './client-options.ts';
import type { ClientPorts } from './client-options.ts';
import { spokenVersion } from './spoken-version.ts';

interface Pending {
  readonly api: ApiSchema;
  readonly version: number;
  readonly correlationId: number;
  readonly timer: Timer;
  readonly answered: (body: unknown) => void;
  readonly failed: (error: ClientError) => void;
}

export interface LinkOptions {
  readonly ports: ClientPorts;
  readonly codec: WireCodec;
  readonly address: Address;
  readonly clientId: string;
  readonly connectTimeoutMs: number;
  /** See `ClientOptions`. */
  readonly versionEnds?: ReadonlyMap<string, number>;
  /** Called once when an open link ends; with why. */
  readonly onClosed: (why: ClientError) => void;
  /** Called with how to give up the link while it is being opened. */
  readonly onOpening: (giveUp: () => void) => void;
}

const REASONS: Readonly<Record<CloseReason, string>> = {
  refused: 'connection refused',
  reset: 'connection reset',
  ended: 'connection closed by the other side',
  unreachable: 'host unreachable',
  timeout: 'no answer',
  local: 'connection closed',
};

export class BrokerLink implements ConnectionHandler {
  readonly address: string;
  readonly #options: LinkOptions;
  readonly #connection: Connection;
  readonly #frames = new FrameReader(ANSWER_BYTES_MAX);
  readonly #pending: Pending[] = [];
  #versions: ReadonlyMap<number, VersionRange> = new Map();
  #correlationId = 0;
  #dead: ClientError | null = null;

  private constructor(options: LinkOptions, connection: Connection) {
    this.#options = options;
    this.#connection = connection;
    this.address = formatAddress(options.address);
  }

  /** Connects and learns what the broker speaks. Rejects with {@link ClientError} `unreachable` or `protocol`. */
  static async open(options: LinkOptions): Promise<BrokerLink> {
    const link = await connectLink(options, (connection) => new BrokerLink(options, connection));
    options.onOpening(() => link.close());
    link.#versions = new Map([[API_TABLE.apiVersions.schema.key, [0, 0]]]);
    const answer = await link.request(
      API_TABLE.apiVersions.schema,
      { clientSoftwareName: '', clientSoftwareVersion: '' },
      options.connectTimeoutMs,
    );
    if (answer.errorCode !== 0) {
      link.#fail(new ClientError('protocol', `${link.address} refused ApiVersions with error ${answer.errorCode}`));
      throw link.#dead ?? new ClientError('protocol', link.address);
    }
    link.#versions = new Map(
      answer.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, [minVersion, maxVersion]]),
    );
    return link;
  }

  get open(): boolean {
    return this.#dead === null;
  }

  /** Requests without an answer so far. */
  get pending(): number {
    return this.#pending.length;
  }

  /** The version in which {@link request} would speak; null: the broker does not serve the API. */
  version(api: ApiSchema): number | null {
    return spokenVersion(api, this.#versions.get(api.key), this.#options.versionEnds);
  }

  /** Rejects with {@link ClientError}. A passed deadline ends the link. */
  request<Api extends ApiSchema>(
    api: Api,
    body: Encodable<Api['request']>,
    timeoutMs: number,
  ): Promise<Decoded<Api['response']>> {
    return new Promise((resolve, reject) => {
      const version = this.version(api);
      if (this.#dead !== null) return reject(this.#dead);
      if (version === null)
        return reject(
          new ClientError(
            'protocol',
            `${this.address} does not serve ${api.name} in a version that this client speaks`,
          ),
        );
      const correlationId = this.#nextCorrelationId();
      const timer = this.#options.ports.clock.setTimer(millis(timeoutMs), () => {
        this.#fail(
          new ClientError('timeout', `${this.address} did not answer ${api.name} within ${timeoutMs} ms`, {
            addresses: [this.address],
          }),
        );
      });
      const answered = (answer: unknown): void => resolve(answer as Decoded<Api['response']>);
      this.#pending.push({ api, version, correlationId, timer, answered, failed: reject });
      this.#write(api, version, correlationId, body);
    });
  }

  /** For requests that get no answer (acks=0): true when the bytes went into the connection. */
  tell<Api extends ApiSchema>(api: Api, body: Encodable<Api['request']>): boolean {
    const version = this.version(api);
    if (version === null || this.#dead !== null) return false;
    this.#write(api, version, this.#nextCorrelationId(), body);
    return true;
  }

  close(): void {
    this.#fail(new ClientError('closed', 'the client was closed'));
  }

  onData(chunk: Buffer): void {
    this.#frames.push(chunk);
    try {
      for (let next = this.#frames.next(); next.kind !== 'more'; next = this.#frames.next()) {
        if (next.kind === 'refused') throw new WireError('length', `an answer of ${next.size} bytes`);
        this.#onFrame(next.bytes);
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#fail(
        new ClientError('protocol', `${this.address} does not speak Kafka: ${error.message}`, { cause: error }),
      );
    }
  }

  onDrain(): void {}

  onClose(reason: CloseReason): void {
    this.#fail(new ClientError('unreachable', `${this.address}: ${REASONS[reason]}`, { addresses: [this.address] }));
  }

  #nextCorrelationId(): number {
    this.#correlationId = (this.#correlationId + 1) & 0x7fff_ffff;
    return this.#correlationId;
  }

  #write<Api extends ApiSchema>(
    api: Api,
    version: number,
    correlationId: number,
    body: Encodable<Api['request']>,
  ): void {
    const { codec, clientId } = this.#options;
    this.#connection.write(requestFrame(codec, api, version, { correlationId, clientId }, body));
  }

  #onFrame(frame: Buffer): void {
    const pending = this.#pending[0];
    if (pending === undefined) throw new WireError('trailing', 'an answer that nobody asked for');
    const { correlationId, bodyAt } = readResponseHeader(frame, pending.api, pending.version);
    if (correlationId !== pending.correlationId)
      throw new WireError('value', `an answer to request ${correlationId} instead of ${pending.correlationId}`);
    const body = this.#options.codec.decodeResponse(pending.api, pending.version, frame, bodyAt);
    this.#pending.shift();
    pending.timer.cancel();
    pending.answered(body);
  }

  #fail(error: ClientError): void {
    if (this.#dead !== null) return;
    this.#dead = error;
    this.#connection.destroy();
    for (const { timer, failed } of this.#pending.splice(0)) {
      timer.cancel();
      failed(error);
    }
    this.#options.onClosed(error);
  }
}

/** Connects within the time of the options. */
function connectLink<Link extends ConnectionHandler>(
  options: LinkOptions,
  make: (connection: Connection) => Link,
): Promise<Link> {
  const { ports, address, connectTimeoutMs } = options;
  const name = formatAddress(address);
  return new Promise((resolve, reject) => {
    const fail = (reason: CloseReason): void => {
      timer.cancel();
      reject(new ClientError('unreachable', `${name}: ${REASONS[reason]}`, { addresses: [name] }));
    };
    options.onOpening(() => {
      timer.cancel();
      attempt.cancel();
      reject(new ClientError('closed', 'the client was closed'));
    });
    const timer = ports.clock.setTimer(millis(connectTimeoutMs), () => {
      attempt.cancel();
      fail('timeout');
    });
    const attempt = ports.network.connect(
      address.host,
      address.port,
      (connection) => {
        timer.cancel();
        const link = make(connection);
        resolve(link);
        return link;
      },
      fail,
    );
  });
}
