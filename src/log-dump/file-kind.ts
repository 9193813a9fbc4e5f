/**
 * What a file of a log directory is, by its name, and what its records mean, by the name of its directory.
 *
 *   orders-0.<topic id>/00000000000000000000.log   segment      @metadata/…   the metadata log
 *   __consumer_offsets-3…                          committed offsets and groups
 */

export type FileKind =
  | 'segment'
  | 'offset-index'
  | 'time-index'
  | 'transaction-index'
  | 'term-checkpoint'
  | 'offset-checkpoint'
  | 'producer-snapshot'
  | 'metadata-snapshot'
  | 'journal';

/** How keys and values of records are shown. */
export type RecordDecoder = 'none' | 'offsets' | 'transactions' | 'metadata';

const BY_NAME: readonly (readonly [pattern: RegExp, kind: FileKind])[] = [
  [/^\d{20}\.log(\.cleaned|\.deleted|\.swap)?$/, 'segment'],
  [/^\d{20}-\d{10}\.checkpoint$/, 'segment'],
  [/^\d{20}\.index$/, 'offset-index'],
  [/^\d{20}\.timeindex$/, 'time-index'],
  [/^\d{20}\.txnindex$/, 'transaction-index'],
  [/^\d{20}\.snapshot$/, 'producer-snapshot'],
  [/^\d{20}-\d{10}\.snapshot$/, 'metadata-snapshot'],
  [/^leader-epoch-checkpoint$/, 'term-checkpoint'],
  [/-offset-checkpoint$/, 'offset-checkpoint'],
  [/\.journal$/, 'journal'],
];

/** The last names of the path: its directory's and its own. */
function namesOf(path: string): readonly [directory: string, name: string] {
  const names = path.split(/[\\/]/);
  return [names.at(-2) ?? '', names.at(-1) ?? ''];
}

/** Null: a file of no kind that can be read here. */
export function fileKindOf(path: string): FileKind | null {
  const [, name] = namesOf(path);
  return BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** The names that are understood, for a complaint. */
export const KNOWN_NAMES =
  '<20 digits>.log, .index, .timeindex, .txnindex or .snapshot, <end>-<term>.snapshot, leader-epoch-checkpoint, *-offset-checkpoint, *.journal';

/** The decoder that the file's directory asks for. */
export function decoderOf(path: string): RecordDecoder {
  const [directory] = namesOf(path);
  if (/^__consumer_offsets-\d+/.test(directory)) return 'offsets';
  if (/^__transaction_state-\d+/.test(directory)) return 'transactions';
  return directory === '@metadata' ? 'metadata' : 'none';
}

/** Base offset in the name of a segment or an index; 0 where the name has none. */
export function baseOffsetOf(path: string): number {
  return Number(/^(\d{20})/.exec(namesOf(path)[1])?.[1] ?? 0);
}
