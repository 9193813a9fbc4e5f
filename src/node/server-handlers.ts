/**
 * The dispatch table of the Kafka server: one handler for each API that this node serves.
 */
import { millis } from '../../raft/index.ts';
import type { NodeId } from '../../raft/index.ts';
import type { NodeConfig } from '../config/index.ts';
import {
  alterConfigsHandler,
  apiVersionsHandler,
  createPartitionsHandler,
  createTopicsHandler,
  deleteRecordsHandler,
  deleteTopicsHandler,
  describeClusterHandler,
  describeConfigsHandler,
  describeLogDirsHandler,
  describeProducersHandler,
  describeQuorumHandler,
  describeTopicPartitionsHandler,
  electLeadersHandler,
  fetchHandler,
  groupHandlers,
  incrementalAlterConfigsHandler,
  initProducerIdHandler,
  leaderHandlers,
  leaderQuorumHandler,
  listConfigResourcesHandler,
  listOffsetsHandler,
  metadataHandler,
  offsetForLeaderEpochHandler,
  produceHandler,
  transactionHandlers,
  writeTxnMarkersHandler,
} from '../handlers/index.ts';
import type {
  BrokerView,
  CommandPort,
  FetchSessions,
  LogDirectory,
  ProducerIds,
  QuorumSource,
} from '../handlers/index.ts';
import { GROUP_HEARTBEAT_INTERVAL, GROUP_SESSION_TIMEOUT } from '../metadata/index.ts';
import type { MetadataImage } from '../metadata/index.ts';
import type { ApiHandler } from '../server/index.ts';
import type { Coordinators } from './coordinators.ts';

export interface ServedBy {
  readonly broker: BrokerView;
  readonly commands: CommandPort;
  readonly coordinators: Coordinators;
  readonly config: NodeConfig;
  readonly sessions: FetchSessions;
  readonly producerIds: ProducerIds;
  readonly directory: LogDirectory;
  readonly quorum: QuorumSource;
  readonly controller: () => NodeId | null;
  readonly untilApplied: (applied: (image: MetadataImage) => boolean, timeoutMs: number) => Promise<boolean>;
}

const AUTO_CREATE_TIMEOUT = millis(5000);

/** Creates topics that clients asked for, each once at a time. */
function autoCreate(commands: CommandPort): (names: readonly string[]) => void {
  const underWay = new Set<string>();
  return (names) => {
    const fresh = names.filter((name) => !underWay.has(name));
    if (fresh.length === 0) return;
    for (const name of fresh) underWay.add(name);
    const topics = fresh.map((name) => ({
      name,
      partitions: null,
      replicationFactor: null,
      assignments: null,
      configs: [],
      internal: false,
    }));
    void commands.submit({ kind: 'create-topics', topics, validateOnly: false }, AUTO_CREATE_TIMEOUT).then(() => {
      for (const name of fresh) underWay.delete(name);
    });
  };
}

/** As set for the cluster or this node while it runs, else as its configuration file says. */
function autoCreates(image: MetadataImage, { node, autoCreateTopics }: NodeConfig): boolean {
  const key = 'auto.create.topics.enable';
  const set = image.brokerConfigs.get(node)?.get(key) ?? image.clusterConfigs.get(key);
  return set === undefined ? autoCreateTopics : set === 'true';
}

/** @param responseBytesLeft what an answer should keep to, as memory is now */
export function serverHandlers(by: ServedBy, responseBytesLeft: () => number): readonly ApiHandler[] {
  const { broker, commands, config } = by;
  const { groups, transactions, calls, verifier } = by.coordinators;
  const markers = writeTxnMarkersHandler(broker, {
    onOffsetsMarker: (partition, marker) => groups.transactionEnded(partition.id.index, marker),
  });
  const computed = new Map([
    ['flush', config.flush],
    [GROUP_SESSION_TIMEOUT, String(config.groups.consumerSessionTimeoutMs)],
    [GROUP_HEARTBEAT_INTERVAL, String(config.groups.consumerHeartbeatIntervalMs)],
    ['log.retention.ms', String(config.topics.retentionMs)],
    ['log.retention.bytes', String(config.topics.retentionBytes)],
    ['log.segment.bytes', String(config.topics.segmentBytes)],
    ['message.max.bytes', String(config.topics.batchBytesMax)],
    ['num.partitions', String(config.topics.partitions)],
    ['auto.create.topics.enable', String(config.autoCreateTopics)],
  ]);
  const admin = { commands, untilApplied: by.untilApplied, image: broker.image, computed };
  const handlers = [
    produceHandler(broker, verifier),
    fetchHandler(broker, by.sessions, {
      fetchBytesMax: config.limits.fetchBytesMax,
      bytesLeft: responseBytesLeft,
      selector: config.rackAwareReads ? 'rack-aware' : 'leader',
    }),
    listOffsetsHandler(broker),
    metadataHandler(broker, {
      autoCreateTopics: () => autoCreates(broker.image(), config),
      createTopics: autoCreate(commands),
      controller: by.controller,
    }),
    offsetForLeaderEpochHandler(broker),
    initProducerIdHandler(by.producerIds, transactions),
    createTopicsHandler(admin),
    deleteTopicsHandler(admin),
    createPartitionsHandler(admin),
    deleteRecordsHandler(broker),
    describeConfigsHandler(broker, computed),
    alterConfigsHandler(commands),
    incrementalAlterConfigsHandler(commands),
    listConfigResourcesHandler(broker),
    electLeadersHandler(commands),
    describeClusterHandler(broker, by.controller),
    describeTopicPartitionsHandler(broker),
    describeProducersHandler(broker),
    describeLogDirsHandler(by.directory),
    describeQuorumHandler(by.quorum),
    markers,
    ...groupHandlers(groups, transactions),
    ...transactionHandlers(transactions, groups.topic, groups.options.patterns),
  ];
  calls.open([...leaderHandlers(transactions), markers, leaderQuorumHandler(by.quorum)]);
  return [...handlers, apiVersionsHandler(handlers)];
}
