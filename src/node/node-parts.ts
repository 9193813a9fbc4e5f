/**
 * Options of a node's parts, worked out from its configuration: what is plain data and needs no wiring.
 */
import { millis } from '../../raft/index.ts';
import type { Incarnation } from '../../raft/index.ts';
import type { Store } from '../../storage/index.ts';
import type { NodeConfig } from '../config/index.ts';
import type { Controller, RegisterBroker } from '../controller/index.ts';
import type { PeerTransportOptions } from '../peer/index.ts';
import type { Ports } from '../ports/index.ts';
import type { KafkaServerOptions } from '../server/index.ts';

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
    self: { node: config.node, incarnation, directory, clusterId, empty: store.empty },
    listen: { host: config.host, port: config.peerPort },
    advertised: { host: config.advertisedHost, port: config.peerPort },
    ports,
    timings: { keepAlive: timing.heartbeat, silence: timing.brokerSession, hintMax: timing.brokerSession },
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
    knownIncarnations: [store.standing.registered, store.standing.attempted].filter((known) => known !== null),
  };
}

export function serverLimits(config: NodeConfig): KafkaServerOptions['limits'] {
  return {
    requestBytesMax: config.limits.requestBytesMax,
    connectionsMax: config.limits.connectionsMax,
    pendingRequestsMax: 64,
    pendingBytesMax: 32 << 20,
    unsentBytesMax: 4 << 20,
    requestMs: 30_000,
    idleMs: config.limits.connectionIdleMs,
  };
}
