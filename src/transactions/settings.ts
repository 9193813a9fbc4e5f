/** Settings and limits of the transaction coordinator: names and defaults are Kafka's unless said otherwise. */
import { DEFAULT_COORDINATOR_LOG_SETTINGS } from '../coordinator-log/index.ts';
import type { CoordinatorLogSettings } from '../coordinator-log/index.ts';

export interface TransactionSettings extends CoordinatorLogSettings {
  /** `transaction.max.timeout.ms`: the longest timeout that a client may ask for. */
  readonly timeoutMsMax: number;
  /** `transactional.id.expiration.ms`: an id that does nothing is forgotten after this. */
  readonly idExpirationMs: number;
  /** `transaction.abort.timed.out.transaction.cleanup.interval.ms`: between two looks for transactions that take too long. */
  readonly timeoutScanMs: number;
  /** `transaction.remove.expired.transaction.cleanup.interval.ms`: between two looks for ids that have expired. */
  readonly expiryScanMs: number;
  /**
   * A request that would be told 51 because a transition is under way waits this long for its end. Kafka answers at once, and its
   * clients come back after 20 to 300 ms; kafkajs sends what is in flight to other brokers twice then.
   */
  readonly endingWaitMs: number;
  /** Markers that could not be written are sent again after this. */
  readonly markerRetryMs: number;
  /** A node has this long to write markers and say so. */
  readonly markerTimeoutMs: number;
  /** Transactional ids of one partition of `__transaction_state`; a further one is refused with COORDINATOR_NOT_AVAILABLE. */
  readonly partitionIdsMax: number;
  /** UTF-16 units of a transactional id. */
  readonly idLengthMax: number;
}

export const DEFAULT_TRANSACTION_SETTINGS: TransactionSettings = {
  ...DEFAULT_COORDINATOR_LOG_SETTINGS,
  timeoutMsMax: 900_000,
  idExpirationMs: 7 * 24 * 3_600_000,
  timeoutScanMs: 10_000,
  expiryScanMs: 3_600_000,
  endingWaitMs: 1_000,
  markerRetryMs: 50,
  markerTimeoutMs: 5_000,
  partitionIdsMax: 100_000,
  idLengthMax: 1_000,
};
