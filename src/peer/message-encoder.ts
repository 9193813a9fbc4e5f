/**
 * Group messages, from what the core says to what the frame's header holds. The other way: `message-decoder.ts`.
 *
 * Batches are positions here: (base, end, term, bytes). What their bytes say (`control`) is not sent, the receiver's
 * driver reads it from the attachment.
 */
import { byteCount } from '../../raft/index.ts';
import type { Append, AppendReply, ByteCount, GroupId, Message, SnapshotChunk } from '../../raft/index.ts';
import type { flotilla } from './generated/peer.js';

export type WireItem = flotilla.peer.Item.$Properties;

/** How many bytes of attachment belong to `message`: all its batches, or its chunk. */
export function attachmentBytes(message: Message): ByteCount {
  if (message.kind === 'snapshot') return message.bytes;
  if (message.kind !== 'append') return byteCount(0);
  let bytes = 0;
  for (const batch of message.batches) bytes += batch.bytes;
  return byteCount(bytes);
}

/** Upper bound of the header bytes that `message` takes, for queue limits that must hold before it is encoded. */
export function headerBytesMax(group: GroupId, message: Message): number {
  const fixed = 128 + group.length * 3;
  if (message.kind === 'append') return fixed + message.batches.length * 40;
  if (message.kind === 'snapshot') return fixed + message.meta.voters.length * 128;
  return fixed;
}

/** The header item of `message`. Shares no mutable state with it; reads its arrays when the item is encoded. */
export function encodeMessage(group: GroupId, message: Message): WireItem {
  switch (message.kind) {
    case 'append':
      return { group, attachment: attachmentBytes(message), append: encodeAppend(message) };
    case 'append-reply':
      return { group, appendReply: encodeAppendReply(message) };
    case 'pre-vote':
      return { group, preVote: { term: message.term, candidate: message.candidate, log: message.log } };
    case 'pre-vote-reply':
      return { group, preVoteReply: { term: message.term, granted: message.granted } };
    case 'vote': {
      const { term, candidate, log, transfer } = message;
      return { group, vote: { term, candidate, log, transfer } };
    }
    case 'vote-reply':
      return { group, voteReply: { term: message.term, granted: message.granted } };
    case 'reset': {
      const { term, progressId, start, termStart, highWatermark } = message;
      return { group, reset: { term, progressId, start, termStart, highWatermark } };
    }
    case 'snapshot':
      return { group, attachment: message.bytes, snapshot: encodeSnapshot(message) };
    case 'snapshot-reply': {
      const { term, progressId, position } = message;
      return { group, snapshotReply: { term, progressId, position } };
    }
    case 'timeout-now':
      return { group, timeoutNow: { term: message.term } };
  }
}

function encodeAppend(message: Append): flotilla.peer.Append.$Properties {
  return {
    term: message.term,
    progressId: message.progressId,
    prevOffset: message.prevOffset,
    prevTerm: message.prevTerm,
    termStart: message.termStart,
    highWatermark: message.highWatermark,
    logStart: message.logStart,
    round: message.round,
    // The encoder reads the fields that it knows and leaves `control` alone.
    batches: [...message.batches],
  };
}

/** Numbers of the outcomes in the header. */
export const OUTCOME_MATCHED = 1;
export const OUTCOME_DIVERGED = 2;
export const OUTCOME_FENCED = 3;

function encodeAppendReply(message: AppendReply): flotilla.peer.AppendReply.$Properties {
  const { term, progressId, round, logEnd, logStart, outcome } = message;
  switch (outcome.kind) {
    case 'matched':
      return { term, progressId, round, logEnd, logStart, outcome: OUTCOME_MATCHED, verifiedEnd: outcome.verifiedEnd };
    case 'diverged':
      return { term, progressId, round, logEnd, logStart, outcome: OUTCOME_DIVERGED, hint: outcome.hint };
    case 'fenced':
      return { term, progressId, round, logEnd, logStart, outcome: OUTCOME_FENCED };
  }
}

function encodeSnapshot(message: SnapshotChunk): flotilla.peer.Snapshot.$Properties {
  return {
    term: message.term,
    progressId: message.progressId,
    last: message.meta.last,
    voters: [...message.meta.voters],
    snapshotBytes: message.meta.bytes,
    position: message.position,
    bytes: message.bytes,
  };
}
