/**
 * Reading a segment from end to end, to know how much of it is good: what a damaged log needs before anything is done to it.
 *
 * ```
 *  |batch|batch|batch|???….      good: a summary up to the first byte that is no batch     damage: that byte, and why
 * ```
 */
import { offset } from '../../raft/index.ts';
import type { LogFailure } from '../replica-log.ts';
import type { IndexPorts } from '../segment/segment-index.ts';
import { emptySummary, Segment } from '../segment/segment.ts';
import type { SegmentSummary } from '../segment/segment.ts';
import { walkBatches } from '../segment/segment-walk.ts';

export interface SegmentProof {
  /** The whole batches before the damage; all of them when there is none. Its end is that of the last of them. */
  readonly good: SegmentSummary;
  readonly damage: LogFailure | null;
}

/** Compares the file with what is known of it; `hasGaps`: offsets may be missing between batches. Rejects with the disk's error. */
export async function proveSegment(
  ports: IndexPorts,
  directory: string,
  known: SegmentSummary,
  hasGaps: boolean,
): Promise<SegmentProof> {
  const twin = new Segment(directory, emptySummary(known.base));
  const damaged = (position: number | null, reason: string): SegmentProof => ({
    good: twin.summary(),
    damage: { kind: 'damaged', path: twin.path, position, reason },
  });
  if (!(await ports.disk.exists(twin.path))) return damaged(null, 'the file is missing');
  let contradiction: string | null = null;
  const walked = await walkBatches(ports, twin.path, 0, known.bytes, ({ header }) => {
    const follows = hasGaps ? header.base >= twin.end : header.base === twin.end;
    if (!follows || header.end > known.end) {
      contradiction = `a batch from ${header.base} to ${header.end} where ${twin.end} to ${known.end} is expected`;
      return false;
    }
    twin.note(header, known.bytes);
    return true;
  });
  if (contradiction !== null) return damaged(twin.bytes, contradiction);
  if (walked.kind === 'bad') {
    const reason = walked.torn ? `the file ends here, but had ${known.bytes} bytes` : walked.reason;
    return damaged(walked.position, reason);
  }
  return { good: { ...twin.summary(), end: offset(known.end) }, damage: null };
}
