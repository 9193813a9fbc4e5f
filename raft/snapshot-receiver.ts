/**
 * The follower's side of installing a snapshot (thesis 5).
 *
 *   chunk ─▶ store-snapshot ─▶ driver stores ─▶ snapshot-stored ─▶ snapshot-reply {position}: "from here on, please"
 *
 * Chunks are taken in order, one at a time; any other is answered with the position that is wanted. When the last one is
 * stored the driver has already replaced the state machine and the log: the core's view follows, and all that was
 * pending on the old log is void. While that happens appends find the follower busy (`diverged`, never counted).
 */
import { assert } from './assert.ts';
import { byteCount, type NodeId } from './ids.ts';
import { resetView } from './log-view.ts';
import type { SnapshotChunk, SnapshotMeta } from './message.ts';
import { emit, sendInTerm } from './output.ts';
import type { CoreState, FollowerRole, IncomingSnapshot } from './state.ts';

function reply(state: CoreState, to: NodeId, progressId: number, position: number): void {
  sendInTerm(state, to, { kind: 'snapshot-reply', term: state.term, progressId, position: byteCount(position) });
}

/** A chunk arrived from the leader of the term: have it stored, or say which one is wanted. */
export function onSnapshotChunk(state: CoreState, role: FollowerRole, from: NodeId, chunk: SnapshotChunk): void {
  const { meta, progressId } = chunk;
  if (role.snapshot?.storing === true) return; // the answer to what is being stored tells where to go on
  if (meta.last.end <= state.highWatermark) return reply(state, from, progressId, meta.bytes);
  const known = role.snapshot !== null && role.snapshot.from === from && role.snapshot.progressId === progressId;
  const incoming: IncomingSnapshot =
    known && role.snapshot !== null
      ? role.snapshot
      : { from, progressId, meta, position: 0, storing: false, last: false };
  role.snapshot = incoming;
  if (chunk.position !== incoming.position) return reply(state, from, progressId, incoming.position);
  incoming.storing = true;
  incoming.last = chunk.position + chunk.bytes >= meta.bytes;
  emit(state, { kind: 'store-snapshot', from, progressId, meta, position: chunk.position, bytes: chunk.bytes });
}

function install(state: CoreState, meta: SnapshotMeta): void {
  assert(
    meta.last.end > state.highWatermark,
    () => `snapshot at ${meta.last.end} installed below the high watermark ${state.highWatermark}`,
  );
  resetView(state.log, meta.last, meta.voters);
  state.pending.length = 0;
  state.durableEnd = meta.last.end;
  state.durableStart = meta.last.end;
  state.highWatermark = meta.last.end;
}

/** All below `position` bytes is stored; at `meta.bytes` the driver has replaced state machine and log, durably. */
export function onSnapshotStored(
  state: CoreState,
  from: NodeId,
  progressId: number,
  meta: SnapshotMeta,
  position: number,
): void {
  const { role } = state;
  const following = role.kind === 'follower' || role.kind === 'observer';
  if (position >= meta.bytes && meta.last.end > state.highWatermark) install(state, meta);
  if (!following || role.snapshot === null || role.snapshot.progressId !== progressId || role.snapshot.from !== from)
    return;
  role.snapshot.position = position;
  role.snapshot.storing = false;
  reply(state, from, progressId, position);
  if (position >= meta.bytes) role.snapshot = null;
}
