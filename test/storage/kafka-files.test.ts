/** Segments, indexes and checkpoints that Kafka wrote: read by ours, and written by ours to the same bytes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { offset } from '../../raft/index.ts';
import { scanSegmentBytes } from '../../storage/segment/batch-scan.ts';
import { decodeOffsetIndex } from '../../storage/segment/offset-index.ts';
import { segmentBaseOf, segmentFileName } from '../../storage/segment/segment-name.ts';
import { emptySummary, Segment } from '../../storage/segment/segment.ts';
import { decodeTermCheckpoint, encodeTermCheckpoint } from '../../storage/segment/term-checkpoint.ts';
import { decodeTimeIndex, TimeIndex } from '../../storage/segment/time-index.ts';

const fixtures = join(import.meta.dirname, 'fixtures/kafka');
const segments = [
  { log: 'golden-0', base: 3235, batches: 34 },
  { log: 'golden-append-time-0', base: 0, batches: 2 },
  { log: 'golden-compact-0', base: 0, batches: 66 },
] as const;

function read(log: string, base: number, kind: 'log' | 'index' | 'timeindex'): Buffer {
  return readFileSync(join(fixtures, log, segmentFileName(offset(base), kind)));
}

function indexed(log: string, base: number): Segment {
  const segment = new Segment(log, emptySummary(offset(base)));
  for (const { header } of scanSegmentBytes(read(log, base, 'log')).batches) segment.note(header, 4096);
  return segment;
}

describe.each(segments)('$log from $base', ({ log, base, batches }) => {
  it('is read batch by batch to its last byte, every CRC good', () => {
    const bytes = read(log, base, 'log');
    const scanned = scanSegmentBytes(bytes);
    expect(scanned.stoppedBy).toBe(null);
    expect(scanned.validBytes).toBe(bytes.length);
    expect(scanned.batches.length).toBe(batches);
  });

  it('gets the same offset index from us as from Kafka, byte for byte', () => {
    expect(indexed(log, base).offsets.encode()).toEqual(read(log, base, 'index'));
  });

  it('gets the same time index, with the largest timestamp as its last entry', () => {
    const segment = indexed(log, base);
    const times = new TimeIndex();
    times.join(segment.times);
    if (segment.largest !== null) times.add(segment.largest.timestamp, segment.largest.offset - segment.base);
    expect(times.encode()).toEqual(read(log, base, 'timeindex'));
  });

  it('is found by its index: from the entry on, every offset is met', () => {
    const bytes = read(log, base, 'log');
    const index = decodeOffsetIndex(read(log, base, 'index'), bytes.length);
    const times = decodeTimeIndex(read(log, base, 'timeindex'));
    if (typeof index === 'string' || typeof times === 'string') throw new Error('a fixture does not decode');
    const found = scanSegmentBytes(bytes).batches;
    for (const { header, position } of found) {
      const entry = index.lookup(header.base - base);
      expect(entry?.position ?? 0).toBeLessThanOrEqual(position);
      const young = times.lookup(header.maxTimestamp);
      const before = found.filter((other) => young !== null && other.header.end <= base + young.relative);
      for (const other of before) expect(other.header.maxTimestamp).toBeLessThan(header.maxTimestamp);
    }
  });
});

describe('leader-epoch-checkpoint', () => {
  it.each(['golden-0', 'golden-append-time-0'])('of %s is read and written to the same bytes', (log) => {
    const bytes = readFileSync(join(fixtures, log, 'leader-epoch-checkpoint'));
    const terms = decodeTermCheckpoint(bytes);
    if (typeof terms === 'string') throw new Error(terms);
    expect(encodeTermCheckpoint(terms)).toEqual(bytes);
  });

  it.each(['1\n0\n', '0\n2\n1 0\n', '0\n1\nx 0\n', ''])('is refused when it reads %j', (text) => {
    expect(typeof decodeTermCheckpoint(Buffer.from(text))).toBe('string');
  });
});

describe('index files', () => {
  it('are refused when torn, backward or out of the segment', () => {
    const entry = (first: number, second: number): Buffer => {
      const bytes = Buffer.alloc(8);
      bytes.writeInt32BE(first, 0);
      bytes.writeInt32BE(second, 4);
      return bytes;
    };
    expect(typeof decodeOffsetIndex(Buffer.alloc(7), 100)).toBe('string');
    expect(typeof decodeOffsetIndex(Buffer.concat([entry(5, 10), entry(4, 20)]), 100)).toBe('string');
    expect(typeof decodeOffsetIndex(entry(5, 100), 100)).toBe('string');
    expect(typeof decodeOffsetIndex(Buffer.alloc(16), 100)).toBe('string');
    expect(typeof decodeTimeIndex(Buffer.alloc(13))).toBe('string');
    expect(typeof decodeTimeIndex(Buffer.alloc(24))).toBe('string');
  });

  it('have names with the base offset in twenty digits', () => {
    expect(segmentFileName(offset(1998), 'timeindex')).toBe('00000000000000001998.timeindex');
    expect(segmentBaseOf('00000000000000001998.log')).toBe(1998);
    expect(segmentBaseOf('1998.log')).toBe(null);
  });
});
