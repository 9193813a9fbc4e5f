/**
 * A metadata record and its bytes: protobuf, one record is the value of one Kafka record of a metadata batch.
 *
 * Forward compatible: unknown fields are skipped, so that a newer version may add some; a record of an unknown *kind*
 * is refused, because skipping it would give another image than the nodes that know it (reliability: R6).
 */
import { AssertionError, incarnation, nodeId, term, unreachable } from '../../raft/index.ts';
import type { ConfigScope, MetadataRecord } from './record.ts';
import {
  readLeadership,
  readLife,
  readLossy,
  readNodes,
  readRegistered,
  readReplication,
  wire,
  writeLeadership,
  writeRegistered,
  writeReplication,
} from './wire-parts.ts';
import type { LifeMessage, RecordMessage, ScopeMessage } from './wire-parts.ts';

/** A decoded record, or why it cannot be applied; the node then stops, it must not guess. */
export type DecodedRecord =
  | { readonly kind: 'record'; readonly record: MetadataRecord }
  | { readonly kind: 'invalid'; readonly reason: string };

/** Bytes of one record; fresh, owned by the caller. */
export function encodeRecord(record: MetadataRecord): Uint8Array {
  return wire.MetadataRecord.encode(recordMessage(record)).finish();
}

/** Reads what {@link encodeRecord} wrote, of this version or another. Never throws. */
export function decodeRecord(bytes: Uint8Array): DecodedRecord {
  try {
    const record = readRecord(wire.MetadataRecord.decode(bytes));
    if (record === null)
      return { kind: 'invalid', reason: 'unknown kind of metadata record (written by a newer version?)' };
    return { kind: 'record', record };
  } catch (error) {
    // The gate for bytes: protobuf's RangeError and the id constructors' complaints become a reason.
    if (error instanceof AssertionError || error instanceof Error)
      return { kind: 'invalid', reason: `malformed metadata record: ${error.message}` };
    throw error;
  }
}

function lifeMessage(life: { readonly node: number; readonly incarnation: string }): LifeMessage {
  return { node: life.node, incarnation: life.incarnation };
}

function recordMessage(record: MetadataRecord): RecordMessage {
  switch (record.kind) {
    case 'cluster-created':
      return { clusterCreated: { clusterId: record.clusterId } };
    case 'broker-registered':
      return { brokerRegistered: writeRegistered(record) };
    case 'broker-fenced':
      return { brokerFenced: lifeMessage(record) };
    case 'broker-unfenced':
      return { brokerUnfenced: lifeMessage(record) };
    case 'broker-leaving':
      return { brokerLeaving: lifeMessage(record) };
    case 'broker-unregistered':
      return { brokerUnregistered: lifeMessage(record) };
    case 'topic-created':
      return { topicCreated: { topicId: record.topicId, name: record.name, internal: record.internal } };
    case 'topic-removed':
      return { topicRemoved: { topicId: record.topicId } };
    case 'partition-created':
    case 'partition-changed':
    case 'quorum-leader-reported':
      return partitionMessage(record);
    case 'config-set':
      return { configSet: { scope: writeScope(record.scope), key: record.key, value: record.value } };
    case 'config-removed':
      return { configRemoved: { scope: writeScope(record.scope), key: record.key } };
    case 'producer-ids-allocated':
      return { producerIdsAllocated: { life: lifeMessage(record), next: record.next } };
    case 'no-op':
      return { noOp: {} };
  }
  return unreachable(record);
}

type PartitionRecord = Extract<
  MetadataRecord,
  { readonly kind: 'partition-created' | 'partition-changed' | 'quorum-leader-reported' }
>;

function partitionMessage(record: PartitionRecord): RecordMessage {
  const { topicId, partition } = record;
  switch (record.kind) {
    case 'partition-created':
      return {
        partitionCreated: {
          topicId,
          partition,
          replicas: [...record.replicas],
          isr: [...record.isr],
          leadership: writeLeadership(record.leadership),
          replication: writeReplication(record.replication),
        },
      };
    case 'partition-changed':
      return {
        partitionChanged: {
          topicId,
          partition,
          version: record.version,
          replicas: record.replicas && { nodes: [...record.replicas] },
          isr: record.isr && { nodes: [...record.isr] },
          elr: record.elr && { nodes: [...record.elr] },
          lossy: record.lossy && { replicas: [...record.lossy] },
          leadership: record.leadership && writeLeadership(record.leadership),
        },
      };
    case 'quorum-leader-reported': {
      const { leader, leaderTerm, leaderIncarnation } = record;
      const life = leader === null ? null : { node: leader, incarnation: leaderIncarnation };
      return { quorumLeaderReported: { topicId, partition, leader: life, leaderTerm } };
    }
  }
}

