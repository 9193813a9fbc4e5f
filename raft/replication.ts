/**
 * The leader's side of replication: what each follower is sent next, and what its answers mean.
 *
 *   probe       prev = the leader's best guess ──▶ matched: replicate · diverged: a better guess from the hint
 *   replicate   appends flow without waiting, at most a window of them; the answer to each moves `match`
 *   over        what the follower needs lies below the log start: a snapshot, or (groups without) a reset
 *
 * Batches leave before the leader's own disk has them (thesis 10.2.1): the leader counts itself only when it has.
 * The core names where to read (`send-batches`); the driver says how far it got (`sent`), and that alone moves `next`.
 * Invariants: match ≤ next ≤ log end; one `send-batches` per follower outstanding; nothing is sent before the term is open.
 */
import { assert } from './assert.ts';
import { type ByteCount, byteCount, type Millis, millis, type NodeId, type Offset } from './ids.ts';
import { addInflight, freeInflights, isFull } from './inflights.ts';
import { floorOfTerm, termBefore } from './log-view.ts';
import type { AppendHeader, AppendReply } from './message.ts';
import { emit, send } from './output.ts';
import { becomeProbe, becomeReplicate, type Progress } from './progress.ts';
import { onSnapshotTick, requestChunk, startSnapshot } from './snapshot-sender.ts';
import { type CoreState, type LeaderRole, nextProgressId, type Peer } from './state.ts';
import { firstProgress } from './transitions.ts';

/** True when this leader sends to `node`: isr groups to their replicas, quorum groups to whoever is connected. */
export function replicatesTo(state: CoreState, node: NodeId): boolean {
  if (node === state.config.self.node) return false;
  if (state.config.policy === 'quorum') return true;
  return state.assignment?.replicas.some((member) => member.node === node) ?? false;
}

function isConnected(state: CoreState, node: NodeId): boolean {
  return state.peers.get(node)?.connected ?? false;
}

/** Groups without snapshots (topics) reset a follower that is too far behind; the others install one. */
export function hasSnapshots(state: CoreState): boolean {
  return state.config.policy === 'quorum' && state.config.snapshotChunkBytesMax > 0;
}

/** Progress for a peer that connected (again): what it acknowledged in a former life counts no more. Sends nothing. */
export function addProgress(state: CoreState, leader: LeaderRole, peer: Peer): void {
  if (!replicatesTo(state, peer.node)) return;
  const former = leader.progress.get(peer.node);
  const fresh = firstProgress(state, peer.node, peer.incarnation);
  if (former !== undefined) {
    fresh.lastContact = former.lastContact;
    const wasCaughtUp = former.verified && former.match >= state.log.end;
    fresh.lastCaughtUp = wasCaughtUp ? state.now : former.lastCaughtUp;
  }
  leader.progress.set(peer.node, fresh);
}

function headerAt(state: CoreState, leader: LeaderRole, progress: Progress, prevOffset: Offset): AppendHeader {
  return {
    term: state.term,
    progressId: progress.progressId,
    prevOffset,
    prevTerm: termBefore(state.log, prevOffset),
    termStart: leader.termStart,
    highWatermark: state.highWatermark,
    logStart: state.log.start,
    round: leader.round,
  };
}

function requestBatches(state: CoreState, leader: LeaderRole, progress: Progress): void {
  const { appendBytesMax, inflightBytesMax } = state.config;
  const room = Math.max(1, inflightBytesMax - progress.inflights.bytes);
  progress.sending = true;
  progress.toldHighWatermark = state.highWatermark;
  emit(state, {
    kind: 'send-batches',
    peer: progress.peer,
    header: headerAt(state, leader, progress, progress.next),
    bytesMax: byteCount(Math.min(appendBytesMax, room)),
  });
}

function sendReset(state: CoreState, leader: LeaderRole, progress: Progress): void {
  becomeProbe(progress, nextProgressId(state), state.log.start);
  noteSent(state, progress);
  progress.toldHighWatermark = state.highWatermark;
  send(state, progress.peer, {
    kind: 'reset',
    term: state.term,
    progressId: progress.progressId,
    start: { end: state.log.start, term: state.log.startTerm },
    termStart: leader.termStart,
    highWatermark: state.highWatermark,
  });
}

