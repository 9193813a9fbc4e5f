/**
 * The port through which the admin server hears HTTP: requests without bodies in, short texts out.
 *
 * Real: `src/runtime/node-http.ts` (node:http). Tests call {@link HttpAnswerer} directly.
 */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as they were sent; at most what the server's header limit allows. From outside: check before use. */
  readonly target: string;
  /**
   * Value of the header `flotilla-confirm`; null: there is none. A page of another site cannot make a browser send it, so an
   * operator means what it asks for.
   */
  readonly confirm: string | null;
}

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** More headers, such as `allow`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type HttpAnswerer = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

export interface HttpListener {
  /** The port actually bound. */
  readonly port: number;
  /** Stops listening and closes all connections. */
  close(): Promise<void>;
}

export interface HttpPort {
  /** Answers every request with `answer`. Rejects with `ListenError`. */
  listen(host: string, port: number, answer: HttpAnswerer): Promise<HttpListener>;
}
