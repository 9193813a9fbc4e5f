/**
 * The follower's side of replication: match, truncate what is not the leader's, append, answer when durable.
 *
 *        verified            foreign: cut
 *   [=================)[- - - - - - - - - -)        the follower's log
 *             prev ▲
 *                  [ b1 )[ b2 )[ b3 )               the append: b1 is there already, b2 differs ⇒ cut at b2, append b2 b3
 *
 * - A batch that is there (same end, same term) is skipped: two logs that hold the same (end, term) are equal below (thesis 3.5).
 * - What lies at or above the leader's term start with a lower term is not the leader's, even if nothing contradicts it
 *   (KIP-279's divergence without data): it is cut as soon as the log below is verified.
 * - An answer names the durable end of what was *verified in this term*, never the log end: the tail may be foreign.
 * - The high watermark follows after the cut, and never beyond what is verified (KAFKA-14704, DLedger #278).
 * - Nothing below the own high watermark is ever cut, unless the appointment is unclean: that would be a lost record. A leader
 *   of which metadata has not told yet waits until it has.
 */
import { assert } from './assert.ts';
import type { BatchPosition } from './batch-position.ts';
import type { NodeId, Offset, Term } from './ids.ts';
import { floorOfTerm, lastPosition, newestTerm, termAt, termBefore } from './log-view.ts';
import type { Append, AppendOutcome, AppendReply, Reset } from './message.ts';
import {
  send,
  sendInTerm,
  sendWhenDurable,
  violate,
  writeBatches,
  writeLogStart,
  writeReset,
  writeTruncation,
} from './output.ts';
import { hasSnapshots } from './replication.ts';
import type { CoreState, FollowerRole } from './state.ts';

function replyOf(state: CoreState, request: Append | Reset, outcome: AppendOutcome): AppendReply {
  const round = request.kind === 'append' ? request.round : 0;
  return {
    kind: 'append-reply',
    term: state.term,
    progressId: request.progressId,
    round,
    outcome,
    logEnd: state.log.end,
    logStart: state.durableStart,
  };
}

/**
 * True when the log below `end` is known to equal one whose last batch below `end` has `term`. Below the own start
 * all is committed.
 */
function holds(state: CoreState, end: Offset, term: Term): boolean {
  const { log } = state;
  if (end <= log.start && end < log.end) return end < log.start || termBefore(log, end) === term;
  return end <= log.end && termBefore(log, end) === term;
}

/**
 * The leader of this term is known by its own word only: metadata may yet say that it was appointed uncleanly. What it asks is left
 * without an answer; it asks again.
 */
function isUnannounced({ config, assignment, term }: CoreState): boolean {
  return config.policy === 'isr' && (assignment === null || assignment.term < term);
}

/** Cuts the log at `end`; false when that would take back what is committed. */
function cutTo(state: CoreState, end: Offset): boolean {
  if (end >= state.log.end) return true;
  if (end < state.highWatermark) {
    if (isUnannounced(state)) return false;
    if (state.assignment?.unclean !== true || state.assignment.term !== state.term) {
      violate(state, `truncation to ${end} below the own high watermark ${state.highWatermark} in term ${state.term}`);
      return false;
    }
    state.highWatermark = end;
  }
  writeTruncation(state, end);
  return true;
}

function assertRising(append: Append): void {
  let end = append.prevOffset;
  for (const batch of append.batches) {
    assert(
      batch.base >= end || batch === append.batches[0],
      () => `batch at ${batch.base} after one that ends at ${end}`,
    );
    assert(batch.end > batch.base, () => `empty batch at ${batch.base}`);
    assert(batch.term <= append.term, () => `batch of term ${batch.term} in an append of term ${append.term}`);
    end = batch.end;
  }
}

interface Walk {
  /** The log equals the leader's below this. */
  readonly verified: Offset;
  /** What the log lacks, from there on. */
  readonly missing: readonly BatchPosition[];
}

/** Skips the batches that are there. */
function walk(state: CoreState, append: Append): Walk {
  let verified = append.prevOffset;
  for (const [index, batch] of append.batches.entries()) {
    if (batch.end > state.log.start && !holds(state, batch.end, batch.term)) {
      return { verified, missing: append.batches.slice(index) };
    }
    verified = batch.end;
  }
  return { verified, missing: [] };
}

