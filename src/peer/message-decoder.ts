/**
 * Group messages, from the frame's header to what the core understands: the gate. Whatever passes has whole numbers
 * in range, names that are not empty, batches that rise without overlap, and exactly the attachment bytes that it speaks of.
 *
 * `control` of every batch is null here: it is in the batch's bytes, and the driver reads it from there.
 */
import { byteCount, directoryId, nodeId, offset, term } from '../../raft/index.ts';
import type {
  Append,
  AppendOutcome,
  AppendReply,
  BatchPosition,
  LogPosition,
  Message,
  SnapshotChunk,
  Vote,
  Voter,
} from '../../raft/index.ts';
import { FrameError, given, named, whole } from './frame-error.ts';
import type { flotilla } from './generated/peer.js';
import { attachmentBytes, OUTCOME_DIVERGED, OUTCOME_FENCED, OUTCOME_MATCHED } from './message-encoder.ts';
import type { WireItem } from './message-encoder.ts';

/** The message in `item`, or null when it holds none. Throws {@link FrameError}. */
export function decodeMessage(item: WireItem): Message | null {
  const message = messageOf(item);
  if (message === null) return null;
  const expected = attachmentBytes(message);
  const found = whole(item.attachment, 'attachment');
  if (expected !== found)
    throw new FrameError(`${message.kind} speaks of ${expected} attached bytes and brings ${found}`);
  return message;
}

function messageOf(item: WireItem): Message | null {
  if (item.append) return decodeAppend(item.append);
  if (item.appendReply) return decodeAppendReply(item.appendReply);
  if (item.preVote) {
    const { term: asked, candidate, log } = decodeVote(item.preVote);
    return { kind: 'pre-vote', term: asked, candidate, log };
  }
  if (item.preVoteReply) return { kind: 'pre-vote-reply', ...decodeVoteReply(item.preVoteReply) };
  if (item.vote) return decodeVote(item.vote);
  if (item.voteReply) return { kind: 'vote-reply', ...decodeVoteReply(item.voteReply) };
  if (item.reset) return decodeReset(item.reset);
  if (item.snapshot) return decodeSnapshot(item.snapshot);
  if (item.snapshotReply) return decodeSnapshotReply(item.snapshotReply);
  if (item.timeoutNow) return { kind: 'timeout-now', term: term(whole(item.timeoutNow.term, 'term')) };
  return null;
}

function decodeAppend(wire: flotilla.peer.Append.$Properties): Append {
  const prevOffset = offset(whole(wire.prevOffset, 'prevOffset'));
  const logStart = offset(whole(wire.logStart, 'logStart'));
  return {
    kind: 'append',
    term: term(whole(wire.term, 'term')),
    progressId: whole(wire.progressId, 'progressId'),
    prevOffset,
    prevTerm: term(whole(wire.prevTerm, 'prevTerm')),
    termStart: offset(whole(wire.termStart, 'termStart')),
    highWatermark: offset(whole(wire.highWatermark, 'highWatermark')),
    logStart,
    round: whole(wire.round, 'round'),
    batches: decodeBatches(prevOffset, prevOffset === logStart, wire.batches ?? []),
  };
}

/** `isStart`: what comes before is no batch, but where the log begins, and that may lie inside the first one (DeleteRecords). */
function decodeBatches(
  prevOffset: number,
  isStart: boolean,
  wire: readonly flotilla.peer.Batch.$Properties[],
): readonly BatchPosition[] {
  const batches: BatchPosition[] = [];
  let previousEnd = prevOffset;
  for (const each of wire) {
    const base = whole(each.base, 'base');
    const end = whole(each.end, 'end');
    const bytes = whole(each.bytes, 'bytes');
    const isAround = isStart && batches.length === 0 && end > prevOffset;
    if (base < previousEnd && !isAround) throw new FrameError(`a batch begins at ${base}, below ${previousEnd}`);
    if (end <= base) throw new FrameError(`a batch ends at ${end}, not above its base ${base}`);
    if (bytes === 0) throw new FrameError(`the batch at ${base} has no bytes`);
    batches.push({
      base: offset(base),
      end: offset(end),
      term: term(whole(each.term, 'term')),
      bytes: byteCount(bytes),
      control: null,
    });
    previousEnd = end;
  }
  return batches;
}

