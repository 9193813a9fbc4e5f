/**
 * The transactions room's face: the coordinator over `__transaction_state`, the markers that end transactions, and the
 * question whether a partition is in one.
 */
export { describeTransactions, listTransactions } from './describe.ts';
export { MarkerSender } from './marker-sender.ts';
export { RemoteVerifier } from './remote-verifier.ts';
export { addOffsetsToTxn, addPartitionsForLeaders, addPartitionsToTxn, endTxn, initTransactions } from './requests.ts';
export { DEFAULT_TRANSACTION_SETTINGS } from './settings.ts';
export type { TransactionSettings } from './settings.ts';
export { TransactionCoordinator, TRANSACTIONS_TOPIC } from './transaction-coordinator.ts';
