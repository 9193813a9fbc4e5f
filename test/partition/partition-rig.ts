/**
 * A partition on one or more nodes: `Partition` over real replicas, memory logs and a fake network.
 */
import { byteCount } from '../../raft/index.ts';
import { buildBatch, buildControlBatch, markerBody, readBatchHeader } from '../../storage/batch/index.ts';
import { Partition } from '../../src/partition/index.ts';
import type {
  Acknowledgement,
  MarkerOutcome,
  PartitionHooks,
  PartitionSettings,
  ProduceOutcome,
  VerifyTransaction,
} from '../../src/partition/index.ts';
import { keepingSink } from '../replica/fake-transport.ts';
import { LOG_SETTINGS } from '../replica/memory-replica-log.ts';
import { ReplicaRig } from '../replica/replica-rig.ts';
import type { RigOptions } from '../replica/replica-rig.ts';

export const DAY = 86_400_000;
export const WALL = 1_760_000_000_000;

export const SETTINGS: PartitionSettings = {
  log: LOG_SETTINGS,
  admission: {
    batchBytesMax: 1_048_588,
    segmentBytesMax: 1 << 30,
    timestampType: 'create',
    timestampBeforeMax: Number.MAX_SAFE_INTEGER,
    timestampAfterMax: 3_600_000,
    keyRequired: false,
  },
  producerExpirationMs: DAY,
  minInsyncReplicas: 1,
};

export interface Sequenced {
  readonly producerId: number;
  readonly producerEpoch?: number;
  readonly sequence: number;
  readonly transactional?: boolean;
}

/** A client's batch of `count` small records; `sequenced` for idempotent producers. */
export function batchOf(count: number, sequenced: Sequenced | null = null, timestamp = WALL): Buffer {
  const records = Array.from({ length: count }, (_, at) => ({
    key: null,
    value: Buffer.from(`value ${at}`),
    timestamp,
  }));
  if (sequenced === null) return Buffer.from(buildBatch({ records }));
  const { producerId, producerEpoch = 0, sequence, transactional = false } = sequenced;
  const producer = { id: producerId, epoch: producerEpoch, baseSequence: sequence };
  return Buffer.from(buildBatch({ records, producer, transactional }));
}

export interface Ending {
  readonly producerId: number;
  readonly committed: boolean;
  readonly producerEpoch?: number;
  readonly coordinatorTerm?: number;
}

/** The marker that ends a transaction. */
export function markerBatch({ producerId, committed, producerEpoch = 0, coordinatorTerm = 1 }: Ending): Buffer {
  return Buffer.from(
    buildControlBatch({
      type: committed ? 'commit' : 'abort',
      body: markerBody(coordinatorTerm),
      timestamp: WALL,
      producer: { id: producerId, epoch: producerEpoch },
    }),
  );
}

export interface PartitionRigOptions extends RigOptions {
  readonly settings?: PartitionSettings;
  readonly wallNow?: () => number;
}

export class PartitionRig extends ReplicaRig {
  readonly partitions: readonly Partition[];
  /** Leaderships that began (`true`) and ended, per node. */
  readonly leaderships: { readonly node: number; readonly leads: boolean }[] = [];
  readonly lines: readonly string[];

  constructor(options: PartitionRigOptions = {}) {
    const partitions = new Map<number, Partition>();
    const { sink, lines } = keepingSink();
    const leaderships: { node: number; leads: boolean }[] = [];
    const partitionOf = (node: number): Partition => {
      const known = partitions.get(node);
      if (known !== undefined) return known;
      const hooks: PartitionHooks = {
        wallNow: options.wallNow ?? (() => WALL),
        now: () => this.clock.now(),
        sink,
        onLeadership: (partition) => void leaderships.push({ node, leads: partition.leading !== null }),
        onProposeIsr: () => undefined,
        onViolation: (_, reason) => void lines.push(`violation ${reason}`),
        onQuorumLeader: () => undefined,
      };
      const partition = new Partition({ topicId: 't', topic: 'topic', index: 0 }, options.settings ?? SETTINGS, hooks);
      partitions.set(node, partition);
      return partition;
    };
    super({ ...options, onNotice: (node, notice) => partitionOf(node).notice(notice) });
    this.lines = lines;
    this.leaderships = leaderships;
    this.partitions = this.numbers().map((node) => {
      const partition = partitionOf(node);
      partition.attach(this.at(node).replica);
      return partition;
    });
  }

  partition(node = 1): Partition {
    const found = this.partitions[node - 1];
    if (found === undefined) throw new Error(`no partition on node ${node}`);
    return found;
  }

  /** Node 1 leads term 1. */
  async lead(): Promise<this> {
    this.assign(1, 1);
    await this.clock.advance(20);
    return this;
  }

  /** Starts a produce at node 1; the outcome is filled in when it ends. */
  produce(
    bytes: Buffer,
    acks: Acknowledgement = 'all',
    node = 1,
    version = 9,
    verify?: VerifyTransaction,
  ): { outcome: ProduceOutcome | null } {
    const answer: { outcome: ProduceOutcome | null } = { outcome: null };
    const origin = { internal: false, version, ...(verify === undefined ? {} : { verify }) } as const;
    this.partition(node).produce(bytes, acks, origin, (outcome) => {
      if (answer.outcome !== null) throw new Error('answered twice');
      answer.outcome = outcome;
    });
    return answer;
  }

  /** Writes a marker at node 1 (TV1 unless told otherwise); the outcome is filled in when it ends. */
  mark(ending: Ending, transactionVersion: 1 | 2 = 1, node = 1): { outcome: MarkerOutcome | null } {
    const answer: { outcome: MarkerOutcome | null } = { outcome: null };
    const marker = { producerEpoch: 0, coordinatorTerm: 1, ...ending, transactionVersion };
    this.partition(node).writeMarker(marker, (outcome) => {
      if (answer.outcome !== null) throw new Error('answered twice');
      answer.outcome = outcome;
    });
    return answer;
  }

  /** Values of all records stored on a node, as `base:count`. */
  stored(node = 1): readonly string[] {
    return this.at(node).log.batches.map(
      ({ bytes, position }) => `${position.base}:${readBatchHeader(bytes).recordCount}`,
    );
  }
}

export const ALL_BYTES = byteCount(1 << 24);
export const NO_VIEW = { term: null, lastFetchedTerm: null };
