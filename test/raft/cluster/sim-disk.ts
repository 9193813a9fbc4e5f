/**
 * What a simulated node has of its group: a log of valued batches, hard state, term starts, a snapshot.
 *
 * Two of these per node: `memory`, changed when a persist effect is executed, and `disk`, changed when it is durable.
 * A crash drops the memory. The same `applyPersist` serves both, so the two cannot drift.
 */
import type {
  BatchPosition,
  HardState,
  LogPosition,
  Offset,
  Persist,
  RecoveredLog,
  Term,
  TermStart,
  Voter,
} from '../../../raft/index.ts';
import { offset, term } from '../../../raft/index.ts';

/** A batch and what it stands for: equal values at equal offsets are what state machine safety means. */
export interface ValuedBatch {
  readonly position: BatchPosition;
  readonly value: string;
}

export interface SimSnapshot {
  readonly last: LogPosition;
  readonly voters: readonly Voter[];
  /** Values of all committed batches below, by base offset. */
  readonly values: ReadonlyMap<number, string>;
}

export interface SimDisk {
  hardState: HardState;
  logStart: Offset;
  logStartTerm: Term;
  batches: ValuedBatch[];
  opened: TermStart[];
  baseVoters: readonly Voter[] | null;
  snapshot: SimSnapshot | null;
  highWatermark: Offset;
}

export function emptyDisk(): SimDisk {
  return {
    hardState: { term: term(0), votedFor: null },
    logStart: offset(0),
    logStartTerm: term(0),
    batches: [],
    opened: [],
    baseVoters: null,
    snapshot: null,
    highWatermark: offset(0),
  };
}

export function copyDisk(disk: SimDisk): SimDisk {
  return { ...disk, batches: [...disk.batches], opened: [...disk.opened] };
}

export function logEnd(disk: SimDisk): Offset {
  return disk.batches.at(-1)?.position.end ?? disk.logStart;
}

function newestVoters(disk: SimDisk, below: number): readonly Voter[] | null {
  for (const { position } of disk.batches.toReversed()) {
    if (position.control?.kind === 'voters' && position.base < below) return position.control.voters;
  }
  return disk.baseVoters;
}

export function resetDisk(disk: SimDisk, at: LogPosition, voters: readonly Voter[] | null): void {
  disk.baseVoters = voters ?? newestVoters(disk, Infinity);
  disk.logStart = at.end;
  disk.logStartTerm = at.term;
  disk.batches = [];
  disk.opened = [];
}

function advanceStart(disk: SimDisk, to: Offset): void {
  disk.baseVoters = newestVoters(disk, to);
  const dropped = disk.batches.filter(({ position }) => position.end <= to);
  disk.logStartTerm = dropped.at(-1)?.position.term ?? disk.logStartTerm;
  disk.batches = disk.batches.filter(({ position }) => position.end > to);
  disk.opened = disk.opened.filter(({ start }) => start >= to);
  disk.logStart = to;
}

/** Executes a persist effect; `values` holds the value of each appended batch, in order. */
export function applyPersist(disk: SimDisk, persist: Persist, values: readonly string[]): void {
  const { truncateTo, reset, openTerm } = persist;
  if (persist.hardState !== null) disk.hardState = persist.hardState;
  if (truncateTo !== null) {
    disk.batches = disk.batches.filter(({ position }) => position.end <= truncateTo);
    disk.opened = disk.opened.filter(({ start }) => start < truncateTo);
    if (logEnd(disk) !== truncateTo)
      throw new Error(`truncation to ${truncateTo} is no end of a batch, the log ends at ${logEnd(disk)}`);
  }
  if (reset !== null) resetDisk(disk, reset, null);
  if (openTerm !== null) {
    disk.opened = [...disk.opened.filter(({ start }) => start < openTerm.start), openTerm];
  }
  for (const [index, position] of persist.append.entries()) {
    if (position.base < logEnd(disk) && disk.batches.length > 0)
      throw new Error(`batch at ${position.base} below ${logEnd(disk)}`);
    disk.batches.push({ position, value: values[index] ?? 'missing' });
  }
  if (persist.logStart !== null) advanceStart(disk, persist.logStart);
}

/** Terms with where each begins: opened ones, and the first batch of each. */
function termsOf(disk: SimDisk): TermStart[] {
  const starts = [...disk.opened];
  let last = disk.logStartTerm;
  for (const { position } of disk.batches) {
    if (position.term !== last && !starts.some((entry) => entry.term === position.term)) {
      starts.push({ term: position.term, start: position.base });
    }
    last = position.term;
  }
  return starts.filter(({ term: opened }) => opened > disk.logStartTerm).sort((left, right) => left.term - right.term);
}

export function recover(disk: SimDisk, initialVoters: readonly Voter[] | null): RecoveredLog {
  const entries = disk.batches.flatMap(({ position }) =>
    position.control?.kind === 'voters' ? [{ base: position.base, voters: position.control.voters }] : [],
  );
  const base = disk.baseVoters === null ? [] : [{ base: disk.logStart, voters: disk.baseVoters }];
  return {
    hardState: disk.hardState,
    logStart: disk.logStart,
    logStartTerm: disk.logStartTerm,
    logEnd: logEnd(disk),
    terms: termsOf(disk),
    voters: [...base, ...entries],
    initialVoters,
    highWatermark: disk.highWatermark,
  };
}
