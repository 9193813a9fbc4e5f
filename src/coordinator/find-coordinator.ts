/**
 * FindCoordinator: the node that leads the partition of a group or a transactional id, from the metadata that this node has
 * applied.
 *
 * Any node answers. While the internal topic does not exist it is asked for, and the client is told 15: it comes back.
 */
import type { InternalTopic } from '../coordinator-log/index.ts';
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

function findOne(coordinator: GroupCoordinator, transactions: InternalTopic, keyType: number, key: string): Found {
  if (keyType !== GROUP_KEY_TYPE && keyType !== TRANSACTION_KEY_TYPE)
    return notFound(ERROR_CODES.INVALID_REQUEST.code, `There is no coordinator of type ${keyType}.`);
  const isGroup = keyType === GROUP_KEY_TYPE;
  const invalid = isGroup ? invalidGroupId(key, true, coordinator.options.settings.groupIdLengthMax) : null;
  if (invalid !== null) return notFound(ERROR_CODES.INVALID_GROUP_ID.code, invalid);
  const endpoint = (isGroup ? coordinator.topic : transactions).endpointOf(key);
  if (endpoint === null)
    return notFound(ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code, 'The coordinator is not available.');
  return { nodeId: endpoint.node, host: endpoint.host, port: endpoint.port, errorCode: 0, errorMessage: null };
}

/** @param transactions `__transaction_state` */
export function findCoordinator(
  coordinator: GroupCoordinator,
  request: FindCoordinatorRequest,
  context: GroupRequestContext,
  transactions: InternalTopic,
): FindCoordinatorResponse {
  if (context.version < BATCH_VERSION)
    return { ...findOne(coordinator, transactions, request.keyType, request.key), coordinators: [] };
  const coordinators = request.coordinatorKeys.map((key) => ({
    key,
    ...findOne(coordinator, transactions, request.keyType, key),
  }));
  return { nodeId: -1, host: '', port: -1, errorCode: 0, errorMessage: null, coordinators };
}