function startOver(state: CoreState, leader: LeaderRole, progress: Progress): void {
  progress.match = 0 as Offset;
  progress.verified = false;
  if (!hasSnapshots(state)) return sendReset(state, leader, progress);
  startSnapshot(state, progress);
  requestChunk(state, progress, byteCount(0));
}

function noteSent(state: CoreState, progress: Progress): void {
  progress.sentAt = state.now;
  progress.unansweredSince ??= state.now;
}

/** An append without batches, at once: a heartbeat, a probe, the bearer of a round or a high watermark. */
export function sendEmpty(state: CoreState, leader: LeaderRole, progress: Progress): void {
  if (leader.openSequence !== null || !isConnected(state, progress.peer)) return;
  if (progress.kind !== 'snapshot' && progress.next < state.log.start) return startOver(state, leader, progress);
  const prev = progress.kind === 'snapshot' ? state.log.end : progress.next;
  noteSent(state, progress);
  progress.toldHighWatermark = state.highWatermark;
  send(state, progress.peer, { kind: 'append', ...headerAt(state, leader, progress, prev), batches: [] });
}

/** Sends `progress` what it can take now: a probe, the next append of the window, or nothing. */
export function advance(state: CoreState, leader: LeaderRole, progress: Progress): void {
  if (leader.openSequence !== null || progress.sending || !isConnected(state, progress.peer)) return;
  if (progress.kind === 'snapshot') return;
  if (progress.kind === 'probe' && progress.unansweredSince !== null) return;
  if (progress.next < state.log.start) return startOver(state, leader, progress);
  if (progress.next < state.log.end) {
    const { inflightAppendsMax, inflightBytesMax } = state.config;
    if (!isFull(progress.inflights, inflightAppendsMax, inflightBytesMax)) requestBatches(state, leader, progress);
    return;
  }
  if (progress.kind === 'probe') sendEmpty(state, leader, progress);
}

/** Something was appended, or the term opened: everybody may be sent to. */
export function advanceAll(state: CoreState, leader: LeaderRole): void {
  for (const progress of leader.progress.values()) advance(state, leader, progress);
}

/** The log end moves away from those that were at it: they were caught up until now. */
export function noteCaughtUp(state: CoreState, leader: LeaderRole): void {
  for (const progress of leader.progress.values()) {
    if (progress.verified && progress.match >= state.log.end) progress.lastCaughtUp = state.now;
  }
}

/** The driver sent batches up to `end` (exclusive) in answer to `send-batches`; stale answers are ignored. */
export function onSent(
  state: CoreState,
  leader: LeaderRole,
  peer: NodeId,
  progressId: number,
  end: Offset,
  bytes: ByteCount,
): void {
  const progress = leader.progress.get(peer);
  if (progress === undefined || progress.progressId !== progressId || !progress.sending) return;
  assert(end <= state.log.end, () => `sent to ${end}, log ends at ${state.log.end}`);
  progress.sending = false;
  noteSent(state, progress);
  if (end <= progress.next) return; // the driver had nothing to read: a tick tries again
  addInflight(progress.inflights, end, bytes);
  progress.next = end;
  advance(state, leader, progress);
}

/** An answer of this life of `progress` arrived: the peer is there, and follows. */
export function noteContact(state: CoreState, progress: Progress): void {
  progress.lastContact = state.now;
  progress.unansweredSince = null;
}

function noteMatch(state: CoreState, progress: Progress, end: Offset): void {
  assert(end <= state.log.end, () => `node ${progress.peer} verified ${end}, log ends at ${state.log.end}`);
  progress.verified = true;
  if (end > progress.match) progress.match = end;
  if (end >= state.log.end) progress.lastCaughtUp = state.now;
  else if (end >= progress.markEnd && progress.markAt > progress.lastCaughtUp) progress.lastCaughtUp = progress.markAt;
  progress.markEnd = state.log.end;
  progress.markAt = state.now;
}

