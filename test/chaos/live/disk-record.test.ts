/** What a node did to its disk, as records: whole ones come back, a torn last one does not. */
import { describe, expect, it } from 'vitest';
import { decodeRecords, encodeRecord } from '../../../chaos/live/disk-record.ts';
import type { DiskRecord } from '../../../chaos/live/disk-record.ts';

const records: readonly DiskRecord[] = [
  { kind: 'make-directory', number: 0, path: '/logs' },
  { kind: 'open', number: 1, file: 0, path: '/logs/a' },
  { kind: 'done', number: 1, ok: true },
  { kind: 'write', number: 2, file: 0, position: 4096 },
];

function encoded(): Buffer {
  return Buffer.concat(
    records.flatMap((record) => [
      ...encodeRecord(record, record.kind === 'write' ? [Buffer.from('some '), Buffer.from('bytes')] : []),
    ]),
  );
}

describe('disk records', () => {
  it('come back as they were written, with the data of writes', () => {
    const { acts, length } = decodeRecords(encoded());
    expect(acts.map(({ record }) => record)).toEqual(records);
    expect(Buffer.from(acts.at(-1)?.data ?? []).toString()).toBe('some bytes');
    expect(length).toBe(encoded().length);
  });

  it('of which the last is torn at any byte end before it', () => {
    const whole = encoded();
    const last = decodeRecords(whole.subarray(0, whole.length - 1)).length;
    for (let cut = last; cut < whole.length; cut += 1) {
      const { acts, length } = decodeRecords(whole.subarray(0, cut));
      expect(acts).toHaveLength(records.length - 1);
      expect(length).toBe(last);
    }
  });
});
