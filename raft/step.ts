/**
 * The one door of the core: `createCore`, then `step` for everything that happens.
 *
 *   input ─▶ term gate ─▶ role ─▶ settle ─▶ effects
 *
 * Pure in what matters: the same state, input and time give the same effects; no I/O, no clock, nothing asynchronous. The
 * state is changed in place and belongs to the core; its owner only hands it back.
 *
 * Term gate (thesis 3.3): a message of a lower term is answered so that its sender learns, and has no effect; one of a
 * higher term ends what was in the lower one. Votes and pre-votes gate themselves: they may be refused without adopting.
 */
import { assert } from './assert.ts';
import { onAssign } from './appointment.ts';
import type { Voter } from './batch-position.ts';
import type { GroupConfig, RecoveredLog } from './config.ts';
import { computeDue } from './due.ts';
import type { Effect } from './effect.ts';
import {
  askPeer,
  electionPause,
  onOwnVote,
  onPreVote,
  onPreVoteReply,
  onTimeoutNow,
  onVote,
  onVoteReply,
  startPreVote,
} from './election.ts';
import type { DirectoryId, Incarnation, Millis, NodeId } from './ids.ts';
import type { Input } from './input.ts';
import { lastPosition, recoverLogView } from './log-view.ts';
import { onChangeVoters } from './membership.ts';
import type { Append, AppendReply, Message, Reset, SnapshotChunk, SnapshotReply } from './message.ts';
import { emptyOutput } from './output-buffer.ts';
import { refuse, sendInTerm, settlePersists, takeEffects } from './output.ts';
import { onRead } from './read-index.ts';
import { addProgress, advance, advanceAll, onAppendReply, onSent } from './replication.ts';
import { onSnapshotSent } from './snapshot-sender.ts';
import { onSnapshotChunk, onSnapshotStored } from './snapshot-receiver.ts';
import { type CoreState, type FollowerRole, leaderOf, mayCampaign, votersOf } from './state.ts';
import { onAppend, onReset } from './step-follower.ts';
import {
  onAdvanceLogStart,
  onLeaderTick,
  onOpened,
  onPropose,
  onResign,
  onSnapshotAnswer,
  settleLeader,
} from './step-leader.ts';
import { onSuspect } from './suspicion.ts';
import { onTransfer } from './transfer.ts';
import { adoptTerm, becomeFollower, noteLeader } from './transitions.ts';

/** A core as storage left it. Nothing has happened yet: the first step announces role, voters and high watermark. */
export function createCore(config: GroupConfig, recovered: RecoveredLog, now: Millis): CoreState {
  const log = recoverLogView(recovered);
  const lastTerm = lastPosition(log).term;
  const behind = lastTerm > recovered.hardState.term;
  assert(
    recovered.highWatermark <= log.end,
    () => `high watermark ${recovered.highWatermark} above the log end ${log.end}`,
  );
  const highWatermark = recovered.highWatermark < log.start ? log.start : recovered.highWatermark;
  const idle: FollowerRole = {
    kind: 'idle',
    leader: null,
    contactAt: null,
    electionAt: null,
    electionTimeout: 0 as Millis,
    progressId: 0,
    promisedEnd: log.start,
    snapshot: null,
  };
  const state: CoreState = {
    config,
    now,
    log,
    initialVoters: recovered.initialVoters,
    term: behind ? lastTerm : recovered.hardState.term,
    votedFor: behind ? null : recovered.hardState.votedFor,
    issued: recovered.hardState,
    issuedSequence: 0,
    sequence: 0,
    persistedSequence: 0,
    pending: [],
    durableEnd: log.end,
    durableStart: log.start,
    highWatermark,
    role: idle,
    peers: new Map(),
    suspicions: new Map(),
    assignment: null,
    senderInTerm: null,
    campaigns: 0,
    // Another core of this process may have led the same term: its replies must not match.
    lastProgressId: config.random.below(2 ** 20) * 2 ** 20,
    due: now,
    failed: false,
    output: emptyOutput(log.start),
  };
  if (config.policy === 'quorum') hasten(state);
  state.due = computeDue(state);
  return state;
}