/** Takes what the append brings. The end up to which the log now equals the leader's; null after a violation. */
function takeBatches(state: CoreState, append: Append): Offset | null {
  const { log } = state;
  const { verified, missing } = walk(state, append);
  const [first] = missing;
  if (first !== undefined) {
    // In a gap that compaction left in the leader's log, what is committed here stays: it is the same, not yet compacted.
    const kept = Math.max(verified, log.start, Math.min(state.highWatermark, first.base)) as Offset;
    if (!cutTo(state, kept)) return null;
    // A term that was opened here and never written in (this node led it) stands in the way of an older batch: it goes.
    if (newestTerm(log) > first.term) writeTruncation(state, log.end);
    writeBatches(state, missing);
    return log.end;
  }
  const foreign =
    verified >= append.termStart && verified >= log.start && verified < log.end && termAt(log, verified) < append.term;
  if (foreign && !cutTo(state, verified)) return null;
  return verified;
}

/** Answers `matched` up to `verified` once that is durable, but answers at once when it has been promised already. */
function replyMatched(
  state: CoreState,
  role: FollowerRole,
  from: NodeId,
  request: Append | Reset,
  verified: Offset,
): void {
  if (role.progressId !== request.progressId) {
    role.progressId = request.progressId;
    role.promisedEnd = 0 as Offset;
  }
  const durable = verified <= state.durableEnd && state.output.draft === null;
  if (durable || verified <= role.promisedEnd) {
    const verifiedEnd = Math.min(verified, state.durableEnd) as Offset;
    return sendInTerm(state, from, replyOf(state, request, { kind: 'matched', verifiedEnd }));
  }
  role.promisedEnd = verified;
  promiseMatched(state, from, request, verified);
}

/** Leaves when everything up to now is durable, and says so. */
function promiseMatched(state: CoreState, from: NodeId, request: Append | Reset, verifiedEnd: Offset): void {
  const reply = replyOf(state, request, { kind: 'matched', verifiedEnd });
  sendWhenDurable(state, from, { ...reply, logStart: state.log.start });
}

function followHighWatermark(state: CoreState, leaders: Offset, verified: Offset): void {
  const highWatermark = Math.min(leaders, verified) as Offset;
  assert(highWatermark <= state.log.end, () => `high watermark ${highWatermark} beyond the log end ${state.log.end}`);
  if (highWatermark > state.highWatermark) state.highWatermark = highWatermark;
}

/**
 * Topics begin where their leader says, as far as that is committed here; a group with snapshots begins where its own
 * snapshot allows.
 */
function followLogStart(state: CoreState, leaders: Offset): boolean {
  if (hasSnapshots(state)) return false;
  const start = Math.min(leaders, state.highWatermark) as Offset;
  if (start <= state.log.start) return false;
  writeLogStart(state, start);
  return true;
}

/**
 * An append of the leader of the term: match, cut, take, follow its high watermark and log start, answer when
 * durable.
 */
export function onAppend(state: CoreState, role: FollowerRole, from: NodeId, append: Append): void {
  assertRising(append);
  const installing = role.snapshot !== null && role.snapshot.storing && role.snapshot.last;
  if (installing || !(append.prevOffset < state.log.start || holds(state, append.prevOffset, append.prevTerm))) {
    const hint = floorOfTerm(state.log, append.prevTerm) ?? { end: 0 as Offset, term: 0 as Term };
    return sendInTerm(state, from, replyOf(state, append, { kind: 'diverged', hint }));
  }
  const verified = takeBatches(state, append);
  if (verified === null) return;
  followHighWatermark(state, append.highWatermark, verified);
  const moved = followLogStart(state, append.logStart);
  const promised = role.progressId === append.progressId ? role.promisedEnd : 0;
  replyMatched(state, role, from, append, verified);
  // What was promised before is answered at once; the new log start is told when it is durable.
  if (moved && verified <= promised) promiseMatched(state, from, append, verified);
}

/** The leader's log begins above the end of this one: begin anew there, counting for nothing until caught up. */
export function onReset(state: CoreState, role: FollowerRole, from: NodeId, reset: Reset): void {
  const { end, term } = reset.start;
  // A reset that was delivered twice, or late: the log is there already.
  if (end < state.log.start || holds(state, end, term)) return replyMatched(state, role, from, reset, end);
  if (end < state.highWatermark && isUnannounced(state)) return;
  if (end < state.highWatermark && state.assignment?.unclean !== true) {
    return violate(state, `reset to ${end} below the own high watermark ${state.highWatermark} in term ${state.term}`);
  }
  writeReset(state, reset.start);
  state.highWatermark = end;
  replyMatched(state, role, from, reset, end);
}

/** Tells a new leader where this log ends, so that it need not guess: not an answer, never counted (progress 0). */
export function greetLeader(state: CoreState, leader: NodeId): void {
  const reply: AppendReply = {
    kind: 'append-reply',
    term: state.term,
    progressId: 0,
    round: 0,
    outcome: { kind: 'diverged', hint: lastPosition(state.log) },
    logEnd: state.log.end,
    logStart: state.durableStart,
  };
  send(state, leader, reply);
}
