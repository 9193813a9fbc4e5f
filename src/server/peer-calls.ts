/**
 * {@link BrokerCalls} over the connections between nodes: an API of Kafka's, asked by one node of another.
 *
 * ```
 *  call(node, api, version, body) ─▶ key i16 │ version i16 │ request ─▶ peer transport ─▶ serve ─▶ handler ─▶ response
 * ```
 *
 * What peers may ask is a list of its own: handlers for peers only are not open to clients.
 */
import { Buffer } from 'node:buffer';
import type { Millis, NodeId } from '../../raft/index.ts';
import type { PeerIdentity, RequestResult } from '../peer/index.ts';
import type { LogSink } from '../ports/index.ts';
import { accepts, WireCodec, WireError } from '../wire/index.ts';
import type { ApiSchema, Decoded, Encodable } from '../wire/index.ts';
import type { ApiHandler } from './api-handler.ts';
import type { BrokerCalls } from './broker-calls.ts';

/** The method of the peer transport's requests that carries these calls. */
export const BROKER_CALL = 'kafka.call';

const HEAD_BYTES = 4;

export interface PeerCallsOptions {
  readonly self: NodeId;
  readonly request: (to: NodeId, method: string, body: Uint8Array, timeout: Millis) => Promise<RequestResult>;
  readonly sink: LogSink;
}

export class PeerCalls implements BrokerCalls {
  readonly #options: PeerCallsOptions;
  readonly #codec = new WireCodec();
  #handlers: readonly ApiHandler[] = [];

  constructor(options: PeerCallsOptions) {
    this.#options = options;
  }

  /** What other nodes may ask of this one, from now on. */
  open(handlers: readonly ApiHandler[]): void {
    this.#handlers = handlers;
  }

  async call<Api extends ApiSchema>(
    node: NodeId,
    api: Api,
    version: number,
    body: Encodable<Api['request']>,
    timeout: Millis,
  ): Promise<Decoded<Api['response']> | null> {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeInt16BE(api.key, 0);
    head.writeInt16BE(version, 2);
    const request = Buffer.concat([head, ...this.#codec.encodeRequest(api, version, body).finish()]);
    const result = await this.#options.request(node, BROKER_CALL, request, timeout);
    if (result.kind === 'answer') return this.#understood(node, api, version, result.body);
    if (result.kind === 'error')
      this.#options.sink.log('warn', 'a call to another node was refused', {
        node,
        api: api.name,
        reason: result.reason,
      });
    return null;
  }

  #understood<Api extends ApiSchema>(
    node: NodeId,
    api: Api,
    version: number,
    body: Uint8Array,
  ): Decoded<Api['response']> | null {
    try {
      return this.#codec.decodeResponse(api, version, body);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#options.sink.log('warn', 'the answer of another node is not readable', {
        node,
        api: api.name,
        reason: error.message,
      });
      return null;
    }
  }

  /** Answers a peer's call. Rejects when it is none that peers may make, or not readable. */
  async serve(from: PeerIdentity, request: Uint8Array): Promise<Uint8Array> {
    if (request.length < HEAD_BYTES) throw new Error(`a call of ${request.length} bytes`);
    const view = new DataView(request.buffer, request.byteOffset, request.byteLength);
    const key = view.getInt16(0);
    const version = view.getInt16(2);
    const handler = this.#handlers.find(({ api }) => api.schema.key === key);
    if (handler === undefined || !accepts(handler.api, version))
      throw new Error(`version ${version} of API ${key} is not for peers`);
    const { schema } = handler.api;
    const decoded = this.#codec.decodeRequest(schema, version, request, HEAD_BYTES);
    const context = { version, clientId: '', remote: `node-${from.node}:0`, onGone: () => () => undefined };
    const result = await handler.handle(decoded, context);
    if (result.kind !== 'response') throw new Error(`${schema.name} gave no answer`);
    const body = result.body as Encodable<ApiSchema['response']>;
    return Buffer.concat(this.#codec.encodeResponse(schema, version, body).finish());
  }
}
