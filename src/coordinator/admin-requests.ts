/**
 * DescribeGroups, ListGroups and DeleteGroups: what administrators see and do.
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
import type { RecordName } from './coordinator-image.ts';
import type { CoordinatorPartition } from './coordinator-partition.ts';
import type { GroupCoordinator, GroupRequestContext } from './group-coordinator.ts';
import { metadataOf, stateName } from './group-state.ts';
import type { Group } from './group-state.ts';

/** What everybody may do with a group while there are no ACLs: bits of read, delete, describe, describe and alter configs. */
const ALL_GROUP_OPERATIONS = (1 << 3) | (1 << 6) | (1 << 8) | (1 << 10) | (1 << 11);
const NO_OPERATIONS = -0x8000_0000;
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
    return describeNone(groupId, ERROR_CODES.GROUP_ID_NOT_FOUND.code, 'Dead', `Group ${groupId} not found.`);
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
  if (types.size > 0 && !types.has('classic')) return { errorCode: 0, groups: [] };
  const groups = partitions
    .flatMap((partition) => [...partition.groups()])
    .filter((group) => states.size === 0 || states.has(stateName(group).toLowerCase()))
    .map((group) => ({
      groupId: group.id,
      protocolType: group.protocolType ?? '',
      groupState: stateName(group),
      groupType: 'classic',
    }));
  return { errorCode: 0, groups };
}

/** Deletes `group` with all of its offsets; 0 or an error. */
async function deleteGroup(partition: CoordinatorPartition, group: Group): Promise<number> {
  if (group.state.kind !== 'empty') return ERROR_CODES.NON_EMPTY_GROUP.code;
  const names: RecordName[] = partition.image
    .offsets(group.id)
    .map(({ topic, partition: index }) => ({ kind: 'offset', group: group.id, topic, partition: index }));
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
      const group = found.partition.group(groupId);
      if (group === null) return { groupId, errorCode: ERROR_CODES.GROUP_ID_NOT_FOUND.code };
      return { groupId, errorCode: await deleteGroup(found.partition, group) };
    }),
  );
  return { results };
}
