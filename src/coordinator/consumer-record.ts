/**
 * Records of consumer groups (KIP-848) as bytes and as values, in Kafka's own format.
 *
 *   3 group epoch   4 its topics (before Kafka 4.1)   5 member   6 target epoch   7 target of a member
 *   8 a member's current assignment   16 a regular expression and what it matches
 *
 * A null value is a tombstone. Everything is in version 0. Order within one batch follows Kafka: a member before its
 * target, its target before its progress; the group is the same in whatever order the newest records are read.
 */
import { Buffer } from 'node:buffer';
import {
  consumerGroupCurrentMemberAssignmentKey,
  consumerGroupCurrentMemberAssignmentValue,
  consumerGroupMemberMetadataKey,
  consumerGroupMemberMetadataValue,
  consumerGroupMetadataKey,
  consumerGroupMetadataValue,
  consumerGroupPartitionMetadataKey,
  consumerGroupRegularExpressionKey,
  consumerGroupRegularExpressionValue,
  consumerGroupTargetAssignmentMemberKey,
  consumerGroupTargetAssignmentMemberValue,
  consumerGroupTargetAssignmentMetadataKey,
  consumerGroupTargetAssignmentMetadataValue,
  WireError,
} from '../wire/index.ts';
import type {
  ConsumerGroupCurrentMemberAssignmentValue,
  ConsumerGroupMemberMetadataValue,
  DataSchema,
  Encodable,
  WireCodec,
} from '../wire/index.ts';
import { assignmentOf, listOf } from './assignment.ts';
import type { Assignment, OwnedPartitions } from './assignment.ts';
import type { MemberProgress, MemberState, MemberSubscription, ResolvedRegex } from './consumer-group-state.ts';
import type { KeyValueRecord } from '../coordinator-log/index.ts';

/** One record of a group; the group's id goes beside it. */
export type ConsumerRecord =
  | { readonly kind: 'epoch'; readonly value: { readonly epoch: number; readonly metadataHash: number } | null }
  /** Read, and deleted with the group; never written. */
  | { readonly kind: 'old-metadata'; readonly value: 'present' | null }
  | { readonly kind: 'member'; readonly memberId: string; readonly value: MemberSubscription | null }
  | { readonly kind: 'target-epoch'; readonly value: { readonly epoch: number; readonly timestamp: number } | null }
  | { readonly kind: 'target'; readonly memberId: string; readonly value: Assignment | null }
  | { readonly kind: 'progress'; readonly memberId: string; readonly value: MemberProgress | null }
  | { readonly kind: 'regex'; readonly regex: string; readonly value: ResolvedRegex | null };

type Kind = ConsumerRecord['kind'];

const TYPES: Readonly<Record<Kind, number>> = {
  epoch: 3,
  'old-metadata': 4,
  member: 5,
  'target-epoch': 6,
  target: 7,
  progress: 8,
  regex: 16,
};
const KINDS = new Map<number, Kind>(Object.entries(TYPES).map(([kind, type]) => [type, kind as Kind]));

const STATES: readonly MemberState[] = ['stable', 'unrevoked', 'unreleased'];
const UNKNOWN_STATE = 127;

function encode<Data extends DataSchema>(
  codec: WireCodec,
  prefix: number,
  schema: Data,
  body: Encodable<Data['fields']>,
): Uint8Array {
  const head = Buffer.alloc(2);
  head.writeInt16BE(prefix);
  return Buffer.concat([head, ...codec.encodeData(schema, 0, body).finish()]);
}

function keyOf(codec: WireCodec, groupId: string, record: ConsumerRecord): Uint8Array {
  const type = TYPES[record.kind];
  switch (record.kind) {
    case 'epoch':
      return encode(codec, type, consumerGroupMetadataKey, { groupId });
    case 'old-metadata':
      return encode(codec, type, consumerGroupPartitionMetadataKey, { groupId });
    case 'member':
      return encode(codec, type, consumerGroupMemberMetadataKey, { groupId, memberId: record.memberId });
    case 'target-epoch':
      return encode(codec, type, consumerGroupTargetAssignmentMetadataKey, { groupId });
    case 'target':
      return encode(codec, type, consumerGroupTargetAssignmentMemberKey, { groupId, memberId: record.memberId });
    case 'progress':
      return encode(codec, type, consumerGroupCurrentMemberAssignmentKey, { groupId, memberId: record.memberId });
    case 'regex':
      return encode(codec, type, consumerGroupRegularExpressionKey, { groupId, regularExpression: record.regex });
  }
}

