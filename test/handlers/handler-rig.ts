/**
 * Handlers as the server calls them: requests go through the wire both ways at the version asked for, so that what a
 * handler answers is known to fit it; partitions are real, over memory logs.
 */
import { directoryId, incarnation, millis, nodeId, offset, term } from '../../raft/index.ts';
import type { BrokerView } from '../../src/handlers/index.ts';
import { applyRecords, emptyImage } from '../../src/metadata/index.ts';
import type { MetadataImage, MetadataRecord } from '../../src/metadata/index.ts';
import type { Partition } from '../../src/partition/index.ts';
import type { ApiHandler, HandlerResult, RequestContext } from '../../src/server/index.ts';
import { isFlexible, readResponseHeader, requestFrame, responseFrame, WireCodec } from '../../src/wire/index.ts';
import type { ApiSchema } from '../../src/wire/index.ts';
import { TestClock } from '../coordinator/test-clock.ts';
import { identityOf } from '../replica/fake-transport.ts';
import { PartitionRig } from '../partition/partition-rig.ts';
import type { PartitionRigOptions } from '../partition/partition-rig.ts';

const codec = new WireCodec();

/** The id of a topic, told by its number. */
export function topicIdOf(number: number): string {
  return Buffer.alloc(16, number).toString('base64url');
}

export function registered(node: number): readonly MetadataRecord[] {
  const { directory } = identityOf(node);
  const life = { node: nodeId(node), incarnation: identityOf(node).incarnation };
  const endpoint = (port: number): { host: string; port: number } => ({ host: `node${node}`, port });
  return [
    {
      kind: 'broker-registered',
      ...life,
      directory: directoryId(directory),
      kafka: endpoint(9092),
      peer: endpoint(9192),
      admin: endpoint(9644),
      rack: null,
    },
    { kind: 'broker-unfenced', ...life },
  ];
}

/** A topic whose partitions are led by `leaders` (null: by nobody), each with replicas 1, 2, 3. */
export function created(
  number: number,
  name: string,
  leaders: readonly (number | null)[],
  internal = false,
): readonly MetadataRecord[] {
  const topicId = topicIdOf(number);
  const replicas = [1, 2, 3].map((node) => nodeId(node));
  return [
    { kind: 'topic-created', topicId, name, internal },
    ...leaders.map((leader, partition): MetadataRecord => {
      const leadership = {
        leader: leader === null ? null : nodeId(leader),
        leaderIncarnation: leader === null ? null : incarnation(`life-${leader}-1`),
        leaderTerm: term(1),
        unclean: false,
      };
      return { kind: 'partition-created', topicId, partition, replicas, isr: replicas, leadership, replication: 'isr' };
    }),
  ];
}

export class HandlerRig {
  readonly clock = new TestClock();
  image: MetadataImage = emptyImage();
  readonly hosted = new Map<string, PartitionRig>();
  readonly #gone: (() => void)[] = [];

  constructor() {
    this.apply(
      { kind: 'cluster-created', clusterId: 'cluster-1' },
      ...registered(1),
      ...registered(2),
      ...registered(3),
    );
    // 1: led here, nobody, elsewhere. 2: internal.
    this.apply(...created(1, 'orders', [1, null, 2]), ...created(2, '__consumer_offsets', [1], true));
  }

  apply(...records: readonly MetadataRecord[]): void {
    this.image = applyRecords(this.image, records, offset(this.image.end), term(1));
  }

  /** Hosts a partition here, led by this node unless told otherwise. */
  async host(
    number: number,
    index: number,
    options: PartitionRigOptions = { nodes: 1 },
    lead = true,
  ): Promise<PartitionRig> {
    const rig = new PartitionRig({ ...options, clock: this.clock });
    this.hosted.set(`${topicIdOf(number)}/${index}`, rig);
    if (lead) await rig.lead();
    return rig;
  }

  readonly broker: BrokerView = {
    self: nodeId(1),
    clock: this.clock,
    image: () => this.image,
    partition: (topicId, index): Partition | null => this.hosted.get(`${topicId}/${index}`)?.partition(1) ?? null,
  };

  /** The client of all parked requests is gone. */
  disconnect(): void {
    for (const callback of this.#gone.splice(0)) callback();
  }

  get parked(): number {
    return this.#gone.length;
  }

  context(version: number, clientId = 'tests'): RequestContext {
    return {
      version,
      clientId,
      remote: '10.0.0.9:4711',
      onGone: (callback) => {
        this.#gone.push(callback);
        return () => void this.#gone.splice(0, this.#gone.length, ...this.#gone.filter((other) => other !== callback));
      },
    };
  }

  /** Sends a request body at a version; the answer is filled in when it is there, decoded from its bytes. */
  send<Body = Answered>(handler: ApiHandler, version: number, body: object, clientId?: string): Asked<Body> {
    const { schema } = handler.api as { schema: ApiSchema };
    const frame = Buffer.concat(
      requestFrame(codec, schema, version, { correlationId: 1, clientId: 'tests' }, body as never),
    );
    // Size, then the header: key, version, correlation id, client id, and a count of tags when flexible.
    const bodyAt = 4 + 8 + 2 + 5 + (isFlexible(schema, version) ? 1 : 0);
    const request = codec.decodeRequest(schema, version, frame, bodyAt);
    const asked: Asked<Body> = { result: null, body: null };
    const settle = (result: HandlerResult<unknown>): void => {
      asked.result = result;
      if (result.kind !== 'response') return;
      const answer = Buffer.concat(responseFrame(codec, schema, version, 1, result.body as never)).subarray(4);
      const { bodyAt: at } = readResponseHeader(answer, schema, version);
      asked.body = codec.decodeResponse(schema, version, answer, at) as Body;
    };
    const result = handler.handle(request, this.context(version, clientId));
    if (result instanceof Promise) void result.then(settle);
    else settle(result);
    return asked;
  }

  /** Sends and waits for `ms`; the answer must be there then. */
  async ask<Body = Answered>(
    handler: ApiHandler,
    version: number,
    body: object,
    ms = 10,
    clientId?: string,
  ): Promise<Body> {
    const asked = this.send<Body>(handler, version, body, clientId);
    await this.clock.advance(millis(ms));
    if (asked.body === null) throw new Error(`no answer: ${JSON.stringify(asked.result)}`);
    return asked.body;
  }
}

export interface Asked<Body> {
  result: HandlerResult<unknown> | null;
  body: Body | null;
}

/** Fields of any answer that the tests look at. */
export type Answered = Readonly<Record<string, unknown>>;
