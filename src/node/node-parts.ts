/**
 * Options of a node's parts, worked out from its configuration: what is plain data and needs no wiring.
 */
import { millis } from '../../raft/index.ts';
import type { Incarnation, Millis, NodeId } from '../../raft/index.ts';
import type { Store } from '../../storage/index.ts';
import type { NodeConfig } from '../config/index.ts';
import type { BrokerLife, ContactOf, Controller, RegisterBroker } from '../controller/index.ts';
import type { Endpoint, MetadataImage } from '../metadata/index.ts';
import type { PeerTransport, PeerTransportOptions } from '../peer/index.ts';
import type { Ports } from '../ports/index.ts';
import { KafkaServer } from '../server/index.ts';
import { serverHandlers } from './server-handlers.ts';
import type { ServedBy } from './server-handlers.ts';

const PARTITIONS_PER_COMMAND_MAX = 100_000;
const WAITING_COMMANDS_MAX = 1000;

export function transportOptions(
  config: NodeConfig,
  ports: Ports,
  store: Store,
  incarnation: Incarnation,
): PeerTransportOptions {
  const { timing } = config;
  const { directory, clusterId } = store.identity;
  return {
    self: {
      node: config.node,
      incarnation,
      directory,
      clusterId,
      empty: store.empty,
    },
    listen: { host: config.host, port: config.peerPort },
    advertised: { host: config.advertisedHost, port: config.peerPort },
    ports,
    timings: {
      keepAlive: timing.heartbeat,
      silence: timing.brokerSession,
      dataKeepAlive: timing.brokerSession,
      dataSilence: millis(4 * timing.brokerSession),
      hintMax: timing.brokerSession,
    },
  };
}

export function controllerSettings(config: NodeConfig): ConstructorParameters<typeof Controller>[1] {
  const { topics, timing } = config;
  return {
    sessionTimeout: timing.brokerSession,
    leaderBalanceInterval: millis(10_000),
    lossyWait: millis(30_000),
    waitingMax: WAITING_COMMANDS_MAX,
    defaults: {
      partitions: topics.partitions,
      replicationFactor: topics.replicationFactor ?? Math.min(3, config.voters.length),
      partitionsPerCommandMax: PARTITIONS_PER_COMMAND_MAX,
      flush: config.flush,
    },
  };
}

export function registration(
  config: NodeConfig,
  store: Store,
  incarnation: Incarnation,
): Omit<RegisterBroker, 'kind' | 'found'> {
  const { advertisedHost: host } = config;
  return {
    node: config.node,
    incarnation,
    directory: store.identity.directory,
    kafka: { host, port: config.kafkaPort },
    peer: { host, port: config.peerPort },
    admin: { host, port: config.adminPort },
    rack: config.rack,
    knownIncarnations: [store.standing.registered, ...store.standing.attempted].filter((known) => known !== null),
  };
}

/** The Kafka listener with its handlers and limits. */
export function kafkaServer(config: NodeConfig, ports: Ports, by: ServedBy): KafkaServer {
  const { limits } = config;
  const server: KafkaServer = new KafkaServer({
    network: ports.network,
    clock: ports.clock,
    sink: ports.log,
    host: config.host,
    port: config.kafkaPort,
    handlers: serverHandlers(by, () => server.memory.left),
    limits: {
      requestBytesMax: limits.requestBytesMax,
      connectionsMax: limits.connectionsMax,
      connectionsPerAddressMax: limits.connectionsPerAddressMax,
      responseBytesMax: limits.responseBytesMax,
      pendingRequestsMax: 64,
      pendingBytesMax: 32 << 20,
      unsentBytesMax: 4 << 20,
      requestMs: 30_000,
      idleMs: limits.connectionIdleMs,
    },
  });
  return server;
}

/** The last sign of a broker's life that this node has, for the controller's sessions. Of itself it has one now. */
export function contactOf(
  transport: PeerTransport,
  node: NodeId,
  self: BrokerLife,
  now: Millis,
): ReturnType<ContactOf> {
  if (node === self.node) return { incarnation: self.incarnation, lastFrameAt: now };
  const status = transport.status(node);
  if (status === null || status.identity === null || status.lastFrameAt === null) return null;
  return { incarnation: status.identity.incarnation, lastFrameAt: status.lastFrameAt };
}

/** The life of `node` that probably ended: its connections broke and nobody listens there. */
export function suspectOf(transport: PeerTransport, node: NodeId): Incarnation | null {
  const status = transport.status(node);
  return status?.suspected === true ? (status.identity?.incarnation ?? null) : null;
}

/** The first metadata that names the cluster: the node is of that one from now on. */
export function joinCluster({ clusterId }: MetadataImage, store: Store, transport: PeerTransport): void {
  if (clusterId === null || store.identity.clusterId !== null) return;
  void store.setClusterId(clusterId);
  transport.updateIdentity({ clusterId, empty: false });
}

/** Whom to connect to: the brokers that metadata knows, and the voters of the configuration. */
export function peerAddresses(image: MetadataImage, config: NodeConfig): ReadonlyMap<NodeId, Endpoint> {
  const addresses = new Map<NodeId, Endpoint>();
  for (const { node, peer } of image.brokers.values()) addresses.set(node, peer);
  for (const { node, peer } of config.voters) addresses.set(node, peer);
  return addresses;
}

/** The controller as clients are told: the real one when it serves, else this node, since admin requests reach it from everywhere. */
export function usableController(image: MetadataImage, controller: NodeId | null, self: NodeId): NodeId {
  const broker = controller === null ? undefined : image.brokers.get(controller);
  return controller === null || broker === undefined || broker.fenced ? self : controller;
}
