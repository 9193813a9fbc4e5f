/** What a reader of the committed leaves out of a fetch. */
import { expect, it } from 'vitest';
import { AbortedBatches } from '../../src/client/aborted-batches.ts';
import { buildBatch, buildControlBatch, markerBody, stampBatch } from '../../storage/batch/index.ts';
import { offset, term } from '../../raft/index.ts';

function data(producer: number, base: number, transactional = true): Uint8Array {
  const records = [{ key: null, value: Buffer.from('v'), timestamp: 1 }];
  const bytes = buildBatch({ records, transactional, producer: { id: producer, epoch: 0, baseSequence: 0 } });
  stampBatch(bytes, offset(base), term(1));
  return bytes;
}

function marker(producer: number, base: number, type: 'commit' | 'abort'): Uint8Array {
  const bytes = buildControlBatch({
    type,
    body: markerBody(1),
    timestamp: 1,
    producer: { id: producer, epoch: 0 },
  } as never);
  stampBatch(bytes, offset(base), term(1));
  return bytes;
}

it('leaves out the batches of an aborted transaction up to its marker, of that producer only', () => {
  const aborted = new AbortedBatches([
    { producerId: 7, firstOffset: 20 },
    { producerId: 7, firstOffset: 12 },
  ]);
  const batches = [
    data(7, 10),
    data(7, 12),
    data(9, 14),
    data(7, 15),
    marker(9, 16, 'abort'),
    data(7, 17),
    marker(7, 18, 'abort'),
    data(7, 19),
    data(7, 20),
    marker(7, 21, 'abort'),
    data(7, 22),
  ];
  expect(batches.map((batch) => aborted.leavesOut(batch))).toEqual(
    [0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0].map((one) => one === 1),
  );
});

it('leaves nothing out where nothing was aborted, and nothing that is not transactional', () => {
  expect(new AbortedBatches([]).leavesOut(data(7, 1))).toBe(false);
  expect(new AbortedBatches([{ producerId: 7, firstOffset: 0 }]).leavesOut(data(7, 1, false))).toBe(false);
});
