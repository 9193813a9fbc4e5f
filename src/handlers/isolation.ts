/**
 * The isolation level of a reader as the wire names it: 0 read_uncommitted, 1 read_committed (Fetch, ListOffsets; KIP-98).
 * Versions that cannot say it mean 0.
 */
import type { Isolation } from '../partition/index.ts';

const READ_COMMITTED = 1;

export function isolationOf(level: number): Isolation {
  return level === READ_COMMITTED ? 'committed' : 'uncommitted';
}
