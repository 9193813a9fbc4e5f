/**
 * The leader's side of installing a snapshot: one chunk at a time, each asked for by the answer to the one before.
 *
 *   send-snapshot {position 0, meta null} ─▶ driver chooses the newest, says which (`snapshot-sent`)
 *   snapshot-reply {position p} ─▶ send-snapshot {position p, same meta} … until p = bytes: the follower stands at meta.last.end
 *
 * A connection that breaks takes the progress with it: a fresh one starts again at 0, and the follower says how far it is (thesis 5).
 */
import { assert } from './assert.ts';
import { type ByteCount, byteCount } from './ids.ts';
import type { SnapshotMeta, SnapshotReply } from './message.ts';
import { emit } from './output.ts';
import { becomeReplicate, becomeSnapshot, type Progress } from './progress.ts';
import { type CoreState, nextProgressId } from './state.ts';

/** From now on this follower gets a snapshot instead of appends; nothing is asked for yet. */
export function startSnapshot(state: CoreState, progress: Progress): void {
  becomeSnapshot(progress);
  progress.progressId = nextProgressId(state);
}

/** Asks the driver for the chunk at `position`. */
export function requestChunk(state: CoreState, progress: Progress, position: ByteCount): void {
  const meta = progress.snapshot?.meta ?? null;
  progress.sending = true;
  progress.snapshot = { meta, position, askedAt: state.now };
  emit(state, {
    kind: 'send-snapshot',
    peer: progress.peer,
    progressId: progress.progressId,
    term: state.term,
    meta,
    position,
    bytesMax: state.config.snapshotChunkBytesMax,
  });
}

/** The driver chose `meta` and sent a chunk of it; `meta.last.end` lies within the log. */
export function onSnapshotSent(state: CoreState, progress: Progress, meta: SnapshotMeta): void {
  assert(meta.last.end <= state.log.end, () => `snapshot at ${meta.last.end} beyond the log end ${state.log.end}`);
  if (progress.kind !== 'snapshot' || progress.snapshot === null) return;
  progress.sending = false;
  progress.snapshot = { meta, position: progress.snapshot.position, askedAt: state.now };
}

/**
 * The follower has everything below `reply.position`. True when the snapshot is installed and replication can go on.
 */
export function onSnapshotReply(state: CoreState, progress: Progress, reply: SnapshotReply): boolean {
  const meta = progress.snapshot?.meta ?? null;
  if (progress.kind !== 'snapshot' || meta === null) return false;
  if (reply.position < meta.bytes) {
    if (!progress.sending) requestChunk(state, progress, byteCount(reply.position));
    return false;
  }
  progress.match = meta.last.end;
  progress.verified = true;
  progress.next = meta.last.end;
  progress.snapshot = null;
  progress.sending = false;
  becomeReplicate(progress);
  return true;
}

/**
 * A chunk that stays unanswered for an election timeout is asked for again; the follower ignores one that it is still
 * storing.
 */
export function onSnapshotTick(state: CoreState, progress: Progress): void {
  if (progress.kind !== 'snapshot' || progress.snapshot === null || progress.sending) return;
  if (state.now < progress.snapshot.askedAt + state.config.electionTimeoutMax) return;
  requestChunk(state, progress, progress.snapshot.position);
}
