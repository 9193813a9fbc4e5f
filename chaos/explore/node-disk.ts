/**
 * What a node has of its group: hard state, batches with what they stand for, opened terms.
 *
 * Two of these per node: `memory`, which a persist effect changes at once, and `disk`, which it changes when it is durable. A
 * crash drops the memory. Values are never changed in place: states share them.
 */
import type { BatchPosition, HardState, Persist, RecoveredLog, TermStart, Voter } from '../../raft/index.ts';
import { assert, byteCount, offset, term } from '../../raft/index.ts';

/** A batch and what it stands for: 0 a no-op, above that the number of a proposal. */
export interface ValuedBatch {
  readonly position: BatchPosition;
  readonly value: number;
}

export interface NodeDisk {
  readonly hardState: HardState;
  readonly batches: readonly ValuedBatch[];
  readonly opened: readonly TermStart[];
}

/** Logs begin behind a snapshot that knows the voters: a first leader need not write them. */
export const LOG_START = offset(1);
const START_TERM = term(1);

/** A batch of any kind takes this much of an append. */
export const BATCH_BYTES = byteCount(100);

export function freshDisk(): NodeDisk {
  return { hardState: { term: START_TERM, votedFor: null }, batches: [], opened: [] };
}

export function logEndOf(disk: NodeDisk): number {
  return disk.batches.at(-1)?.position.end ?? LOG_START;
}

/** `disk` after a persist effect; `values` holds the value of each appended batch, in order. */
export function persisted(disk: NodeDisk, persist: Persist, values: readonly number[]): NodeDisk {
  let { batches, opened } = disk;
  const { truncateTo, openTerm } = persist;
  assert(persist.reset === null && persist.logStart === null, 'logs begin where they began');
  if (truncateTo !== null) {
    batches = batches.filter(({ position }) => position.end <= truncateTo);
    opened = opened.filter(({ start }) => start < truncateTo);
    assert(logEndOf({ ...disk, batches }) === truncateTo, () => `truncation to ${truncateTo} is no end of a batch`);
  }
  if (openTerm !== null) opened = [...opened.filter(({ start }) => start < openTerm.start), openTerm];
  for (const [index, position] of persist.append.entries()) {
    assert(position.base === logEndOf({ ...disk, batches }), () => `batch at ${position.base} leaves a gap`);
    batches = [...batches, { position: { ...position, bytes: BATCH_BYTES }, value: values[index] ?? 0 }];
  }
  return { hardState: persist.hardState ?? disk.hardState, batches, opened };
}

/** Terms with where each begins: opened ones, and the first batch of each. */
function termsOf(disk: NodeDisk): readonly TermStart[] {
  const starts = [...disk.opened];
  for (const { position } of disk.batches) {
    if (!starts.some((entry) => entry.term === position.term))
      starts.push({ term: position.term, start: position.base });
  }
  starts.sort((left, right) => left.term - right.term);
  // An opened term that was never written in, and whose place was taken, is no more.
  return starts.filter(({ term: opened, start }, at) => {
    const next = starts[at + 1];
    return opened > START_TERM && (next === undefined || next.start > start);
  });
}

/** What a start finds. */
export function recover(disk: NodeDisk, voters: readonly Voter[]): RecoveredLog {
  return {
    hardState: disk.hardState,
    logStart: LOG_START,
    logStartTerm: START_TERM,
    logEnd: offset(logEndOf(disk)),
    terms: termsOf(disk),
    voters: [{ base: LOG_START, voters }],
    initialVoters: null,
    highWatermark: LOG_START,
  };
}
