/**
 * Spoils a sketch: lengths and counts that lie, varints that do not end, tagged fields that nobody knows, texts that are none, bits
 * that flip, ends that are missing.
 *
 * A mutation takes the marks of the sketch from the last to the first, so that those before stay where they are.
 */
import type { Random } from '../raft/index.ts';
import { noise, once, pick, signed } from './dice.ts';
import { uvarint } from './sketch.ts';
import type { Mark, Sketch } from './sketch.ts';

const LENGTHS_16 = [-1, -2, 0, 1, 0x7fff, -0x8000, 0x100, 0x2fff] as const;
const LENGTHS_32 = [-1, -2, 0, 1, 0x7fff_ffff, -0x8000_0000, 0x7fff_fff0, 0x100_0000, 0x1_0000, 0x4000_0000] as const;
const VARINTS = [0, 1, 2, 0x7f, 0x80, 0x3fff, 0xffff, 0x1000_0000, 0x7fff_ffff, 0xffff_ffff, 0xffff_fffe] as const;
/** Six bytes that go on, and one of five whose last has bits beyond the 32nd. */
const ENDLESS = [
  Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x80]),
  Buffer.from([0xff, 0xff, 0xff, 0xff, 0x7f]),
] as const;
const HUGE = 40_000;

/** The bytes of `sketch`, `times` mutations worse; a fresh buffer. */
export function mutate(random: Random, sketch: Sketch, times: number): Buffer {
  let bytes: Buffer = Buffer.from(sketch.view());
  const { marks } = sketch;
  const chosen = new Set<number>();
  for (let each = 0; each < times && marks.length > 0; each += 1) chosen.add(random.below(marks.length));
  for (const index of [...chosen].toSorted((one, other) => other - one)) {
    const mark = marks[index];
    if (mark !== undefined) bytes = spoil(random, bytes, mark);
  }
  return once(random, 3) ? spoilAnywhere(random, bytes) : bytes;
}

function replace(bytes: Buffer, { at, size }: Mark, by: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + size)]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function spoil(random: Random, bytes: Buffer, mark: Mark): Buffer {
  switch (mark.kind) {
    case 'length16': {
      const was = bytes.readInt16BE(mark.at);
      if (once(random, 20)) return replace(bytes, mark, Buffer.concat([int16(0x7fff), Buffer.alloc(0x7fff, 0x61)]));
      return replace(
        bytes,
        mark,
        int16(pick(random, [...LENGTHS_16, Math.min(was + 1, 0x7fff), Math.max(was - 1, -2)])),
      );
    }
    case 'length32': {
      const was = bytes.readInt32BE(mark.at);
      return replace(bytes, mark, int32(pick(random, [...LENGTHS_32, (was + 1) | 0, (was - 1) | 0])));
    }
    case 'compact':
      if (once(random, 20)) return replace(bytes, mark, Buffer.concat([uvarint(HUGE + 1), Buffer.alloc(HUGE, 0x62)]));
      return replace(bytes, mark, anyVarint(random));
    case 'varint':
      return replace(bytes, mark, anyVarint(random));
    case 'tags':
      return once(random, 2) ? replace(bytes, mark, anyVarint(random)) : foreignTags(random, bytes, mark);
    case 'number':
      return replace(bytes, mark, mark.size === 4 ? int32(signed(random, 32)) : noise(random, mark.size));
    case 'text':
    case 'bytes':
      return spoilContent(random, bytes, mark);
  }
}

function anyVarint(random: Random): Buffer {
  return once(random, 6) ? pick(random, ENDLESS) : uvarint(pick(random, VARINTS));
}

/** More tagged fields, with sizes that fit: of tags that are known, that other versions have, or that nobody has. */
function foreignTags(random: Random, bytes: Buffer, mark: Mark): Buffer {
  const count = 1 + random.below(3);
  const parts: Buffer[] = [uvarint(Math.min(0xffff_ffff, (bytes[mark.at] ?? 0) + count))];
  for (let each = 0; each < count; each += 1) {
    const data = noise(random, random.below(12));
    parts.push(uvarint(once(random, 4) ? 0xffff_ffff : random.below(12)), uvarint(data.length), data);
  }
  return replace(bytes, mark, Buffer.concat(parts));
}

function spoilContent(random: Random, bytes: Buffer, mark: Mark): Buffer {
  const { at, size } = mark;
  switch (random.below(4)) {
    case 0: {
      // No UTF-8: a byte that only continues, a surrogate, one that is never used.
      const changed = Buffer.from(bytes);
      changed[at + random.below(size)] = pick(random, [0x80, 0xc0, 0xed, 0xff, 0x00]);
      return changed;
    }
    case 1:
      return replace(bytes, mark, noise(random, size));
    case 2:
      return replace(bytes, mark, bytes.subarray(at, at + random.below(size + 1)));
    default:
      return replace(bytes, mark, Buffer.concat([bytes.subarray(at, at + size), bytes.subarray(at, at + size)]));
  }
}

/** Without regard to structure. */
export function spoilAnywhere(random: Random, bytes: Buffer): Buffer {
  if (bytes.length === 0) return noise(random, random.below(20));
  const at = random.below(bytes.length);
  switch (random.below(6)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes, noise(random, 1 + random.below(30))]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random.below(16)))]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), noise(random, 1 + random.below(8)), bytes.subarray(at)]);
    default: {
      const changed = Buffer.from(bytes);
      for (let flips = 1 + random.below(4); flips > 0; flips -= 1) {
        const place = random.below(changed.length);
        changed[place] = (changed[place] ?? 0) ^ (1 << random.below(8));
      }
      return changed;
    }
  }
}
