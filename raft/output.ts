/**
 * What one step returns: at most one persist, what changed, then what is to be sent.
 *
 *   persist · voters · role · commit · everything else in the order in which it was decided
 *
 * The persist comes first because executing it makes the log visible that the rest speaks of. Term and vote travel
 * with it: a message that depends on them is held in `thenSend` until they are durable (thesis 3.4; a vote that was
 * answered before it was durable is the classic double vote). Changes of role, voters and high watermark are found by
 * comparing with what was last announced, so that no path can forget to tell.
 */
import { assert } from './assert.ts';
import type { BatchPosition, LogPosition, TermStart } from './batch-position.ts';
import type { Effect, Persist, Refusal } from './effect.ts';
import { type NodeId, offset, type Offset } from './ids.ts';
import { appendToView, advanceViewStart, openTermInView, resetView, truncateView } from './log-view.ts';
import type { Message } from './message.ts';
import type { Announced, Draft } from './output-buffer.ts';
import { type CoreState, leaderOf, votersOf } from './state.ts';
import { sameVoter, sameVoters } from './voters.ts';

function draftOf(state: CoreState): Draft {
  state.output.draft ??= {
    kind: 'persist',
    truncateTo: null,
    reset: null,
    openTerm: null,
    append: [],
    logStart: null,
    thenSend: [],
  };
  return state.output.draft;
}

export function emit(state: CoreState, effect: Effect): void {
  state.output.effects.push(effect);
}

export function refuse(state: CoreState, refusal: Refusal): void {
  emit(state, { kind: 'refused', refusal });
}

/** Reports what cannot happen in a sound cluster; the core stops here. */
export function violate(state: CoreState, reason: string): void {
  state.failed = true;
  state.output.draft = null;
  emit(state, { kind: 'violation', reason });
}

/** At once: for what neither depends on term and vote nor claims that something is on disk. */
export function send(state: CoreState, to: NodeId, message: Message): void {
  emit(state, { kind: 'send', to, message });
}

/** When all that this and earlier steps persist is durable. */
export function sendWhenDurable(state: CoreState, to: NodeId, message: Message): void {
  draftOf(state).thenSend.push({ to, message });
}

/** When term and vote of now are durable; at once if they are. */
export function sendInTerm(state: CoreState, to: NodeId, message: Message): void {
  if (hardStateDirty(state) || state.persistedSequence < state.issuedSequence) sendWhenDurable(state, to, message);
  else send(state, to, message);
}

/** Appends `batches` to the log, in memory at once, on disk with the persist of this step. */
export function writeBatches(state: CoreState, batches: readonly BatchPosition[]): void {
  for (const batch of batches) {
    appendToView(state.log, batch);
    draftOf(state).append.push(batch);
  }
}

/** Cuts the log at `end`; what was durable above it counts no more from now on. */
export function writeTruncation(state: CoreState, end: Offset): void {
  const draft = draftOf(state);
  assert(draft.append.length === 0, 'truncation after an append in one step');
  truncateView(state.log, end);
  draft.truncateTo = end;
  if (end < state.durableEnd) state.durableEnd = end;
}

/** Drops the whole log; it begins and ends at `position`. The voters in force are kept. */
export function writeReset(state: CoreState, position: LogPosition): void {
  resetView(state.log, position, null);
  // All that is on disk is dropped; the new beginning counts as durable only when it is.
  state.durableEnd = offset(0);
  draftOf(state).reset = position;
}

/** Enters the start of a term of which no batch exists yet. */
export function writeOpenTerm(state: CoreState, opened: TermStart): void {
  openTermInView(state.log, opened);
  draftOf(state).openTerm = opened;
}

/** The log begins at `start` from now on; `start` lies within the log. */
export function writeLogStart(state: CoreState, start: Offset): void {
  advanceViewStart(state.log, start);
  draftOf(state).logStart = start;
}

/** The sequence of the persist that this step is drafting. */
export function draftSequence(state: CoreState): number {
  draftOf(state);
  return state.sequence + 1;
}

