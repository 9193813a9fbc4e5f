/**
 * DescribeGroups, ListGroups and DeleteGroups: what administrators see and do. Groups of both protocols are listed and
 * deleted; DescribeGroups knows the classic ones, ConsumerGroupDescribe (consumer-requests.ts) the others.
 */
import { ERROR_CODES } from '../wire/index.ts';
import type {
  DeleteGroupsRequest,
  DeleteGroupsResponse,
  DescribeGroupsRequest,
  DescribeGroupsResponse,
  ListGroupsRequest,
  ListGroupsResponse,
} from '../wire/index.ts';
import { consumerStateName } from './consumer-group-state.ts';
import type { ConsumerGroup } from './consumer-group-state.ts';
import type { RecordName } from './coordinator-image.ts';
import type { CoordinatorPartition } from './coordinator-partition.ts';
import type { GroupCoordinator, GroupRequestContext } from './group-coordinator.ts';
import { metadataOf, stateName } from './group-state.ts';
import type { Group } from './group-state.ts';
import { CONSUMER_PROTOCOL_TYPE } from './subscription.ts';

/** What everybody may do with a group while there are no ACLs: bits of read, delete, describe, describe and alter configs. */
export const ALL_GROUP_OPERATIONS = (1 << 3) | (1 << 6) | (1 << 8) | (1 << 10) | (1 << 11);
export const NO_OPERATIONS = -0x8000_0000;
/** First version that tells an unknown group by its error, and in words. */
const NOT_FOUND_VERSION = 6;

type DescribedGroup = DescribeGroupsResponse['groups'][number];

function describeNone(
  groupId: string,
  errorCode: number,
  groupState: string,
  errorMessage: string | null,
): DescribedGroup {
  return {
    errorCode,
    errorMessage,
    groupId,
    groupState,
    protocolType: '',
    protocolData: '',
    members: [],
    authorizedOperations: NO_OPERATIONS,
  };
}

function describeGroup(group: Group, authorizedOperations: number): DescribedGroup {
  const stable = group.state.kind === 'stable';
  const nothing = new Uint8Array(0);
  return {
    errorCode: 0,
    groupId: group.id,
    groupState: stateName(group),
    protocolType: group.protocolType ?? '',
    // Between two generations there is no protocol, and no assignment that is true.
    protocolData: stable ? (group.protocol ?? '') : '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.id,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: stable ? metadataOf(member, group.protocol) : nothing,
      memberAssignment: stable ? member.assignment : nothing,
    })),
    authorizedOperations,
  };
}

export function describeGroups(
  coordinator: GroupCoordinator,
  request: DescribeGroupsRequest,
  context: GroupRequestContext,
): DescribeGroupsResponse {
  const operations = request.includeAuthorizedOperations ? ALL_GROUP_OPERATIONS : NO_OPERATIONS;
  const groups = request.groups.map((groupId) => {
    const found = coordinator.find(groupId, true);
    if (found.kind === 'refused') return describeNone(groupId, found.error, '', null);
    const group = found.partition.group(groupId);
    if (group !== null) return describeGroup(group, operations);
    if (context.version < NOT_FOUND_VERSION) return describeNone(groupId, 0, 'Dead', null);
    const consumers = found.partition.consumers.group(groupId) !== null;
    const message = consumers ? `Group ${groupId} is not a classic group.` : `Group ${groupId} not found.`;
    return describeNone(groupId, ERROR_CODES.GROUP_ID_NOT_FOUND.code, 'Dead', message);
  });
  return { groups };
}

/** The groups of the partitions led here; clients ask every node. */
export function listGroups(coordinator: GroupCoordinator, request: ListGroupsRequest): ListGroupsResponse {
  const states = new Set(request.statesFilter.map((state) => state.toLowerCase()));
  const types = new Set(request.typesFilter.map((type) => type.toLowerCase()));
  const partitions = coordinator.partitions();
  if (partitions.some((partition) => partition.unavailable() === ERROR_CODES.COORDINATOR_LOAD_IN_PROGRESS.code)) {
    return { errorCode: ERROR_CODES.COORDINATOR_LOAD_IN_PROGRESS.code, groups: [] };
  }
  const groups = partitions
    .flatMap((partition) => [
      ...[...partition.groups()].map((group) =>
        listed(group.id, group.protocolType ?? '', stateName(group), 'classic'),
      ),
      ...[...partition.consumers.groups()].map((group) =>
        listed(group.id, CONSUMER_PROTOCOL_TYPE, consumerStateName(group), 'consumer'),
      ),
    ])
    .filter(({ groupState }) => states.size === 0 || states.has(groupState.toLowerCase()))
    .filter(({ groupType }) => types.size === 0 || types.has(groupType));
  return { errorCode: 0, groups };
}

function listed(groupId: string, protocolType: string, groupState: string, groupType: 'classic' | 'consumer') {
  return { groupId, protocolType, groupState, groupType };
}

/** All offsets of the group, those of open transactions among them. */
function offsetNames(partition: CoordinatorPartition, group: string): RecordName[] {
  const { image } = partition;
  const pending = image.pending.of(group).filter(({ topic, partition: at }) => image.offset(group, topic, at) === null);
  return [...image.offsets(group), ...pending].map(({ topic, partition: index }) => ({
    kind: 'offset',
    group,
    topic,
    partition: index,
  }));
}

/** Deletes the consumer group with all of its offsets; 0 or an error. */
async function deleteConsumerGroup(partition: CoordinatorPartition, group: ConsumerGroup): Promise<number> {
  if (group.members.size > 0) return ERROR_CODES.NON_EMPTY_GROUP.code;
  return new Promise((resolve) => {
    const refused = partition.tombstone(offsetNames(partition, group.id), () => undefined);
    const error = refused !== 0 ? refused : partition.deleteConsumerGroup(group.id, resolve);
    if (error !== 0) resolve(error);
  });
}

/** Deletes `group` with all of its offsets; 0 or an error. */
async function deleteGroup(partition: CoordinatorPartition, group: Group): Promise<number> {
  if (group.state.kind !== 'empty') return ERROR_CODES.NON_EMPTY_GROUP.code;
  const names = offsetNames(partition, group.id);
  if (partition.image.hasGroup(group.id)) names.push({ kind: 'group', group: group.id });
  return new Promise((resolve) => {
    const refused = partition.tombstone(names, resolve);
    if (refused !== 0) resolve(refused);
    else partition.forgetDeleted(group);
  });
}

export async function deleteGroups(
  coordinator: GroupCoordinator,
  request: DeleteGroupsRequest,
): Promise<DeleteGroupsResponse> {
  const results = await Promise.all(
    request.groupsNames.map(async (groupId) => {
      const found = coordinator.find(groupId, true);
      if (found.kind === 'refused') return { groupId, errorCode: found.error };
      const consumers = found.partition.consumers.group(groupId);
      if (consumers !== null) return { groupId, errorCode: await deleteConsumerGroup(found.partition, consumers) };
      const group = found.partition.group(groupId);
      if (group === null) return { groupId, errorCode: ERROR_CODES.GROUP_ID_NOT_FOUND.code };
      return { groupId, errorCode: await deleteGroup(found.partition, group) };
    }),
  );
  return { results };
}