/** Null: none of the kinds that this version knows. */
function readRecord(message: RecordMessage): MetadataRecord | null {
  if (message.clusterCreated) return { kind: 'cluster-created', clusterId: message.clusterCreated.clusterId ?? '' };
  if (message.brokerRegistered) return readRegistered(message.brokerRegistered);
  if (message.brokerFenced) return { kind: 'broker-fenced', ...readLife(message.brokerFenced) };
  if (message.brokerUnfenced) return { kind: 'broker-unfenced', ...readLife(message.brokerUnfenced) };
  if (message.brokerLeaving) return { kind: 'broker-leaving', ...readLife(message.brokerLeaving) };
  if (message.brokerUnregistered) return { kind: 'broker-unregistered', ...readLife(message.brokerUnregistered) };
  if (message.topicCreated) {
    const { topicId, name, internal } = message.topicCreated;
    return { kind: 'topic-created', topicId: topicId ?? '', name: name ?? '', internal: internal ?? false };
  }
  if (message.topicRemoved) return { kind: 'topic-removed', topicId: message.topicRemoved.topicId ?? '' };
  if (message.configSet) {
    const { scope, key, value } = message.configSet;
    return { kind: 'config-set', scope: readScope(scope), key: key ?? '', value: value ?? '' };
  }
  if (message.configRemoved) {
    const { scope, key } = message.configRemoved;
    return { kind: 'config-removed', scope: readScope(scope), key: key ?? '' };
  }
  if (message.producerIdsAllocated) {
    const { life, next } = message.producerIdsAllocated;
    return { kind: 'producer-ids-allocated', ...readLife(life), next: next ?? 0 };
  }
  if (message.noOp) return { kind: 'no-op' };
  return readPartitionRecord(message);
}

function readPartitionRecord(message: RecordMessage): MetadataRecord | null {
  if (message.partitionCreated) {
    const { topicId, partition, replicas, isr, leadership, replication } = message.partitionCreated;
    return {
      kind: 'partition-created',
      topicId: topicId ?? '',
      partition: partition ?? 0,
      replicas: readNodes(replicas),
      isr: readNodes(isr),
      leadership: readLeadership(leadership),
      replication: readReplication(replication),
    };
  }
  if (message.partitionChanged) {
    const { topicId, partition, version, replicas, isr, elr, lossy, leadership } = message.partitionChanged;
    return {
      kind: 'partition-changed',
      topicId: topicId ?? '',
      partition: partition ?? 0,
      version: version ?? 0,
      replicas: replicas ? readNodes(replicas.nodes) : null,
      isr: isr ? readNodes(isr.nodes) : null,
      elr: elr ? readNodes(elr.nodes) : null,
      lossy: lossy ? readLossy(lossy.replicas) : null,
      leadership: leadership ? readLeadership(leadership) : null,
    };
  }
  if (message.quorumLeaderReported) {
    const { topicId, partition, leader, leaderTerm } = message.quorumLeaderReported;
    return {
      kind: 'quorum-leader-reported',
      topicId: topicId ?? '',
      partition: partition ?? 0,
      leader: leader ? nodeId(leader.node ?? 0) : null,
      leaderIncarnation: leader ? incarnation(leader.incarnation ?? '') : null,
      leaderTerm: term(leaderTerm ?? 0),
    };
  }
  return null;
}

function writeScope(scope: ConfigScope): ScopeMessage {
  switch (scope.kind) {
    case 'cluster':
      return { kind: 0 };
    case 'broker':
      return { kind: 1, node: scope.node };
    case 'topic':
      return { kind: 2, topicId: scope.topicId };
    case 'group':
      return { kind: 3, groupId: scope.groupId };
  }
}

function readScope(message: ScopeMessage | null | undefined): ConfigScope {
  const kind: number = message?.kind ?? 0;
  if (kind === 3) return { kind: 'group', groupId: message?.groupId ?? '' };
  if (kind === 2) return { kind: 'topic', topicId: message?.topicId ?? '' };
  if (kind === 1) return { kind: 'broker', node: nodeId(message?.node ?? 0) };
  if (kind === 0) return { kind: 'cluster' };
  throw new AssertionError(`unknown config scope ${kind}`);
}
