/**
 * `leader-epoch-checkpoint`, Kafka's text form of the term index:
 *
 * ```
 *  0            version
 *  2            number of entries
 *  1 0          term, where it begins
 *  4 1998
 * ```
 * Written at checkpoints beside the segments, for people and for Kafka's own tools. Recovery does not read it: the
 * term index lives in the group's record in the key-value store, in the same synced batch as the log's end.
 */
import { offset, term } from '../../raft/index.ts';
import type { TermStart } from '../../raft/index.ts';

export const TERM_CHECKPOINT_NAME = 'leader-epoch-checkpoint';

/** The file's bytes for `terms`, ascending. */
export function encodeTermCheckpoint(terms: readonly TermStart[]): Buffer {
  const lines = ['0', String(terms.length), ...terms.map((entry) => `${entry.term} ${entry.start}`)];
  return Buffer.from(`${lines.join('\n')}\n`, 'utf8');
}

/** The entries, or why the bytes are none. */
export function decodeTermCheckpoint(bytes: Buffer): readonly TermStart[] | string {
  const lines = bytes.toString('utf8').split('\n');
  if (lines[0] !== '0') return `version is ${JSON.stringify(lines[0] ?? '')}, not 0`;
  const count = Number(lines[1]);
  if (!Number.isInteger(count) || count < 0 || lines.length < count + 2) return 'the number of entries does not match';
  const terms: TermStart[] = [];
  for (const line of lines.slice(2, count + 2)) {
    const match = /^(\d{1,10}) (\d{1,16})$/.exec(line);
    if (match === null) return `line ${JSON.stringify(line)} is no entry`;
    terms.push({ term: term(Number(match[1])), start: offset(Number(match[2])) });
  }
  return terms;
}
