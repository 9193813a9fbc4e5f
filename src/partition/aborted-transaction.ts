/** What readers of committed records must be told of a transaction that came to nothing (KIP-98). */
import type { Offset } from '../../raft/index.ts';

/** A transaction that was aborted, as readers with isolation read_committed must know it. */
export interface AbortedTransaction {
  readonly producerId: number;
  /** Of its first record in this partition. */
  readonly firstOffset: Offset;
  /** Of its marker. */
  readonly markerOffset: Offset;
}