/** A voter that knows no leader does not wait for a whole election timeout: it has just started. */
function hasten(state: CoreState): void {
  const role = becomeFollower(state, null);
  if (role.kind === 'follower') role.electionAt = electionPause(state);
}

/**
 * Takes one input.
 *
 * @param now monotonic, never lower than in the step before
 * @returns what the driver must do, in this order
 */
export function step(state: CoreState, input: Input, now: Millis): readonly Effect[] {
  assert(now >= state.now, () => `time went back from ${state.now} to ${now}`);
  state.now = now;
  if (state.failed) return [];
  if (input.kind === 'tick' && (state.due === null || now < state.due)) return [];
  dispatch(state, input);
  if (!state.failed) {
    fitRoleToVoters(state);
    if (state.role.kind === 'leader') settleLeader(state, state.role);
    assert(
      state.highWatermark <= state.log.end,
      () => `high watermark ${state.highWatermark} above the log end ${state.log.end}`,
    );
    assert(
      state.durableEnd <= state.log.end,
      () => `durable end ${state.durableEnd} above the log end ${state.log.end}`,
    );
  }
  const effects = takeEffects(state);
  state.due = state.failed ? null : computeDue(state);
  return effects;
}

function dispatch(state: CoreState, input: Input): void {
  const { role } = state;
  const leader = role.kind === 'leader' ? role : null;
  switch (input.kind) {
    case 'tick':
      return onTick(state);
    case 'receive':
      return onMessage(state, input.from, input.message);
    case 'propose':
      return onPropose(state, input.batches);
    case 'persisted':
      return onPersisted(state, input.sequence);
    case 'sent':
      return leader === null ? undefined : onSent(state, leader, input.peer, input.progressId, input.end, input.bytes);
    case 'peer-connected':
      return onConnected(state, input.peer, input.directory, input.incarnation);
    case 'peer-disconnected':
      return onDisconnected(state, input.peer);
    case 'suspect':
      return onSuspect(state, input.peer);
    case 'bootstrap':
      return onBootstrap(state, input.voters);
    case 'change-voters':
      if (leader === null) return refuse(state, { kind: 'not-leader', leader: leaderOf(state), term: state.term });
      return onChangeVoters(state, leader, input.voters) ? advanceAll(state, leader) : undefined;
    case 'transfer':
      if (leader === null) return refuse(state, { kind: 'not-leader', leader: leaderOf(state), term: state.term });
      return onTransfer(state, leader, input.to);
    case 'read':
      return onRead(state, input.id);
    case 'resign':
      return onResign(state);
    case 'assign':
      return onAssign(state, input.assignment);
    case 'advance-log-start':
      return onAdvanceLogStart(state, input.to);
    case 'snapshot-sent': {
      const progress = leader?.progress.get(input.peer);
      return progress?.progressId === input.progressId ? onSnapshotSent(state, progress, input.meta) : undefined;
    }
    case 'snapshot-stored':
      return onSnapshotStored(state, input.from, input.progressId, input.meta, input.position);
  }
}

function onTick(state: CoreState): void {
  const { role } = state;
  if (role.kind === 'leader') onLeaderTick(state, role);
  else if (role.electionAt !== null && state.now >= role.electionAt) startPreVote(state);
}

function onMessage(state: CoreState, from: NodeId, message: Message): void {
  switch (message.kind) {
    case 'pre-vote':
      return onPreVote(state, from, message);
    case 'pre-vote-reply':
      return onPreVoteReply(state, from, message);
    case 'vote':
      return onVote(state, from, message);
    case 'vote-reply':
      return onVoteReply(state, from, message);
    case 'timeout-now':
      return onTimeoutNow(state, message.term);
    case 'append':
    case 'reset':
    case 'snapshot':
      return onFromLeader(state, from, message);
    case 'append-reply':
    case 'snapshot-reply':
      return onReply(state, from, message);
  }
}

