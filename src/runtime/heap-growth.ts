/**
 * How far V8 lets the old generation grow before it collects it again.
 *
 *   live heap + external memory ──▶ limit = live × (1 + percent / 100)      V8 computes it after each full collection
 *
 * Batches are external memory, which counts for that limit, and a node's live heap is so small (10 MB) that V8's own
 * factor leaves room for about 15 MB of them: a stream causes one full collection per 15 MB, and these cost half of the
 * CPU (measured with 320 MB to each of three nodes: 51 to 87 collections a node, 10 to 12 CPU seconds per GB; with
 * {@link ROOM_BYTES} of room 9 collections, 8 seconds). The flags that set the first limit are read when the heap is
 * made, before any script runs; the growing factor is read after every collection, so a node can set it however it was
 * started. It follows the heap: the room stays the same, and a heap that is larger than the room is left to V8.
 */
/** Room above the live heap. */
const ROOM_BYTES = 128 << 20;
const LOOK_MS = 10_000;
/** Under this, a heap is one that has just started. */
const LIVE_BYTES_MIN = 8 << 20;

/** V8's `--heap-growing-percent` for a heap of so many bytes; 0: as V8 thinks best. */
export function heapGrowingPercent(liveBytes: number): number {
  if (liveBytes >= ROOM_BYTES) return 0;
  return Math.round((100 * ROOM_BYTES) / Math.max(liveBytes, LIVE_BYTES_MIN));
}

/** Gives the heap of this process its room, now and as it grows. Keeps no process alive. */
export function keepHeapRoom(): void {
  // Loaded by who needs it: 2 ms of a start.
  const { getHeapStatistics, setFlagsFromString } = process.getBuiltinModule('node:v8');
  let set = -1;
  const look = (): void => {
    const percent = heapGrowingPercent(getHeapStatistics().used_heap_size);
    if (percent === set) return;
    set = percent;
    setFlagsFromString(`--heap-growing-percent=${percent}`);
  };
  look();
  setInterval(look, LOOK_MS).unref();
}
