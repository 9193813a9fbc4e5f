/**
 * Names of the files of a log, as Kafka has them: the base offset in twenty digits, and what it is.
 */
import { offset } from '../../raft/index.ts';
import type { Offset } from '../../raft/index.ts';

export type SegmentFileKind = 'log' | 'index' | 'timeindex';

/** Written beside a segment by compaction, and put in its place once the checkpoint says so. */
export const CLEANED_SUFFIX = '.cleaned';

export function segmentFileName(base: Offset, kind: SegmentFileKind): string {
  return `${String(base).padStart(20, '0')}.${kind}`;
}

/** The base offset of a `.log` file's name; null for any other name. */
export function segmentBaseOf(name: string): Offset | null {
  const match = /^(\d{20})\.log$/.exec(name);
  const value = match === null ? Number.NaN : Number(match[1]);
  return Number.isSafeInteger(value) ? offset(value) : null;
}
