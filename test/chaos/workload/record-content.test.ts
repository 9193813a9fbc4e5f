/** What a record carries is compared in every part (D6). */
import { describe, expect, it } from 'vitest';
import { checkContent, contentOf, outgoingContent } from '../../../chaos/workload/record-content.ts';
import { History } from '../../../chaos/workload/index.ts';
import { buildBatch, readRecords } from '../../../storage/batch/index.ts';
import type { LogRecord } from '../../../storage/batch/index.ts';
import { decompressStream } from '../../../storage/compression/index.ts';

function historyOf(padding: number): { readonly history: History; readonly read: LogRecord } {
  const history = new History();
  const content = contentOf(7, padding, 1_750_000_000_000);
  const where = { topic: 't', partition: 0, writer: 'w', number: 7, sentAt: 0, kept: true, once: false };
  history.add({ id: 'w-7', ...where, content });
  const batch = buildBatch({ records: [outgoingContent(content, 'w-7')] });
  const result = readRecords(batch, decompressStream, 1 << 20);
  const [read] = result.kind === 'refused' ? [] : result.records;
  if (read === undefined) throw new Error('no record');
  return { history, read };
}

describe('the content of records', () => {
  it('is what was sent, after it was a batch', () => {
    for (const padding of [0, 1, 300]) {
      const { history, read } = historyOf(padding);
      expect(() => checkContent(history, 'reader', read)).not.toThrow();
    }
  });

  it('is found wrong in every part', () => {
    const { history, read } = historyOf(300);
    const header = { key: 'p', value: Buffer.alloc(300, 7) };
    const other = Buffer.alloc(300, 7);
    other.writeUInt8(8, 150);
    const wrong: readonly (readonly [Partial<LogRecord>, string])[] = [
      [{ key: null }, 'another key'],
      [{ timestamp: 5 }, 'another timestamp'],
      [{ headers: [] }, 'another headers'],
      [{ headers: [header, header] }, 'another headers'],
      [{ headers: [{ key: 'p', value: other }] }, 'another bytes of the header'],
    ];
    for (const [part, text] of wrong)
      expect(() => checkContent(history, 'reader', { ...read, ...part })).toThrow(
        `D6: reader read w-7 at 0 with ${text}`,
      );
    expect(() => checkContent(history, 'reader', { ...read, value: Buffer.from('of somebody else') })).not.toThrow();
  });
});
