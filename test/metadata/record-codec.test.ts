/** Records and their bytes: everything comes back, newer fields are skipped, newer kinds and junk are refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecord, encodeRecord } from '../../src/metadata/index.ts';
import { EVERY_RECORD, UNDOING_RECORDS } from './records.ts';

const ALL = [...EVERY_RECORD, ...UNDOING_RECORDS];

describe('metadata records', () => {
  it.each(ALL.map((record, index) => ({ name: `${record.kind} (${index})`, record })))(
    'come back from their bytes: $name',
    ({ record }) => {
      expect(decodeRecord(encodeRecord(record))).toEqual({ kind: 'record', record });
    },
  );

  it('skip fields that a newer version added', () => {
    // Field 50 inside cluster_created (field 1), and field 60 beside it.
    const inner = [0x0a, 1, 0x63, 0x92, 0x03, 2, 7, 7];
    const bytes = Uint8Array.from([0x0a, inner.length, ...inner, 0xe2, 0x03, 1, 9]);
    expect(decodeRecord(bytes)).toEqual({ kind: 'record', record: { kind: 'cluster-created', clusterId: 'c' } });
  });

  it('of an unknown kind are refused, for skipping them would give another image', () => {
    const bytes = Uint8Array.from([0xe2, 0x03, 1, 9]);
    expect(decodeRecord(bytes)).toEqual({ kind: 'invalid', reason: expect.stringContaining('unknown kind') });
    expect(decodeRecord(new Uint8Array())).toMatchObject({ kind: 'invalid' });
  });

  it('never throw on junk, whole or cut or with a flipped byte', () => {
    const sound = fc.constantFrom(...ALL).map((record) => encodeRecord(record));
    const damaged = fc.tuple(sound, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([bytes, at, mask]) => {
      const copy = Uint8Array.from(bytes);
      const place = at % copy.length;
      copy[place] = (copy[place] ?? 0) ^ mask;
      return at % 2 === 0 ? copy : copy.subarray(0, place);
    });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 60 })), (bytes) => {
        expect(['record', 'invalid']).toContain(decodeRecord(bytes).kind);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