/** What only the leader of a term sends: the floor, then the one sender of the term, then the follower's work. */
function onFromLeader(state: CoreState, from: NodeId, message: Append | Reset | SnapshotChunk): void {
  if (message.term < state.term) return fence(state, from, message);
  if (message.term > state.term) adoptTerm(state, message.term);
  assert(
    state.senderInTerm === null || state.senderInTerm === from,
    () => `nodes ${state.senderInTerm} and ${from} both lead term ${state.term}`,
  );
  state.senderInTerm = from;
  const role = followerOf(state, from);
  noteLeader(state, role);
  switch (message.kind) {
    case 'append':
      return onAppend(state, role, from, message);
    case 'reset':
      return onReset(state, role, from, message);
    case 'snapshot':
      return onSnapshotChunk(state, role, from, message);
  }
}

function followerOf(state: CoreState, leader: NodeId): FollowerRole {
  const { role } = state;
  const follows = role.kind === 'follower' || role.kind === 'observer' ? role.leader === leader : false;
  if (follows && (role.kind === 'follower' || role.kind === 'observer')) return role;
  return becomeFollower(state, leader);
}

/** Tells a leader of a lower term that its time is over. */
function fence(state: CoreState, from: NodeId, message: Append | Reset | SnapshotChunk): void {
  const round = message.kind === 'append' ? message.round : 0;
  const { progressId } = message;
  sendInTerm(state, from, {
    kind: 'append-reply',
    term: state.term,
    progressId,
    round,
    outcome: { kind: 'fenced' },
    logEnd: state.log.end,
    logStart: state.durableStart,
  });
}

function onReply(state: CoreState, from: NodeId, reply: AppendReply | SnapshotReply): void {
  if (reply.term > state.term) {
    adoptTerm(state, reply.term);
    becomeFollower(state, null);
    return;
  }
  const { role } = state;
  if (role.kind !== 'leader' || reply.term < state.term) return;
  if (reply.kind === 'append-reply') onAppendReply(state, role, from, reply);
  else onSnapshotAnswer(state, role, from, reply);
}

function onPersisted(state: CoreState, sequence: number): void {
  settlePersists(state, sequence);
  const { role } = state;
  if (role.kind === 'candidate' && role.voteSequence <= sequence && !role.votes.has(state.config.self.node))
    onOwnVote(state, role);
  if (role.kind === 'leader' && role.openSequence !== null && role.openSequence <= sequence) onOpened(state, role);
}

function onConnected(state: CoreState, node: NodeId, directory: DirectoryId, incarnation: Incarnation): void {
  assert(node !== state.config.self.node, 'connected to itself');
  const peer = { node, directory, incarnation, connected: true };
  state.peers.set(node, peer);
  const { role } = state;
  if (role.kind === 'leader') {
    addProgress(state, role, peer);
    const progress = role.progress.get(node);
    if (progress !== undefined) advance(state, role, progress);
  } else if (state.config.policy === 'quorum') askPeer(state, node);
}

function onDisconnected(state: CoreState, node: NodeId): void {
  const peer = state.peers.get(node);
  if (peer !== undefined) peer.connected = false;
}

function onBootstrap(state: CoreState, voters: readonly Voter[]): void {
  if (state.config.policy === 'isr' || votersOf(state) !== null) return;
  assert(voters.length > 0, 'bootstrap with no voters');
  state.initialVoters = voters;
  if (state.role.kind === 'observer') hasten(state);
}

/** Voters come and go with the log: a node that is one may campaign, one that is none must not. */
function fitRoleToVoters(state: CoreState): void {
  if (state.config.policy === 'isr') return;
  const { role } = state;
  const votes = mayCampaign(state);
  if ((role.kind === 'prospective' || role.kind === 'candidate') && !votes) becomeFollower(state, null);
  if ((role.kind === 'follower' && !votes) || (role.kind === 'observer' && votes)) {
    const { leader, contactAt, progressId, promisedEnd, snapshot } = role;
    const fitted = becomeFollower(state, leader);
    state.role = { ...fitted, contactAt, progressId, promisedEnd, snapshot };
  }
}
