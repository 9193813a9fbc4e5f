/**
 * A node's coordinator with memory logs under it and a hand-made metadata image around it; requests go through the
 * wire codec in both directions, so that a response that cannot be encoded fails the test.
 */
import { SimPatterns } from '../../chaos/sim/sim-patterns.ts';
import { incarnation, directoryId, nodeId, offset, seededRandom, term } from '../../raft/index.ts';
import {
  consumerGroupDescribe,
  consumerGroupHeartbeat,
  DEFAULT_COORDINATOR_SETTINGS,
  deleteGroups,
  describeGroups,
  findCoordinator,
  GroupCoordinator,
  heartbeat,
  joinGroup,
  leaveGroup,
  listGroups,
  OFFSETS_TOPIC,
  offsetCommit,
  offsetDelete,
  offsetFetch,
  syncGroup,
  txnOffsetCommit,
} from '../../src/coordinator/index.ts';
import type { CoordinatorSettings, GroupRequestContext, VerifyOffsets } from '../../src/coordinator/index.ts';
import { InternalTopic } from '../../src/coordinator-log/index.ts';
import type { Broker, MetadataImage, Partition, Topic } from '../../src/metadata/image.ts';
import type { LogSink } from '../../src/ports/index.ts';
import { API_TABLE, WireCodec } from '../../src/wire/index.ts';
import type { ApiSchema, Decoded, Encodable, FindCoordinatorRequest } from '../../src/wire/index.ts';
import { MemoryLog } from './memory-log.ts';
import { TestClock } from './test-clock.ts';

const FIRST_NODE = nodeId(1);

export function topicId(number: number): string {
  return Buffer.from(`topic ${number}`.padEnd(16, '.')).toString('base64url');
}

function broker(node: number): Broker {
  const port = 9000 + node;
  const endpoint = { host: `host${node}`, port };
  return {
    node: nodeId(node),
    incarnation: incarnation('1'),
    directory: directoryId('d'),
    kafka: endpoint,
    peer: endpoint,
    admin: endpoint,
    rack: null,
    fenced: false,
    leaving: false,
    registeredAt: offset(0),
  };
}

function partitionOf(id: string, index: number, leader: number | null): Partition {
  const replicas = [FIRST_NODE];
  return {
    topicId: id,
    index,
    replicas,
    isr: replicas,
    elr: [],
    leader: leader === null ? null : nodeId(leader),
    leaderIncarnation: null,
    leaderTerm: term(1),
    version: 1,
    unclean: false,
    lossy: [],
    replication: 'isr',
  };
}

export function topic(name: string, id: string, leaders: readonly (number | null)[]): Topic {
  return {
    id,
    name,
    partitions: leaders.map((leader, index) => partitionOf(id, index, leader)),
    configs: new Map(),
    internal: name === OFFSETS_TOPIC,
  };
}

export function image(topics: readonly Topic[]): MetadataImage {
  return {
    end: offset(1),
    term: term(1),
    clusterId: 'c',
    brokers: new Map([1, 2].map((node) => [nodeId(node), broker(node)])),
    topicsByName: new Map(topics.map((one) => [one.name, one])),
    topicsById: new Map(topics.map((one) => [one.id, one])),
    clusterConfigs: new Map(),
    brokerConfigs: new Map(),
    groupConfigs: new Map(),
    nextProducerId: 0,
    uncleanElections: 0,
  };
}

export const SILENT: LogSink = { log: () => undefined, child: () => SILENT };

const HANDLERS = {
  consumerGroupHeartbeat,
  consumerGroupDescribe,
  offsetCommit,
  offsetFetch,
  findCoordinator: (groups: GroupCoordinator, request: FindCoordinatorRequest, context: GroupRequestContext) =>
    findCoordinator(
      groups,
      request,
      context,
      new InternalTopic({ ...groups.options, name: '__transaction_state', ensure: () => undefined }),
    ),
  joinGroup,
  heartbeat,
  leaveGroup,
  syncGroup,
  txnOffsetCommit,
  describeGroups,
  listGroups,
  deleteGroups,
  offsetDelete,
};
type Handlers = typeof HANDLERS;
export type GroupApi = keyof Handlers;
type SchemaOf<Api extends GroupApi> = (typeof API_TABLE)[Api]['schema'];
type ResponseOf<Api extends GroupApi> = Decoded<SchemaOf<Api>['response']>;
type RequestOf<Api extends GroupApi> = Encodable<SchemaOf<Api>['request']>;

export class NodeBench {
  readonly clock = new TestClock();
  readonly log = new MemoryLog(this.clock);
  readonly coordinator: GroupCoordinator;
  readonly codec = new WireCodec();
  image: MetadataImage = image([
    topic(OFFSETS_TOPIC, topicId(0), [1]),
    topic('orders', topicId(1), [1, 1, 1]),
    topic('bills', topicId(2), [1]),
  ]);
  topicsAsked = 0;
  /** What the coordinator of transactions says. */
  verify: VerifyOffsets = () => Promise.resolve([0]);