/** True when term or vote changed since the newest persist that carried them. */
export function hardStateDirty(state: CoreState): boolean {
  const { term, votedFor, issued } = state;
  if (term !== issued.term) return true;
  if (votedFor === null || issued.votedFor === null) return votedFor !== issued.votedFor;
  return !sameVoter(votedFor, issued.votedFor);
}

function issuePersist(state: CoreState): Persist | null {
  const { draft } = state.output;
  if (draft === null) return null;
  state.output.draft = null;
  state.sequence += 1;
  const dirty = hardStateDirty(state);
  if (dirty) {
    state.issued = { term: state.term, votedFor: state.votedFor };
    state.issuedSequence = state.sequence;
  }
  const cut = draft.reset === null ? draft.truncateTo : offset(0);
  const { start, end } = state.log;
  state.pending.push({ sequence: state.sequence, end, start, cut, issuedAt: state.now });
  // Named one by one: this runs for every batch, and a spread is many times slower.
  const { truncateTo, reset, openTerm, append, logStart, thenSend } = draft;
  const hardState = dirty ? state.issued : null;
  return {
    kind: 'persist',
    sequence: state.sequence,
    hardState,
    truncateTo,
    reset,
    openTerm,
    append,
    logStart,
    thenSend,
  };
}

function announceRole(state: CoreState): Effect | null {
  const { role, term, output } = state;
  const leader = leaderOf(state);
  const termStart = role.kind === 'leader' ? role.termStart : null;
  const last = output.announced;
  const same =
    last !== null &&
    last.role === role.kind &&
    last.term === term &&
    last.leader === leader &&
    last.termStart === termStart;
  if (same) return null;
  const next: Announced = { role: role.kind, term, leader, termStart };
  output.announced = next;
  return { kind: 'role', ...next };
}

function announceVoters(state: CoreState): Effect | null {
  const voters = votersOf(state);
  const last = state.output.announcedVoters;
  if (voters === null || voters === last || (last !== null && sameVoters(voters, last))) return null;
  state.output.announcedVoters = voters;
  return { kind: 'voters', voters };
}

/** Most steps of a busy group only move a number. */
const NOTHING: readonly Effect[] = [];

/** Ends a step: the effects, in order. Nothing is left for the next step. */
export function takeEffects(state: CoreState): readonly Effect[] {
  const { output } = state;
  if (!state.failed && state.config.policy === 'quorum' && hardStateDirty(state)) draftOf(state);
  const persist = issuePersist(state);
  const voters = announceVoters(state);
  const role = announceRole(state);
  const decided = output.effects;
  const moved = state.highWatermark !== output.announcedHighWatermark;
  if (persist === null && voters === null && role === null && !moved) {
    if (decided.length === 0) return NOTHING;
    output.effects = [];
    return decided;
  }
  const effects: Effect[] = [];
  if (persist !== null) effects.push(persist);
  if (voters !== null) effects.push(voters);
  if (role !== null) effects.push(role);
  if (moved) {
    output.announcedHighWatermark = state.highWatermark;
    effects.push({ kind: 'commit', highWatermark: state.highWatermark });
  }
  if (decided.length === 0) return effects;
  for (const effect of decided) effects.push(effect);
  output.effects = [];
  return effects;
}

/** The persist effects up to `sequence` are durable: how far the log now is. */
export function settlePersists(state: CoreState, sequence: number): void {
  assert(sequence <= state.sequence, () => `persist ${sequence} was never issued, the newest is ${state.sequence}`);
  if (sequence <= state.persistedSequence) return;
  state.persistedSequence = sequence;
  let durable: Offset | null = null;
  while (state.pending[0] !== undefined && state.pending[0].sequence <= sequence) {
    durable = state.pending[0].end;
    state.durableStart = state.pending[0].start;
    state.pending.shift();
  }
  if (durable === null) return;
  // What is on disk now may be cut by a persist that is still under way: then it is no longer what the log says.
  for (const later of state.pending) if (later.cut !== null && later.cut < durable) durable = later.cut;
  state.durableEnd = durable;
}
