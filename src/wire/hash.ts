/**
 * The two hashes that clients and brokers must agree on.
 *
 * murmur2 places keyed records on partitions (Java's default partitioner; librdkafka's `murmur2_random`).
 * `String.hashCode` places groups and transactional ids on the partitions of their internal topics.
 */
const SEED = 0x9747_b28c;
const FACTOR = 0x5bd1_e995;
const ROTATION = 24;

/** murmur2 as Kafka seeds it; a signed 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hash = SEED ^ bytes.length;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    const word = Math.imul(view.getInt32(at, true), FACTOR);
    hash = Math.imul(hash, FACTOR) ^ Math.imul(word ^ (word >>> ROTATION), FACTOR);
  }
  const left = bytes.length - at;
  if (left === 3) hash ^= view.getUint8(at + 2) << 16;
  if (left >= 2) hash ^= view.getUint8(at + 1) << 8;
  if (left >= 1) hash = Math.imul(hash ^ view.getUint8(at), FACTOR);
  hash = Math.imul(hash ^ (hash >>> 13), FACTOR);
  return hash ^ (hash >>> 15);
}

/** The partition of a record with this key, 0 to `partitions` - 1. */
export function partitionOfKey(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fff_ffff) % partitions;
}

/** Java's `String.hashCode`, over UTF-16 units; a signed 32-bit number. */
export function javaStringHash(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return hash;
}

/** The partition of `__consumer_offsets` or `__transaction_state` that a group or transactional id belongs to. */
export function coordinatorPartition(id: string, partitions: number): number {
  const hash = javaStringHash(id);
  // Kafka takes 0 for the one number that has no absolute value.
  return (hash === -0x8000_0000 ? 0 : Math.abs(hash)) % partitions;
}
