/**
 * Settings of the log of a coordinator partition: what bounds its writes, and when it is written anew.
 *
 * Names in quotes are Kafka's.
 */

export interface CoordinatorLogSettings {
  /** `offsets.commit.timeout.ms`: an append that is not committed by then is answered with COORDINATOR_NOT_AVAILABLE. */
  readonly appendTimeoutMs: number;
  /** Appends of one partition that wait for their commit; further requests are refused with COORDINATOR_NOT_AVAILABLE. */
  readonly pendingAppendsMax: number;
  /** The log of a partition is rewritten when it is larger than this … */
  readonly compactionBytesMin: number;
  /** … and larger than the live records times this. */
  readonly compactionFactor: number;
  /** Bytes of one batch of a rewrite or a clean-up; one record may exceed it. */
  readonly rewriteBatchBytes: number;
}

export const DEFAULT_COORDINATOR_LOG_SETTINGS: CoordinatorLogSettings = {
  appendTimeoutMs: 5_000,
  pendingAppendsMax: 10_000,
  compactionBytesMin: 8 * 1024 * 1024,
  compactionFactor: 4,
  rewriteBatchBytes: 64 * 1024,
};
