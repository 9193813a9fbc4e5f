/**
 * The transaction APIs: each request goes to the coordinator's function for it. Leaders ask in versions of their own, which
 * are not open to clients.
 */
import type { InternalTopic } from '../coordinator-log/index.ts';
import type { TopicPatterns } from '../ports/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import {
  addOffsetsToTxn,
  addPartitionsForLeaders,
  addPartitionsToTxn,
  describeTransactions,
  endTxn,
  listTransactions,
} from '../transactions/index.ts';
import type { TransactionCoordinator } from '../transactions/index.ts';
import { API_TABLE } from '../wire/index.ts';

/** @param offsets `__consumer_offsets`, whose partitions join transactions */
export function transactionHandlers(
  transactions: TransactionCoordinator,
  offsets: InternalTopic,
  patterns: TopicPatterns,
): readonly ApiHandler[] {
  /** Whether an id fits a client's pattern; null when the pattern cannot be read. An empty one, and none, fit all. */
  const matcher = (pattern: string | null): Promise<((transactionalId: string) => boolean) | null> =>
    pattern === null || pattern === '' ? Promise.resolve(() => true) : patterns.compile(pattern);
  const offsetsPartition = (groupId: string): { readonly topic: string; readonly index: number } | null => {
    const index = offsets.partitionOf(groupId);
    return index === null ? null : { topic: offsets.name, index };
  };
  return [
    apiHandler(API_TABLE.addPartitionsToTxn, async (request, { version }) =>
      respond(await addPartitionsToTxn(transactions, request, version)),
    ),
    apiHandler(API_TABLE.addOffsetsToTxn, async (request, { version }) =>
      respond(await addOffsetsToTxn(transactions, request, version, offsetsPartition)),
    ),
    apiHandler(API_TABLE.endTxn, async (request, { version }) => respond(await endTxn(transactions, request, version))),
    apiHandler(API_TABLE.describeTransactions, (request) => respond(describeTransactions(transactions, request))),
    apiHandler(API_TABLE.listTransactions, async (request) =>
      respond(listTransactions(transactions, request, await matcher(request.transactionalIdPattern))),
    ),
  ];
}

/** What leaders ask of a coordinator: are these partitions in the transaction, or add them. */
export function leaderHandlers(transactions: TransactionCoordinator): readonly ApiHandler[] {
  const { schema } = API_TABLE.addPartitionsToTxn;
  return [
    apiHandler({ schema, advertised: [4, 5], accepted: [4, 5] }, async (request, { version }) =>
      respond(await addPartitionsForLeaders(transactions, request, version)),
    ),
  ];
}
