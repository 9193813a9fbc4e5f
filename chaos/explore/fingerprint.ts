/**
 * What of a value decides the future, as text: two states with the same text go on alike.
 *
 *   core ─▶ instants as ages · sequences from the newest · nodes by other names · maps and sets in order ─▶ text
 *
 * Fields are written by what their names say they are; one that nobody named is written as it is, so that a field that is
 * added to the core can make states differ, never look the same. Not written: settings and what was handed out already.
 *
 * Names: the same state with its nodes exchanged is as good as seen (symmetry), so each text is made once for each of the
 * `PERMUTATIONS`, and a world counts by the least of them.
 */

/** `permutation[node - 1]` is the number that `node` goes by. */
export type Permutation = readonly [number, number, number];

export const PERMUTATIONS: readonly Permutation[] = [
  [1, 2, 3],
  [1, 3, 2],
  [2, 1, 3],
  [2, 3, 1],
  [3, 1, 2],
  [3, 2, 1],
];

type Kind = 'instant' | 'node' | 'sequence' | 'in any order' | 'left out';

/**
 * What fields are, by their names. Left out: settings, what was handed out already; the next progress id decides nothing
 * but that it is another one, campaigns lost make pauses longer, a directory is the node's for ever here.
 */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ...names(
    'instant',
    'contactAt electionAt since sentAt unansweredSince lastContact lastCaughtUp markAt until askedAt notBefore issuedAt',
  ),
  ...names('node', 'node peer leader senderInTerm to from'),
  ...names('sequence', 'sequence persistedSequence issuedSequence voteSequence openSequence'),
  ...names('in any order', 'voters initialVoters baseVoters announcedVoters replicas isr expelled leaders granted'),
  ...names('left out', 'config directory now due output lastProgressId electionTimeout campaigns'),
]);

function names(kind: Kind, fields: string): readonly (readonly [string, Kind])[] {
  return fields.split(' ').map((field) => [field, kind]);
}

/**
 * Of a core, what the rest of a node's text says already: the log is its memory, what waits for the disk is what is not
 * flushed.
 */
const SAID = new Set(['log', 'pending', 'issued', 'issuedSequence', 'initialVoters']);

/** What the core compares ages with: stickiness and the ISR's patience. */
const OLD = 600;
const ANCIENT = 10_000;

export interface Frame {
  readonly names: Permutation;
  /** Ages are told from here. */
  readonly now: number;
  /** Newest persist that is durable, and newest of all. */
  readonly durable: number;
  readonly sequence: number;
}

/** For what knows no time. */
export function timeless(names: Permutation): Frame {
  return { names, now: 0, durable: 0, sequence: 0 };
}

function age(frame: Frame, instant: number): string {
  const passed = frame.now - instant;
  if (passed >= ANCIENT) return 'ancient';
  return passed >= OLD ? 'old' : 'fresh';
}

function nameOf(frame: Frame, node: number): string {
  return `n${frame.names[node - 1] ?? 0}`;
}

function listText(frame: Frame, field: string, values: readonly unknown[]): string {
  const unordered = KINDS.get(field) === 'in any order';
  const texts = values.map((value) =>
    typeof value === 'number' && unordered ? nameOf(frame, value) : textOf(frame, '', value),
  );
  if (unordered) texts.sort();
  return `[${texts.join()}]`;
}

function numberText(frame: Frame, field: string, value: number): string {
  const kind = field === '' ? undefined : KINDS.get(field);
  if (kind === undefined) return String(value);
  if (kind === 'instant') return age(frame, value);
  if (kind === 'node') return nameOf(frame, value);
  if (kind !== 'sequence') return String(value);
  return value <= frame.durable ? 'durable' : String(value - frame.sequence);
}

/** The text of `value`, the field `field` of something; `''` where it is none. Maps and sets are keyed by nodes. */
export function textOf(frame: Frame, field: string, value: unknown): string {
  if (typeof value === 'number') return numberText(frame, field, value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return listText(frame, field, value);
  return containerText(frame, field, value);
}

function containerText(frame: Frame, field: string, value: object): string {
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<number, unknown>)];
    const texts = entries.map(([node, entry]) => `${nameOf(frame, node)}:${textOf(frame, '', entry)}`);
    return `{${texts.sort().join()}}`;
  }
  if (value instanceof Set) {
    const texts = [...(value as ReadonlySet<number>)].map((node) => nameOf(frame, node));
    return `{${texts.sort().join()}}`;
  }
  let text = '(';
  const core = field === 'core';
  for (const [name, part] of Object.entries(value)) {
    if (KINDS.get(name) === 'left out' || (core && SAID.has(name))) continue;
    text += `${textOf(frame, name, part)} `;
  }
  return `${text})`;
}