function memberBody(member: MemberSubscription): ConsumerGroupMemberMetadataValue {
  return {
    instanceId: member.instanceId,
    rackId: member.rackId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: member.topicNames,
    subscribedTopicRegex: member.topicRegex,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    serverAssignor: member.assignor,
    classicMemberMetadata:
      member.classic === null
        ? null
        : { sessionTimeoutMs: member.classic.sessionTimeoutMs, supportedProtocols: member.classic.protocols },
  };
}

function ownedBody(owned: OwnedPartitions): ConsumerGroupCurrentMemberAssignmentValue['assignedPartitions'] {
  return [...owned].map(([topicId, partitions]) => {
    const sorted = [...partitions].toSorted(([a], [b]) => a - b);
    return {
      topicId,
      partitions: sorted.map(([partition]) => partition),
      assignmentEpochs: sorted.map(([, epoch]) => epoch),
    };
  });
}

function stateNumber(state: MemberState): number {
  const number = STATES.indexOf(state);
  return number < 0 ? UNKNOWN_STATE : number;
}

function valueOf(codec: WireCodec, record: ConsumerRecord): Uint8Array | null {
  if (record.value === null) return null;
  switch (record.kind) {
    case 'epoch':
      return encode(codec, 0, consumerGroupMetadataValue, record.value);
    case 'old-metadata':
      throw new Error('the metadata of a group is not written in its old form');
    case 'member':
      return encode(codec, 0, consumerGroupMemberMetadataValue, memberBody(record.value));
    case 'target-epoch': {
      const { epoch, timestamp } = record.value;
      const body = { assignmentEpoch: epoch, assignmentTimestamp: timestamp };
      return encode(codec, 0, consumerGroupTargetAssignmentMetadataValue, body);
    }
    case 'target':
      return encode(codec, 0, consumerGroupTargetAssignmentMemberValue, { topicPartitions: listOf(record.value) });
    case 'progress': {
      const { epoch, previousEpoch, state, assigned, revoking } = record.value;
      return encode(codec, 0, consumerGroupCurrentMemberAssignmentValue, {
        memberEpoch: epoch,
        previousMemberEpoch: previousEpoch,
        state: stateNumber(state),
        assignedPartitions: ownedBody(assigned),
        partitionsPendingRevocation: ownedBody(revoking),
      });
    }
    case 'regex':
      return encode(codec, 0, consumerGroupRegularExpressionValue, record.value);
  }
}

export function consumerRecord(codec: WireCodec, groupId: string, record: ConsumerRecord): KeyValueRecord {
  return { key: keyOf(codec, groupId, record), value: valueOf(codec, record) };
}

/** A record of a consumer group; `foreign`: of another type; `unreadable`: it should have been one. */
export type DecodedConsumerRecord =
  | { readonly kind: 'consumer'; readonly groupId: string; readonly record: ConsumerRecord }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Never throws. Copies what it keeps. */
export function decodeConsumerRecord(codec: WireCodec, record: KeyValueRecord): DecodedConsumerRecord {
  if (record.key.length < 2) return { kind: 'foreign' };
  const kind = KINDS.get(int16(record.key));
  if (kind === undefined) return { kind: 'foreign' };
  try {
    return { kind: 'consumer', ...decodeOf(codec, kind, record) };
  } catch (error) {
    if (error instanceof WireError) return { kind: 'unreadable', reason: error.message };
    throw error;
  }
}

function int16(bytes: Uint8Array): number {
  if (bytes.length < 2) throw new WireError('truncated', 'no room for the version');
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt16(0);
}

