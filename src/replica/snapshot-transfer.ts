/** Reads and stores snapshot chunks for a replica: the metadata log implements it over its snapshot store. */
import type { ByteCount, SnapshotMeta } from '../../raft/index.ts';

export interface SnapshotSender {
  /** A chunk of `meta` (null: of the newest snapshot) from `position`. Null when there is none (any more). */
  read(
    meta: SnapshotMeta | null,
    position: ByteCount,
    bytesMax: ByteCount,
  ): Promise<{ readonly meta: SnapshotMeta; readonly bytes: Uint8Array } | null>;
  /**
   * Stores a received chunk; resolves to the position wanted next. When that is `meta.bytes`, the snapshot is durable and
   * the state machine has been replaced by it.
   */
  receive(meta: SnapshotMeta, position: ByteCount, chunk: Uint8Array): Promise<ByteCount>;
}
