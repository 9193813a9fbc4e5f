/**
 * What a leader asks the transaction coordinator before it appends the first batch of a transaction (KIP-890), so that nothing is
 * written into a transaction that is over, or that does not know of this partition.
 */
import { errorCode } from '../wire/index.ts';

export interface TransactionVerifier {
  /**
   * Whether the transaction under way of this producer covers the partitions; `adds` (Produce and TxnOffsetCommit of TV2): they are
   * added to it. Answers a wire error for each partition in the order given, 0 for yes, TRANSACTION_ABORTABLE for no;
   * never rejects. The coordinator cannot be reached:
   * COORDINATOR_NOT_AVAILABLE (which Produce shows as NOT_ENOUGH_REPLICAS, so that old clients repeat it).
   */
  verify(request: {
    readonly transactionalId: string;
    readonly producerId: number;
    readonly producerEpoch: number;
    readonly adds: boolean;
    readonly partitions: readonly { readonly topic: string; readonly index: number }[];
  }): Promise<readonly number[]>;
}

/** Where nobody coordinates transactions. */
export const NO_COORDINATOR: TransactionVerifier = {
  verify: ({ partitions }) => Promise.resolve(partitions.map(() => errorCode('COORDINATOR_NOT_AVAILABLE'))),
};
