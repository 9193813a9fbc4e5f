/**
 * Where to damage a journal so that its node can know: in a record of which a later one says that it was synced. What is wrong
 * with the last records of all looks like a write that a dying process did not finish.
 */
import type { Random } from '../../raft/index.ts';

const MAGIC = 'FLJR';
const HEADER_BYTES = 60;

interface Found {
  readonly at: number;
  readonly length: number;
  readonly generation: string;
  readonly sequence: bigint;
  readonly synced: bigint;
}

/** A record that was synced for certain, of the file's newest generation; null when there is none. */
export function damagingRecord(
  bytes: Uint8Array,
  random: Random,
): { readonly at: number; readonly length: number } | null {
  const records = recordsOf(bytes);
  const synced = mostSynced(records);
  const certain = records.filter(({ sequence }) => sequence <= synced);
  return certain[random.below(Math.max(1, certain.length))] ?? null;
}

/** A bit of such a record; null when there is none. */
export function damagingBit(bytes: Uint8Array, random: Random): number | null {
  const record = damagingRecord(bytes, random);
  return record === null ? null : record.at * 8 + random.below(record.length * 8);
}

/** Whether the file may vanish or end early: another file says that all its records were synced. */
export function isKnownElsewhere(bytes: Uint8Array, others: readonly Uint8Array[]): boolean {
  const records = recordsOf(bytes);
  const last = records.at(-1);
  if (last === undefined) return false;
  const ofLife = others.flatMap(recordsOf).filter(({ generation }) => lifeOf(generation) === lifeOf(last.generation));
  return mostSynced(ofLife) >= last.sequence;
}

function lifeOf(generation: string): string {
  return generation.slice(0, 8);
}

function mostSynced(records: readonly Found[]): bigint {
  return records.reduce((most, record) => (record.synced > most ? record.synced : most), 0n);
}

function recordsOf(bytes: Uint8Array): readonly Found[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: Found[] = [];
  for (let at = file.indexOf(MAGIC); at >= 0 && at + HEADER_BYTES <= file.length;) {
    if (file.toString('latin1', at, at + 4) !== MAGIC) break;
    const length = HEADER_BYTES + file.readUInt8(at + 33) + file.readUInt32BE(at + 56);
    const generation = file.toString('hex', at + 8, at + 16);
    if (records[0] !== undefined && records[0].generation !== generation) break;
    records.push({
      at,
      length,
      generation,
      sequence: file.readBigInt64BE(at + 16),
      synced: file.readBigInt64BE(at + 24),
    });
    at += length;
  }
  return records;
}
