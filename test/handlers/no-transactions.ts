/** A transaction coordinator in a cluster that has no `__transaction_state`: it answers 15. */
import { DEFAULT_TRANSACTION_SETTINGS, TransactionCoordinator } from '../../src/transactions/index.ts';
import { image, SILENT } from '../coordinator/node-bench.ts';
import { TestClock } from '../coordinator/test-clock.ts';

export function noTransactions(): TransactionCoordinator {
  return new TransactionCoordinator({
    settings: DEFAULT_TRANSACTION_SETTINGS,
    clock: new TestClock(),
    sink: SILENT,
    image: () => image([]),
    ensureTopic: () => undefined,
    markers: { send: () => undefined },
    freshProducerId: () => Promise.resolve(null),
  });
}
