/** A client connection in memory: what the server writes is kept, and its queue fills and drains as the test says. */
import { apiHandler, respond } from '../../src/server/index.ts';
import type { ApiHandler, ConnectionLimits, HandlerResult, RequestContext } from '../../src/server/index.ts';
import { ResponseMemory } from '../../src/server/response-memory.ts';
import { KafkaConnection } from '../../src/server/kafka-connection.ts';
import { API_TABLE, FrameReader, readResponseHeader, requestFrame, WireCodec } from '../../src/wire/index.ts';
import type { ApiSchema, Encodable, MetadataRequest, ProduceRequest } from '../../src/wire/index.ts';
import type { CloseReason, Connection } from '../../src/ports/index.ts';
import { TestClock } from '../coordinator/test-clock.ts';
import { keepingSink } from '../replica/fake-transport.ts';

export const LIMITS: ConnectionLimits = {
  requestBytesMax: 100_000,
  pendingRequestsMax: 4,
  pendingBytesMax: 50_000,
  unsentBytesMax: 1000,
  requestMs: 30_000,
  idleMs: 600_000,
};

const HIGH_MARK = 500;

export class FakeConnection implements Connection {
  readonly remote: string;
  readonly written: Buffer[] = [];
  queuedBytes = 0;
  /** The client reads nothing: what is written stays queued. */
  stalled = false;
  paused = false;
  closed: 'no' | 'destroyed' | 'ended' = 'no';
  #waiting: (() => void)[] = [];

  constructor(remote = '10.0.0.9:55555') {
    this.remote = remote;
  }

  write(buffers: readonly Uint8Array[]): boolean {
    if (this.closed !== 'no') return true;
    const bytes = Buffer.concat(buffers);
    this.written.push(bytes);
    if (this.stalled) this.queuedBytes += bytes.length;
    return this.queuedBytes <= HIGH_MARK;
  }
  writeThen(buffers: readonly Uint8Array[], written: () => void): boolean {
    const room = this.write(buffers);
    if (this.queuedBytes > 0) this.#waiting.push(written);
    else written();
    return room;
  }
  /** The client takes everything, and goes on taking unless it is `stalled` again. */
  take(): void {
    this.stalled = false;
    this.queuedBytes = 0;
    for (const written of this.#waiting.splice(0)) written();
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  end(): void {
    this.closed = 'ended';
  }
  destroy(): void {
    this.closed = 'destroyed';
  }
}

/** A handler whose answers the test gives, in any order. */
export class HeldHandler {
  readonly started: number[] = [];
  readonly #answers: ((result: HandlerResult<never>) => void)[] = [];
  readonly gone: number[] = [];

  /** Answers the `nth` request that was started. */
  answer(nth: number, result: unknown): void {
    this.#answers[nth]?.(result as HandlerResult<never>);
  }

  hold(request: unknown, context: RequestContext): Promise<HandlerResult<never>> {
    const nth = this.started.length;
    this.started.push((request as { timeoutMs?: number }).timeoutMs ?? nth);
    context.onGone(() => void this.gone.push(nth));
    return new Promise((resolve) => this.#answers.push(resolve));
  }
}

export interface ServerRig {
  readonly clock: TestClock;
  readonly connection: FakeConnection;
  readonly server: KafkaConnection;
  readonly produces: HeldHandler;
  readonly fetches: HeldHandler;
  readonly lines: readonly string[];
  readonly closedCount: () => number;
  /** Sends bytes as one chunk. */
  send(...frames: readonly Buffer[]): void;
  /** Correlation ids of the answers so far. */
  answered(): readonly number[];
}

const codec = new WireCodec();

export function frameOf<Api extends ApiSchema>(
  api: Api,
  version: number,
  correlationId: number,
  body: Encodable<Api['request']>,
): Buffer {
  return Buffer.concat(requestFrame(codec, api, version, { correlationId, clientId: 'tests' }, body));
}

/** A produce request that is told from others by its timeout. */
export function produceFrame(correlationId: number, acks = -1, recordBytes = 0): Buffer {
  const records =
    recordBytes === 0 ? [] : [{ name: 't', partitionData: [{ index: 0, records: [Buffer.alloc(recordBytes)] }] }];
  return frameOf(API_TABLE.produce.schema, 7, correlationId, {
    acks,
    timeoutMs: correlationId,
    topicData: records,
  } as Encodable<typeof API_TABLE.produce.schema.request>);
}

export function fetchFrame(correlationId: number): Buffer {
  return frameOf(API_TABLE.fetch.schema, 4, correlationId, { maxWaitMs: 0, minBytes: 0, topics: [] } as never);
}

/** Metadata is answered at once, with as many bytes as the topic's name has. */
export function metadataFrame(correlationId: number, name = 't'): Buffer {
  return frameOf(API_TABLE.metadata.schema, 1, correlationId, { topics: [{ name }] } as never);
}

export function serverRig(
  limits: Partial<ConnectionLimits> = {},
  more: readonly ApiHandler[] = [],
  shared: { readonly memory?: ResponseMemory; readonly clock?: TestClock } = {},
): ServerRig {
  const clock = shared.clock ?? new TestClock();
  const connection = new FakeConnection();
  const produces = new HeldHandler();
  const fetches = new HeldHandler();
  const { sink, lines } = keepingSink();
  let closed = 0;
  const handlers = [
    apiHandler(API_TABLE.produce, (request: ProduceRequest, context) => produces.hold(request, context), {
      pipelined: true,
    }),
    apiHandler(API_TABLE.fetch, (request, context) => fetches.hold(request, context)),
    apiHandler(API_TABLE.metadata, (request: MetadataRequest) => {
      const topics = (request.topics ?? []).map(({ name }) => ({
        errorCode: 0,
        name,
        isInternal: false,
        partitions: [],
      }));
      return respond({ brokers: [], controllerId: 1, topics } as never);
    }),
    ...more,
  ];
  const server = new KafkaConnection(connection, {
    codec,
    handlers: new Map(handlers.map((handler) => [handler.api.schema.key, handler])),
    limits: { ...LIMITS, ...limits },
    clock,
    sink,
    memory: shared.memory ?? new ResponseMemory(Number.POSITIVE_INFINITY, () => undefined),
    onClosed: () => (closed += 1),
  });
  return {
    clock,
    connection,
    server,
    produces,
    fetches,
    lines,
    closedCount: () => closed,
    send: (...frames) => server.onData(Buffer.concat(frames)),
    answered: () => {
      const reader = new FrameReader(1 << 30);
      for (const bytes of connection.written) reader.push(bytes);
      const ids: number[] = [];
      for (let next = reader.next(); next.kind === 'frame'; next = reader.next()) {
        ids.push(readResponseHeader(next.bytes, API_TABLE.metadata.schema, 0).correlationId);
      }
      return ids;
    },
  };
}

export const PRODUCED: HandlerResult<unknown> = { kind: 'response', body: { responses: [] } };
export const FETCHED: HandlerResult<unknown> = { kind: 'response', body: { responses: [] } };

/** The other side is gone. */
export function gone(rig: ServerRig, reason: CloseReason = 'reset'): void {
  rig.server.onClose(reason);
}
