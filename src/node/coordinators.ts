/**
 * The coordinators of a node, put together: groups, transactions, and what they and leaders tell each other.
 *
 * ```
 *  leaderships of internal topics ─▶ groups (__consumer_offsets) │ transactions (__transaction_state)
 *  produce ─▶ verifier ─▶ calls ─▶ transactions ─▶ markers ─▶ calls ─▶ leaders, groups
 * ```
 */
import { millis } from '../../raft/index.ts';
import type { NodeId } from '../../raft/index.ts';
import type { NodeConfig } from '../config/index.ts';
import { DEFAULT_COORDINATOR_SETTINGS, GroupCoordinator, OFFSETS_TOPIC } from '../coordinator/index.ts';
import type { ProducerIds } from '../handlers/index.ts';
import { GROUP_HEARTBEAT_INTERVAL, GROUP_SESSION_TIMEOUT, groupConfigNumber } from '../metadata/index.ts';
import type { MetadataImage } from '../metadata/index.ts';
import type { Partition } from '../partition/index.ts';
import type { PeerTransport } from '../peer/index.ts';
import type { Ports } from '../ports/index.ts';
import { PeerCalls } from '../server/index.ts';
import {
  DEFAULT_TRANSACTION_SETTINGS,
  MarkerSender,
  RemoteVerifier,
  TransactionCoordinator,
  TRANSACTIONS_TOPIC,
} from '../transactions/index.ts';
import { coordinatorLog } from './coordinator-log.ts';

/** A leader waits this long for the coordinator before it refuses the batch. */
const VERIFY_TIMEOUT = millis(2000);

export interface CoordinatorsOptions {
  readonly config: NodeConfig;
  readonly ports: Pick<Ports, 'clock' | 'random' | 'log' | 'patterns'>;
  readonly image: () => MetadataImage;
  readonly transport: Pick<PeerTransport, 'request'>;
  readonly producerIds: ProducerIds;
  /** Has an internal topic made, once at a time. */
  readonly ensureTopic: (name: string, partitions: number) => void;
}

export class Coordinators {
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  readonly verifier: RemoteVerifier;
  readonly calls: PeerCalls;

  constructor(self: NodeId, options: CoordinatorsOptions) {
    const { config, ports, image, transport, producerIds, ensureTopic } = options;
    const { clock, log: sink } = ports;
    this.calls = new PeerCalls({
      self,
      request: (to, method, body, timeout) => transport.request(to, method, body, timeout),
      sink,
    });
    this.groups = new GroupCoordinator({
      settings: {
        ...DEFAULT_COORDINATOR_SETTINGS,
        ...config.groups,
        initialRebalanceDelayMs: config.groupInitialRebalanceDelayMs,
        ofGroup: (groupId) => ({
          sessionTimeoutMs: groupConfigNumber(image(), groupId, GROUP_SESSION_TIMEOUT),
          heartbeatIntervalMs: groupConfigNumber(image(), groupId, GROUP_HEARTBEAT_INTERVAL),
        }),
      },
      clock,
      patterns: ports.patterns,
      random: ports.random.fork('groups'),
      sink,
      image,
      ensureOffsetsTopic: () => ensureTopic(OFFSETS_TOPIC, config.topics.offsetsPartitions),
      verify: (request) => this.verifier.verify(request),
    });
    const settings = { ...DEFAULT_TRANSACTION_SETTINGS, ...config.transactions };
    this.transactions = new TransactionCoordinator({
      settings,
      clock,
      sink,
      image,
      ensureTopic: () => ensureTopic(TRANSACTIONS_TOPIC, config.topics.transactionsPartitions),
      markers: new MarkerSender({ calls: this.calls, image, clock, sink, settings }),
      freshProducerId: () => producerIds.next(),
    });
    this.verifier = new RemoteVerifier({
      calls: this.calls,
      topic: this.transactions.topic,
      timeout: VERIFY_TIMEOUT,
      clock,
    });
  }

  /** This node leads the partition in a new term, or leads it no more. */
  onLeadership(partition: Partition): void {
    const { leading, id } = partition;
    const coordinator = id.topic === OFFSETS_TOPIC ? this.groups : this.transactions;
    if (id.topic !== OFFSETS_TOPIC && id.topic !== TRANSACTIONS_TOPIC) return;
    if (leading === null) coordinator.resign(id.index, partition.replica.term);
    else coordinator.lead(coordinatorLog(partition, leading.term, leading.termStart));
  }

  /** Ends all; every waiting request is answered with 16. */
  close(): void {
    this.groups.close();
    this.transactions.close();
  }
}
