/**
 * The dumb twin of a log: an array of batches, and every state that it has been in since it was last seen on disk.
 *
 * ```
 *  states: [0 recovered] [1] [2] … [done: the driver was told] … [last: asked for]
 *  after a crash the log must be one of states done … last        (os after a power loss: a prefix of one, and lossy)
 * ```
 */
import type { TermStart } from '../../raft/index.ts';
import type { ReplicaLog, StoredBatch } from '../../storage/index.ts';

export interface ModelState {
  readonly term: number;
  readonly logStart: number;
  readonly logEnd: number;
  /** Everything since the last reset, also below the log start. */
  readonly batches: readonly StoredBatch[];
  readonly opened: readonly TermStart[];
  readonly base: { readonly end: number; readonly term: number };
}

export type ModelOperation =
  | { readonly kind: 'term'; readonly term: number }
  | { readonly kind: 'truncate'; readonly to: number }
  | { readonly kind: 'reset'; readonly end: number; readonly term: number }
  | { readonly kind: 'open'; readonly start: TermStart }
  | { readonly kind: 'append'; readonly batch: StoredBatch }
  | { readonly kind: 'start'; readonly to: number };

export const NEW_LOG: ModelState = {
  term: 0,
  logStart: 0,
  logEnd: 0,
  batches: [],
  opened: [],
  base: { end: 0, term: 0 },
};

export function after(state: ModelState, operation: ModelOperation): ModelState {
  switch (operation.kind) {
    case 'term':
      return { ...state, term: operation.term };
    case 'truncate':
      return {
        ...state,
        logEnd: operation.to,
        batches: state.batches.filter((batch) => batch.position.end <= operation.to),
        opened: state.opened.filter((entry) => entry.start < operation.to),
      };
    case 'reset':
      return { ...state, logStart: operation.end, logEnd: operation.end, batches: [], opened: [], base: operation };
    case 'open':
      return { ...state, opened: [...state.opened, operation.start] };
    case 'append':
      return { ...state, logEnd: operation.batch.position.end, batches: [...state.batches, operation.batch] };
    case 'start':
      return { ...state, logStart: Math.max(state.logStart, operation.to) };
  }
}

/** Terms and where they begin, counted out from all that was ever appended. */
export function termsOf(state: ModelState): readonly { readonly term: number; readonly start: number }[] {
  const starts = new Map<number, number>();
  const see = (start: number, term: number): void => {
    starts.set(term, Math.min(start, starts.get(term) ?? start));
  };
  if (state.base.term > 0) see(state.base.end - 1, state.base.term);
  for (const entry of state.opened) see(entry.start, entry.term);
  for (const { position } of state.batches) see(position.base, position.term);
  const byStart = new Map<number, number>();
  for (const [term, start] of starts) byStart.set(start, Math.max(term, byStart.get(start) ?? 0));
  const all = [...byStart].map(([start, term]) => ({ term, start })).sort((left, right) => left.start - right.start);
  const before = all.filter((entry) => entry.start < state.logStart).at(-1);
  const later = all.filter((entry) => entry.start >= state.logStart);
  const inside = before !== undefined && state.logStart < state.logEnd && later[0]?.start !== state.logStart;
  return inside ? [{ term: before.term, start: state.logStart }, ...later] : later;
}

/** Term of what lies before the log start. */
export function startTermOf(state: ModelState): number {
  const before = [
    ...state.opened.map((entry) => ({ at: entry.start, term: entry.term })),
    ...state.batches.map(({ position }) => ({ at: position.base, term: position.term })),
  ]
    .filter((entry) => entry.at < state.logStart)
    .map((entry) => entry.term);
  return Math.max(state.base.term, ...before);
}

/** Batches that a reader sees. */
export function visible(state: ModelState): readonly StoredBatch[] {
  return state.batches.filter((batch) => batch.position.end > state.logStart);
}

/** The states of one log since it was last seen, and how far the driver was told. */
export class LogModel {
  states: ModelState[];
  done = 0;
  /** Index of the last done state that was a cut or reset. */
  cutDone = 0;
  /** No power loss may take the log below this end. */
  floor: number;

  constructor(state: ModelState) {
    this.states = [state];
    this.floor = state.logEnd;
  }

  get now(): ModelState {
    const last = this.states.at(-1);
    if (last === undefined) throw new Error('a model has states');
    return last;
  }

  /** Applies one change; answers what to call when it is done. */
  apply(operations: readonly ModelOperation[]): () => void {
    let cutAt = 0;
    for (const operation of operations) {
      this.states.push(after(this.now, operation));
      if (operation.kind !== 'truncate' && operation.kind !== 'reset') continue;
      cutAt = this.states.length - 1;
      this.floor = operation.kind === 'reset' ? 0 : Math.min(this.floor, operation.to);
    }
    const index = this.states.length - 1;
    return () => {
      if (index < this.done) throw new Error('done out of order');
      this.done = index;
      if (cutAt > 0) this.cutDone = cutAt;
    };
  }

  /** States that a log with a journal may be in after a crash. */
  possible(): readonly ModelState[] {
    return this.states.slice(this.done);
  }
}

/** Whether the log is in that state: facts, and what a reader of all of it got. */
export function isSame(state: ModelState, log: ReplicaLog, read: readonly Buffer[]): boolean {
  const { recovered } = log;
  if (
    state.term !== recovered.hardState.term ||
    state.logStart !== recovered.logStart ||
    state.logEnd !== recovered.logEnd
  )
    return false;
  if (recovered.logStartTerm !== startTermOf(state)) return false;
  if (JSON.stringify(essential(recovered.terms, state)) !== JSON.stringify(essential(termsOf(state), state)))
    return false;
  return Buffer.concat(read).equals(Buffer.concat(visible(state).map((batch) => batch.bytes)));
}

/** Without the entry that only says that the term before the log start goes on: in front of a gap it may be there or not. */
function essential(terms: readonly { readonly term: number; readonly start: number }[], state: ModelState) {
  const [first] = terms;
  return first !== undefined && first.start === state.logStart && first.term === startTermOf(state)
    ? terms.slice(1)
    : terms;
}

/** For people. */
export function describe(state: ModelState): string {
  const terms = termsOf(state).map((entry) => `${entry.term}@${entry.start}`);
  const count = visible(state).length;
  return `${state.logStart}..${state.logEnd} term ${state.term} terms ${terms.join()} before ${startTermOf(state)} ${count} batches`;
}