function decodeAppendReply(wire: flotilla.peer.AppendReply.$Properties): AppendReply {
  return {
    kind: 'append-reply',
    term: term(whole(wire.term, 'term')),
    progressId: whole(wire.progressId, 'progressId'),
    round: whole(wire.round, 'round'),
    outcome: decodeOutcome(wire),
    logEnd: offset(whole(wire.logEnd, 'logEnd')),
    logStart: offset(whole(wire.logStart, 'logStart')),
  };
}

function decodeOutcome(wire: flotilla.peer.AppendReply.$Properties): AppendOutcome {
  if (wire.outcome === OUTCOME_MATCHED) {
    return { kind: 'matched', verifiedEnd: offset(whole(wire.verifiedEnd, 'verifiedEnd')) };
  }
  if (wire.outcome === OUTCOME_DIVERGED) return { kind: 'diverged', hint: decodePosition(wire.hint, 'hint') };
  if (wire.outcome === OUTCOME_FENCED) return { kind: 'fenced' };
  throw new FrameError(`unknown outcome ${wire.outcome ?? 0}`);
}

function decodeVote(wire: flotilla.peer.Vote.$Properties): Vote {
  return {
    kind: 'vote',
    term: term(whole(wire.term, 'term')),
    candidate: decodeVoter(given(wire.candidate, 'candidate')),
    log: decodePosition(wire.log, 'log'),
    transfer: wire.transfer === true,
  };
}

function decodeVoteReply(
  wire: flotilla.peer.VoteReply.$Properties,
): Pick<Vote, 'term'> & { readonly granted: boolean } {
  return { term: term(whole(wire.term, 'term')), granted: wire.granted === true };
}

function decodeReset(wire: flotilla.peer.Reset.$Properties): Message {
  return {
    kind: 'reset',
    term: term(whole(wire.term, 'term')),
    progressId: whole(wire.progressId, 'progressId'),
    start: decodePosition(wire.start, 'start'),
    termStart: offset(whole(wire.termStart, 'termStart')),
    highWatermark: offset(whole(wire.highWatermark, 'highWatermark')),
  };
}

function decodeSnapshot(wire: flotilla.peer.Snapshot.$Properties): SnapshotChunk {
  const total = byteCount(whole(wire.snapshotBytes, 'snapshotBytes'));
  const position = byteCount(whole(wire.position, 'position'));
  const bytes = byteCount(whole(wire.bytes, 'bytes'));
  if (position + bytes > total)
    throw new FrameError(`a chunk of ${bytes} bytes at ${position} leaves a snapshot of ${total}`);
  return {
    kind: 'snapshot',
    term: term(whole(wire.term, 'term')),
    progressId: whole(wire.progressId, 'progressId'),
    meta: { last: decodePosition(wire.last, 'last'), voters: (wire.voters ?? []).map(decodeVoter), bytes: total },
    position,
    bytes,
  };
}

function decodeSnapshotReply(wire: flotilla.peer.SnapshotReply.$Properties): Message {
  return {
    kind: 'snapshot-reply',
    term: term(whole(wire.term, 'term')),
    progressId: whole(wire.progressId, 'progressId'),
    position: byteCount(whole(wire.position, 'position')),
  };
}

function decodeVoter(wire: flotilla.peer.Voter.$Properties): Voter {
  return { node: nodeId(whole(wire.node, 'node')), directory: directoryId(named(wire.directory, 'directory')) };
}

function decodePosition(wire: flotilla.peer.LogPosition.$Properties | null | undefined, what: string): LogPosition {
  const position = given(wire, what);
  return { end: offset(whole(position.end, `${what}.end`)), term: term(whole(position.term, `${what}.term`)) };
}
