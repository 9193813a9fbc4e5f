/**
 * Which neighbours compaction writes into one file: as many as fit into a segment. Pure.
 *
 * ```
 *  |··700··|·200·|·50·|···800···|·90·|·20·|      at most 1000 bytes ─▶ {700 200 50} {800 90 20}
 * ```
 * Without it the log of a long life has many files with little in them. Counted by what they hold before they are cleaned, as
 * Kafka does, so that nothing has to be undone.
 */
import { RELATIVE_MAX } from '../segment/segment.ts';
import type { SegmentSummary } from '../segment/segment.ts';

/** Runs of `segments` (ascending, neighbours), in order; each has at least one, and one alone may be larger than `bytesMax`. */
export function segmentGroups<Each extends Pick<SegmentSummary, 'base' | 'end' | 'bytes'>>(
  segments: readonly Each[],
  bytesMax: number,
): readonly (readonly [Each, ...Each[]])[] {
  const groups: [Each, ...Each[]][] = [];
  let bytes = 0;
  for (const segment of segments) {
    const group = groups.at(-1);
    bytes += segment.bytes;
    if (group !== undefined && bytes <= bytesMax && segment.end - 1 - group[0].base <= RELATIVE_MAX)
      group.push(segment);
    else {
      groups.push([segment]);
      bytes = segment.bytes;
    }
  }
  return groups;
}
