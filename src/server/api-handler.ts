/**
 * The form of a request handler: a function from a decoded request to a response. Handlers know no sockets, no bytes
 * and no correlation ids.
 */
import type { ApiSchema, Decoded, Encodable, ServedApi } from '../wire/index.ts';

/** What a handler may know of where a request came from. */
export interface RequestContext {
  readonly version: number;
  /** '' when the client gave none. Comes from outside: never put it into a message, only into log fields. */
  readonly clientId: string;
  /** `host:port` of the client. */
  readonly remote: string;
  /** Calls back (once) when the connection is gone; the result takes the callback back. For parked requests. */
  onGone(callback: () => void): () => void;
}

/** `none`: no bytes at all (acks=0). `close`: the connection closes, which is how an acks=0 client learns of an error. */
export type HandlerResult<Response> =
  | { readonly kind: 'response'; readonly body: Response }
  | { readonly kind: 'none' }
  | { readonly kind: 'close'; readonly reason: string };

export type Handle<Api extends ApiSchema> = (
  request: Decoded<Api['request']>,
  context: RequestContext,
) => HandlerResult<Encodable<Api['response']>> | Promise<HandlerResult<Encodable<Api['response']>>>;

/** A row of the server's dispatch table. */
export interface ApiHandler {
  readonly api: ServedApi;
  /**
   * Requests of this API may begin while earlier ones of the same API on the same connection are still being answered:
   * produces are appended in the order of arrival and wait side by side. All others wait for their turn.
   */
  readonly pipelined: boolean;
  readonly handle: (
    request: unknown,
    context: RequestContext,
  ) => HandlerResult<unknown> | Promise<HandlerResult<unknown>>;
}

/** Binds a typed handler to its API. */
export function apiHandler<Api extends ApiSchema>(
  api: ServedApi<Api>,
  handle: Handle<Api>,
  options: { readonly pipelined: boolean } = { pipelined: false },
): ApiHandler {
  return { api, pipelined: options.pipelined, handle: handle as ApiHandler['handle'] };
}

/** The usual answer of a handler. */
export function respond<Response>(body: Response): HandlerResult<Response> {
  return { kind: 'response', body };
}
