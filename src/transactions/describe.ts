/** DescribeTransactions and ListTransactions: what is committed, as people are shown it. */
import { ERROR_CODES } from '../wire/index.ts';
import type {
  DescribeTransactionsRequest,
  DescribeTransactionsResponse,
  ListTransactionsRequest,
  ListTransactionsResponse,
} from '../wire/index.ts';
import type { TransactionCoordinator } from './transaction-coordinator.ts';
import { STATUSES } from './transaction.ts';
import type { Transaction, TransactionStatus } from './transaction.ts';

type Described = DescribeTransactionsResponse['transactionStates'][number];

function undescribed(transactionalId: string, errorCode: number): Described {
  return {
    errorCode,
    transactionalId,
    transactionState: '',
    transactionTimeoutMs: 0,
    transactionStartTimeMs: 0,
    producerId: 0,
    producerEpoch: 0,
    topics: [],
  };
}

function describeOne(coordinator: TransactionCoordinator, transactionalId: string): Described {
  const found = coordinator.find(transactionalId);
  if (found.kind === 'refused') return undescribed(transactionalId, found.error);
  const { transaction } = found.partition.image.known(transactionalId);
  if (transaction === null) return undescribed(transactionalId, ERROR_CODES.TRANSACTIONAL_ID_NOT_FOUND.code);
  return {
    errorCode: 0,
    transactionalId,
    transactionState: transaction.status,
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStartTimeMs: transaction.startedAt ?? -1,
    producerId: transaction.producerId,
    producerEpoch: transaction.producerEpoch,
    topics: [...transaction.partitions].map(([topic, partitions]) => ({ topic, partitions: [...partitions] })),
  };
}

export function describeTransactions(
  coordinator: TransactionCoordinator,
  request: DescribeTransactionsRequest,
): DescribeTransactionsResponse {
  return { transactionStates: request.transactionalIds.map((id) => describeOne(coordinator, id)) };
}

function isStatus(name: string): name is TransactionStatus {
  return (STATUSES as readonly string[]).includes(name);
}

/** @param matches whether an id fits the request's pattern; null: the pattern cannot be read */
export function listTransactions(
  coordinator: TransactionCoordinator,
  request: ListTransactionsRequest,
  matches: ((transactionalId: string) => boolean) | null,
): ListTransactionsResponse {
  const unknownStateFilters = request.stateFilters.filter((name) => !isStatus(name));
  const statuses = request.stateFilters.filter(isStatus);
  const refused = (errorCode: number): ListTransactionsResponse => ({
    errorCode,
    unknownStateFilters,
    transactionStates: [],
  });
  if (matches === null) return refused(ERROR_CODES.INVALID_REGULAR_EXPRESSION.code);
  const partitions = coordinator.partitions();
  const loading = ERROR_CODES.COORDINATOR_LOAD_IN_PROGRESS.code;
  if (partitions.some((partition) => partition.unavailable() === loading)) return refused(loading);
  const wallNow = coordinator.options.clock.wallNow();
  const wanted = (transactionalId: string, transaction: Transaction): boolean => {
    const { status, producerId, startedAt } = transaction;
    if (request.stateFilters.length > 0 && !statuses.includes(status)) return false;
    if (request.producerIdFilters.length > 0 && !request.producerIdFilters.includes(producerId)) return false;
    if (request.durationFilter >= 0 && (startedAt === null || wallNow - startedAt <= request.durationFilter))
      return false;
    return matches(transactionalId);
  };
  const transactionStates = partitions.flatMap(({ image }) =>
    image
      .transactions()
      .filter(({ transactionalId, transaction }) => wanted(transactionalId, transaction))
      .map(({ transactionalId, transaction: { producerId, status } }) => ({
        transactionalId,
        producerId,
        transactionState: status,
      })),
  );
  return { errorCode: 0, unknownStateFilters, transactionStates };
}