  constructor(settings: Partial<CoordinatorSettings> = {}) {
    this.coordinator = new GroupCoordinator({
      settings: { ...DEFAULT_COORDINATOR_SETTINGS, initialRebalanceDelayMs: 0, ...settings },
      clock: this.clock,
      random: seededRandom('groups'),
      sink: SILENT,
      patterns: new SimPatterns(),
      image: () => this.image,
      ensureOffsetsTopic: () => (this.topicsAsked += 1),
      verify: (request) => this.verify(request),
    });
  }

  /** This node leads in a new term and has loaded. */
  async lead(keep = true): Promise<void> {
    const log = this.log.lead(keep);
    this.log.commit();
    this.coordinator.lead(log);
    await this.loaded();
  }

  /** The log has been read, or cannot go on being read. */
  async loaded(): Promise<void> {
    const LOADING = 14;
    for (let turn = 0; turn < 1_000 && this.coordinator.partitions()[0]?.unavailable() === LOADING; turn += 1)
      await this.clock.settle();
  }

  /** Sends a request as bytes of `version`; the answer as it comes out of the bytes. */
  async ask<Api extends GroupApi>(
    api: Api,
    version: number,
    request: RequestOf<Api>,
    client = 'client',
  ): Promise<ResponseOf<Api>> {
    const schema: ApiSchema = API_TABLE[api].schema;
    const bytes = Buffer.concat(
      this.codec.encodeRequest(schema, version, request as Encodable<ApiSchema['request']>).finish(),
    );
    const context: GroupRequestContext = { version, clientId: client, clientHost: '/127.0.0.1' };
    const handler = HANDLERS[api] as (
      coordinator: GroupCoordinator,
      request: unknown,
      context: GroupRequestContext,
    ) => unknown;
    const response = await handler(this.coordinator, this.codec.decodeRequest(schema, version, bytes), context);
    bytes.fill(0xee);
    const encoded = Buffer.concat(
      this.codec.encodeResponse(schema, version, response as Encodable<ApiSchema['response']>).finish(),
    );
    return this.codec.decodeResponse(schema, version, encoded) as ResponseOf<Api>;
  }

  /** Commits offset `position` of orders-0 at version 9; the error code. */
  async commit(
    groupId: string,
    position: number,
    member: { id?: string; generation?: number } = {},
    partitionIndex = 0,
  ): Promise<number> {
    const response = this.ask('offsetCommit', 9, {
      groupId,
      generationIdOrMemberEpoch: member.generation ?? -1,
      memberId: member.id ?? '',
      topics: [{ name: 'orders', partitions: [{ partitionIndex, committedOffset: position, committedMetadata: 'm' }] }],
    });
    const answered = await this.#waitFor(response);
    return answered.topics[0]?.partitions[0]?.errorCode ?? -99;
  }

  /** The committed offset of orders-0, or the error as a negative number below -1. */
  async fetch(groupId: string, partitionIndex = 0): Promise<number> {
    const answered = await this.#waitFor(
      this.ask('offsetFetch', 8, {
        groups: [{ groupId, topics: [{ name: 'orders', partitionIndexes: [partitionIndex] }] }],
      }),
    );
    const group = answered.groups[0];
    if (group === undefined || group.errorCode !== 0) return -100 - (group?.errorCode ?? 0);
    return group.topics[0]?.partitions[0]?.committedOffset ?? -99;
  }

  /** Runs what is due now until the answer is there. */
  async #waitFor<Answer>(answer: Promise<Answer>): Promise<Answer> {
    if (!this.log.held) await this.clock.advance(0);
    return answer;
  }

  /** One member joins and syncs alone: stable. */
  async stable(
    groupId: string,
    version = 3,
    instanceId: string | null = null,
    metadata: Uint8Array = Buffer.from('000000000001', 'hex'),
  ): Promise<{ readonly id: string; readonly generation: number }> {
    const joined = await this.ask('joinGroup', Math.max(version, instanceId === null ? 0 : 5), {
      groupId,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 60_000,
      memberId: '',
      groupInstanceId: instanceId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata }],
    });
    const synced = this.ask('syncGroup', 3, {
      groupId,
      generationId: joined.generationId,
      memberId: joined.memberId,
      assignments: [{ memberId: joined.memberId, assignment: Buffer.from('all') }],
    });
    await this.#waitFor(synced);
    return { id: joined.memberId, generation: joined.generationId };
  }

  async beat(groupId: string, member: { readonly id: string; readonly generation: number }): Promise<number> {
    return (await this.ask('heartbeat', 3, { groupId, generationId: member.generation, memberId: member.id }))
      .errorCode;
  }
}