function decodeOf(
  codec: WireCodec,
  kind: Kind,
  { key, value }: KeyValueRecord,
): { readonly groupId: string; readonly record: ConsumerRecord } {
  const version = value === null ? 0 : int16(value);
  const bytes = value;
  switch (kind) {
    case 'epoch': {
      const { groupId } = codec.decodeData(consumerGroupMetadataKey, 0, key, 2);
      const read = bytes === null ? null : codec.decodeData(consumerGroupMetadataValue, version, bytes, 2);
      return { groupId, record: { kind, value: read } };
    }
    case 'old-metadata': {
      const { groupId } = codec.decodeData(consumerGroupPartitionMetadataKey, 0, key, 2);
      return { groupId, record: { kind, value: bytes === null ? null : 'present' } };
    }
    case 'member': {
      const { groupId, memberId } = codec.decodeData(consumerGroupMemberMetadataKey, 0, key, 2);
      const read = bytes === null ? null : codec.decodeData(consumerGroupMemberMetadataValue, version, bytes, 2);
      return { groupId, record: { kind, memberId, value: read === null ? null : memberOf(memberId, read) } };
    }
    case 'target-epoch': {
      const { groupId } = codec.decodeData(consumerGroupTargetAssignmentMetadataKey, 0, key, 2);
      if (bytes === null) return { groupId, record: { kind, value: null } };
      const read = codec.decodeData(consumerGroupTargetAssignmentMetadataValue, version, bytes, 2);
      const decoded = { epoch: read.assignmentEpoch, timestamp: read.assignmentTimestamp };
      return { groupId, record: { kind, value: decoded } };
    }
    case 'target': {
      const { groupId, memberId } = codec.decodeData(consumerGroupTargetAssignmentMemberKey, 0, key, 2);
      if (bytes === null) return { groupId, record: { kind, memberId, value: null } };
      const read = codec.decodeData(consumerGroupTargetAssignmentMemberValue, version, bytes, 2);
      return { groupId, record: { kind, memberId, value: assignmentOf(read.topicPartitions) } };
    }
    case 'progress': {
      const { groupId, memberId } = codec.decodeData(consumerGroupCurrentMemberAssignmentKey, 0, key, 2);
      if (bytes === null) return { groupId, record: { kind, memberId, value: null } };
      const read = codec.decodeData(consumerGroupCurrentMemberAssignmentValue, version, bytes, 2);
      return { groupId, record: { kind, memberId, value: progressOf(read) } };
    }
    case 'regex': {
      const { groupId, regularExpression } = codec.decodeData(consumerGroupRegularExpressionKey, 0, key, 2);
      const read = bytes === null ? null : codec.decodeData(consumerGroupRegularExpressionValue, version, bytes, 2);
      return { groupId, record: { kind, regex: regularExpression, value: read } };
    }
  }
}

function memberOf(id: string, value: ConsumerGroupMemberMetadataValue): MemberSubscription {
  const { classicMemberMetadata: classic } = value;
  return {
    id,
    instanceId: value.instanceId,
    rackId: value.rackId,
    clientId: value.clientId,
    clientHost: value.clientHost,
    rebalanceTimeoutMs: value.rebalanceTimeoutMs,
    topicNames: [...new Set(value.subscribedTopicNames)].toSorted(),
    topicRegex: value.subscribedTopicRegex,
    assignor: value.serverAssignor,
    // Left out it is an empty one: its writer did not know of classic members.
    classic:
      classic === null || classic.supportedProtocols.length === 0
        ? null
        : {
            sessionTimeoutMs: classic.sessionTimeoutMs,
            protocols: classic.supportedProtocols.map(({ name, metadata }) => ({
              name,
              metadata: new Uint8Array(metadata),
            })),
          },
  };
}

function progressOf(value: ConsumerGroupCurrentMemberAssignmentValue): MemberProgress {
  return {
    epoch: value.memberEpoch,
    previousEpoch: value.previousMemberEpoch,
    state: STATES[value.state] ?? 'unknown',
    assigned: ownedOf(value.assignedPartitions, value.memberEpoch),
    revoking: ownedOf(value.partitionsPendingRevocation, value.memberEpoch),
  };
}

/** Writers before Kafka 4.3 did not say since when: then since the member's epoch. */
function ownedOf(
  list: ConsumerGroupCurrentMemberAssignmentValue['assignedPartitions'],
  memberEpoch: number,
): OwnedPartitions {
  const owned = new Map<string, Map<number, number>>();
  for (const { topicId, partitions, assignmentEpochs } of list) {
    const topic = owned.get(topicId) ?? new Map<number, number>();
    partitions.forEach((partition, at) => topic.set(partition, assignmentEpochs?.[at] ?? memberEpoch));
    if (topic.size > 0) owned.set(topicId, topic);
  }
  return owned;
}
