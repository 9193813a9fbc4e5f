/**
 * Snapshots: Kafka's of the producers of a log, and this product's of the metadata.
 *
 *   <offset>.snapshot        version i16 │ CRC-32C u32 of what follows │ count i32 │ entries of 46 bytes
 *   <end>-<term>.snapshot    state │ footer, a JSON text │ footer bytes u32 │ footer CRC u32 │ magic u32
 */
import { crc32c, isJsonObject, readJson } from '../../storage/index.ts';
import { decodeImage } from '../metadata/index.ts';
import { orNone, toFact } from './fact.ts';
import type { Tell } from './fact.ts';

const PRODUCER_HEADER_BYTES = 10;
const PRODUCER_ENTRY_BYTES = 46;
const TRAILER_BYTES = 12;
const METADATA_MAGIC = 0x464c5353;

export function dumpProducerSnapshot(bytes: Buffer, tell: Tell): void {
  const damage = (position: number, reason: string): void => tell({ kind: 'damage', position, reason });
  if (bytes.length < PRODUCER_HEADER_BYTES) return damage(0, `${bytes.length} bytes are no snapshot of producers`);
  const version = bytes.readInt16BE(0);
  if (version !== 1 && version !== 2) return damage(0, `version ${version}, only 1 and 2 are known`);
  const [stored, computed] = [bytes.readUInt32BE(2), crc32c(bytes.subarray(6))];
  if (stored !== computed) damage(2, `CRC ${stored} in the header, ${computed} of the bytes`);
  const count = bytes.readInt32BE(6);
  // Version 2 is of flexible form, but Kafka has written nothing else than version 1 so far.
  if (version === 2 || bytes.length !== PRODUCER_HEADER_BYTES + count * PRODUCER_ENTRY_BYTES)
    return damage(6, `${bytes.length} bytes do not hold ${count} producers`);
  const int64 = (at: number): number => Number(bytes.readBigInt64BE(at));
  for (let index = 0; index < count; index += 1) {
    const at = PRODUCER_HEADER_BYTES + index * PRODUCER_ENTRY_BYTES;
    tell({
      kind: 'producer',
      producerId: int64(at),
      producerEpoch: bytes.readInt16BE(at + 8),
      lastSequence: orNone(bytes.readInt32BE(at + 10)),
      lastOffset: orNone(int64(at + 14)),
      offsetDelta: bytes.readInt32BE(at + 22),
      lastTimestamp: int64(at + 26),
      coordinatorEpoch: orNone(bytes.readInt32BE(at + 34)),
      currentTransactionFirstOffset: orNone(int64(at + 38)),
    });
  }
}

/** The footer's JSON as it stands there. */
interface Footer {
  readonly version: number;
  readonly end: number;
  readonly term: number;
  readonly bytes: number;
  readonly voters: unknown;
  readonly crc: number;
}

export function dumpMetadataSnapshot(bytes: Buffer, records: boolean, tell: Tell): void {
  const damage = (position: number, reason: string): void => tell({ kind: 'damage', position, reason });
  const trailerAt = bytes.length - TRAILER_BYTES;
  if (trailerAt < 0 || bytes.readUInt32BE(trailerAt + 8) !== METADATA_MAGIC)
    return damage(Math.max(0, trailerAt), 'the snapshot has no end: it was not written whole');
  const footerAt = trailerAt - bytes.readUInt32BE(trailerAt);
  if (footerAt < 0 || crc32c(bytes.subarray(footerAt, trailerAt)) !== bytes.readUInt32BE(trailerAt + 4))
    return damage(Math.max(0, footerAt), 'the CRC of the footer does not match');
  const footer = readJson(bytes.subarray(footerAt, trailerAt)) as Footer | undefined;
  if (!isJsonObject(footer)) return damage(footerAt, 'the footer is no JSON');
  const valid = footer.bytes === footerAt && crc32c(bytes.subarray(0, footerAt)) === footer.crc;
  const { version, end, term, voters } = footer;
  const image = records && valid ? decodeImage(bytes.subarray(0, footerAt)) : null;
  const state = image?.kind === 'image' ? { image: toFact(plain(image.image)) } : {};
  tell({
    kind: 'snapshot',
    version,
    end,
    term,
    size: footerAt,
    voters: toFact(voters),
    crc: footer.crc,
    valid,
    ...state,
  });
  if (!valid) damage(0, 'the CRC of the snapshot does not match');
  if (image?.kind === 'invalid') damage(0, image.reason);
}

/** Maps as objects, at every depth. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [String(key), plain(inner)]));
  if (value instanceof Set) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
