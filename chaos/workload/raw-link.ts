/**
 * One connection to one node, as close to the wire as a client can be: any version of any request, bytes that are no request, no
 * repetition of anything.
 *
 * ```
 *  open ─▶ request(api, version, body) ─▶ answer | null: nobody knows (no answer in time, cut, closed)
 *     └──▶ write(bytes)                     └── a passed deadline ends the link
 * ```
 * What the clients of `src/client` hide (which node was asked, whether it was asked twice) is what histories are about.
 */
import { millis } from '../../raft/index.ts';
import type { Address, ClientPorts } from '../../src/client/index.ts';
import type { Connection, ConnectionHandler, Timer } from '../../src/ports/index.ts';
import { FrameReader, readResponseHeader, requestFrame, WireCodec } from '../../src/wire/index.ts';
import type { ApiSchema, Decoded, Encodable } from '../../src/wire/index.ts';
import { violated } from './history.ts';

interface Waiting {
  readonly api: ApiSchema;
  readonly version: number;
  readonly correlationId: number;
  readonly timer: Timer;
  readonly end: (body: unknown) => void;
}

const CONNECT_MS = 1000;
const ANSWER_BYTES_MAX = 64 << 20;

export class RawLink implements ConnectionHandler {
  readonly #ports: ClientPorts;
  readonly #clientId: string;
  readonly #connection: Connection;
  readonly #codec: WireCodec;
  readonly #frames = new FrameReader(ANSWER_BYTES_MAX);
  readonly #waiting: Waiting[] = [];
  #correlationId = 0;
  #closed = false;
  /** Bytes that have come. */
  received = 0;
  /** Called once, when the other side or the network has ended it, or `destroy`. */
  onEnd: (() => void) | null = null;

  private constructor(ports: ClientPorts, clientId: string, codec: WireCodec, connection: Connection) {
    this.#ports = ports;
    this.#clientId = clientId;
    this.#codec = codec;
    this.#connection = connection;
  }

  /** Null: no connection could be made; nothing was sent. */
  static open(
    ports: ClientPorts,
    { host, port }: Address,
    clientId: string,
    codec = new WireCodec(),
  ): Promise<RawLink | null> {
    return new Promise((resolve) => {
      const failed = (): void => {
        timer.cancel();
        resolve(null);
      };
      const timer = ports.clock.setTimer(millis(CONNECT_MS), () => {
        attempt.cancel();
        failed();
      });
      const opened = (connection: Connection): RawLink => {
        timer.cancel();
        const link = new RawLink(ports, clientId, codec, connection);
        resolve(link);
        return link;
      };
      const attempt = ports.network.connect(host, port, opened, failed);
    });
  }

  get open(): boolean {
    return !this.#closed;
  }

  /** Null: no answer within so many milliseconds, or the connection ended; the link is then useless. */
  request<Api extends ApiSchema>(
    api: Api,
    version: number,
    body: Encodable<Api['request']>,
    timeoutMs: number,
  ): Promise<Decoded<Api['response']> | null> {
    return new Promise((resolve) => {
      if (this.#closed) return resolve(null);
      const correlationId = this.#nextId();
      const timer = this.#ports.clock.setTimer(millis(timeoutMs), () => this.destroy());
      const end = (answer: unknown): void => resolve(answer as Decoded<Api['response']> | null);
      this.#waiting.push({ api, version, correlationId, timer, end });
      this.write(this.frame(api, version, body, correlationId));
    });
  }

  /** The bytes of a request, to be sent as they are, in part, or not at all. */
  frame<Api extends ApiSchema>(
    api: Api,
    version: number,
    body: Encodable<Api['request']>,
    correlationId = this.#nextId(),
  ): readonly Uint8Array[] {
    return requestFrame(this.#codec, api, version, { correlationId, clientId: this.#clientId }, body);
  }

  write(bytes: readonly Uint8Array[]): void {
    this.#connection.write(bytes);
  }

  /** Nothing is read from now on: answers pile up at the other side. */
  stopReading(): void {
    this.#connection.pause();
  }

  /** Closes at once; what waits is told that nobody knows. */
  destroy(): void {
    if (this.#closed) return;
    this.#connection.destroy();
    this.#end();
  }

  onData(chunk: Buffer): void {
    this.received += chunk.length;
    this.#frames.push(chunk);
    for (let next = this.#frames.next(); next.kind !== 'more'; next = this.#frames.next()) {
      if (next.kind === 'refused') violated('D5', `an answer of ${next.size} bytes`);
      const waiting = this.#waiting[0];
      // Answers to what was written as bytes.
      if (waiting === undefined) continue;
      const { correlationId, bodyAt } = readResponseHeader(next.bytes, waiting.api, waiting.version);
      if (correlationId !== waiting.correlationId) continue;
      const body = this.#codec.decodeResponse(waiting.api, waiting.version, next.bytes, bodyAt);
      this.#waiting.shift();
      waiting.timer.cancel();
      waiting.end(body);
    }
  }

  onDrain(): void {}

  onClose(): void {
    this.#end();
  }

  #nextId(): number {
    this.#correlationId += 1;
    return this.#correlationId;
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { timer, end } of this.#waiting.splice(0)) {
      timer.cancel();
      end(null);
    }
    this.onEnd?.();
  }
}

/** One link to each node, made when it is needed, and made anew when it has ended. */
export class RawLinks {
  readonly #ports: ClientPorts;
  readonly #clientId: string;
  readonly #codec = new WireCodec();
  readonly #links = new Map<number, RawLink>();

  constructor(ports: ClientPorts, clientId: string) {
    this.#ports = ports;
    this.#clientId = clientId;
  }

  /** Null: that node cannot be reached. */
  async to(node: number, address: Address): Promise<RawLink | null> {
    const found = this.#links.get(node);
    if (found?.open === true) return found;
    const link = await RawLink.open(this.#ports, address, this.#clientId, this.#codec);
    if (link !== null) this.#links.set(node, link);
    return link;
  }

  /** Ends all connections. */
  close(): void {
    for (const link of this.#links.values()) link.destroy();
    this.#links.clear();
  }
}