/**
 * Where to look next, given the follower's largest term ≤ ours and where it ends (KIP-101, KIP-279); null: below our
 * log start.
 */
function nextGuess(
  state: CoreState,
  reply: { readonly end: Offset; readonly term: AppendReply['term'] },
): Offset | null {
  const { log } = state;
  if (reply.end < log.start) return null;
  const floor = floorOfTerm(log, reply.term);
  if (floor === null) return null;
  // Same term: both logs agree up to the shorter of the two. Another one: all that the follower has of the hinted term is
  // foreign to us, and its next hint will name a term that is not above the one we probe with.
  const guess = floor.term === reply.term && reply.end < floor.end ? reply.end : floor.end;
  return guess < log.start ? null : guess;
}

/** An answer to an append or reset of the own term; one of another progress is ignored. */
export function onAppendReply(state: CoreState, leader: LeaderRole, from: NodeId, reply: AppendReply): void {
  const progress = leader.progress.get(from);
  if (progress === undefined) return;
  if (reply.progressId === 0 && progress.kind === 'probe' && !progress.sending) {
    // Not an answer: an isr follower learned of its leader and says that it can be probed now.
    progress.unansweredSince = null;
    return advance(state, leader, progress);
  }
  if (reply.progressId !== progress.progressId) return;
  if (progress.logEnd === null || reply.logEnd > progress.logEnd) progress.logEnd = reply.logEnd;
  noteContact(state, progress);
  if (reply.round > progress.round) progress.round = reply.round;
  if (reply.logStart > progress.logStart) progress.logStart = reply.logStart;
  switch (reply.outcome.kind) {
    case 'matched':
      noteMatch(state, progress, reply.outcome.verifiedEnd);
      freeInflights(progress.inflights, progress.match);
      if (progress.kind !== 'replicate') becomeReplicate(progress);
      break;
    case 'diverged': {
      if (progress.kind === 'snapshot') return;
      const guess = nextGuess(state, reply.outcome.hint);
      if (guess === null) return startOver(state, leader, progress);
      becomeProbe(progress, nextProgressId(state), guess);
      if (guess < progress.match) progress.match = guess;
      break;
    }
    case 'fenced':
      return;
  }
  if (progress.inflights.appends.length > 0 || progress.sending) progress.unansweredSince = state.now;
  advance(state, leader, progress);
}

/** When `progress` wants attention on a tick; null while it does not. */
export function progressDue(state: CoreState, leader: LeaderRole, progress: Progress): Millis | null {
  if (leader.openSequence !== null || !isConnected(state, progress.peer)) return null;
  const { heartbeat, electionTimeoutMax, policy } = state.config;
  const sentAt = progress.sentAt ?? leader.since;
  const beat = millis(sentAt + heartbeat);
  if (policy === 'quorum') return beat;
  if (progress.kind === 'probe')
    return millis(sentAt + Math.min(electionTimeoutMax, heartbeat * 2 ** Math.min(progress.probes, 16)));
  if (progress.toldHighWatermark < state.highWatermark) return beat;
  if (progress.next < state.log.end && !progress.sending && progress.inflights.appends.length === 0) return beat;
  return progress.unansweredSince === null ? null : millis(progress.unansweredSince + electionTimeoutMax);
}

/** Time passed: heartbeats, probes again, a fresh look at who has not answered for an election timeout. */
export function onProgressTick(state: CoreState, leader: LeaderRole, progress: Progress): void {
  const due = progressDue(state, leader, progress);
  if (due === null || state.now < due) return;
  const silent =
    progress.unansweredSince !== null && state.now >= progress.unansweredSince + state.config.electionTimeoutMax;
  if (progress.kind === 'snapshot') onSnapshotTick(state, progress);
  if (silent && progress.kind === 'replicate') {
    becomeProbe(progress, nextProgressId(state), progress.verified ? progress.match : state.log.end);
    return advance(state, leader, progress);
  }
  if (progress.kind === 'probe') progress.probes += 1;
  sendEmpty(state, leader, progress);
  advance(state, leader, progress);
}
