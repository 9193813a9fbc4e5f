/**
 * The controller's port to the metadata group, implemented by the node over the group's replica driver.
 *
 * The node tells the controller, in this order and from the same turn-by-turn stream of events:
 *
 * ```
 *  controller.onLeadership(term, termStart)     this node's replica became leader (effect `role`: leader)
 *  controller.onApplied(image)                  after each batch of committed records (and control batches) was applied
 *  controller.onLeadershipLost()                the role changed to anything else
 * ```
 *
 * The controller decides nothing before an image with `end > termStart` and `term` = its own was applied: the no-op.
 */
import type { Offset, Term } from '../../raft/index.ts';
import type { MetadataRecord } from '../metadata/index.ts';

export interface Appended {
  /** Offset of the first record; they take consecutive offsets. */
  readonly base: Offset;
  /**
   * `committed`: and applied, `onApplied` has been called with an image that includes it. `lost`: leadership ended
   * first; the records may still be committed by a later leader. Must settle at the latest when leadership is lost.
   */
  readonly settled: Promise<'committed' | 'lost'>;
}

export interface MetadataLog {
  /**
   * Appends the records (≥ 1) as one batch in `term`. Null when that is refused (not leader in `term`, or handing
   * over); then nothing was appended. Never calls back into the controller before it returns.
   */
  append(term: Term, records: readonly MetadataRecord[]): Appended | null;
  /** Confirms that this node still leads in `term` and has applied all that was committed when asked (read-index). */
  confirm(term: Term): Promise<'confirmed' | 'lost'>;
}
