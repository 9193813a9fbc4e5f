/**
 * FindCoordinator: the node that leads the partition of a group, from the metadata that this node has applied.
 *
 * Any node answers. While the internal topic does not exist it is asked for, and the client is told 15: it comes back.
 */
import { ERROR_CODES } from '../wire/index.ts';
import type { FindCoordinatorRequest, FindCoordinatorResponse } from '../wire/index.ts';
import { invalidGroupId } from './group-coordinator.ts';
import type { GroupCoordinator, GroupRequestContext } from './group-coordinator.ts';

const GROUP_KEY_TYPE = 0;
const TRANSACTION_KEY_TYPE = 1;
/** First version that asks for several. */
const BATCH_VERSION = 4;

interface Found {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

function notFound(errorCode: number, errorMessage: string): Found {
  return { nodeId: -1, host: '', port: -1, errorCode, errorMessage };
}

function findOne(coordinator: GroupCoordinator, keyType: number, key: string): Found {
  if (keyType === TRANSACTION_KEY_TYPE) {
    return notFound(ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code, 'This cluster does not coordinate transactions.');
  }
  if (keyType !== GROUP_KEY_TYPE)
    return notFound(ERROR_CODES.INVALID_REQUEST.code, `There is no coordinator of type ${keyType}.`);
  const invalid = invalidGroupId(key, true, coordinator.options.settings.groupIdLengthMax);
  if (invalid !== null) return notFound(ERROR_CODES.INVALID_GROUP_ID.code, invalid);
  const endpoint = coordinator.topic.endpointOf(key);
  if (endpoint === null)
    return notFound(ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code, 'The coordinator is not available.');
  return { nodeId: endpoint.node, host: endpoint.host, port: endpoint.port, errorCode: 0, errorMessage: null };
}

export function findCoordinator(
  coordinator: GroupCoordinator,
  request: FindCoordinatorRequest,
  context: GroupRequestContext,
): FindCoordinatorResponse {
  if (context.version < BATCH_VERSION)
    return { ...findOne(coordinator, request.keyType, request.key), coordinators: [] };
  const coordinators = request.coordinatorKeys.map((key) => ({ key, ...findOne(coordinator, request.keyType, key) }));
  return { nodeId: -1, host: '', port: -1, errorCode: 0, errorMessage: null, coordinators };
}
