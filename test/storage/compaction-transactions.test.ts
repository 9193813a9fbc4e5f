/**
 * Compaction of logs with transactions: aborted records go and never outdate others, a marker outlives its data, and what readers of
 * committed records find for each key stays what it was.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteCount, offset, term } from '../../raft/index.ts';
import { producerEntryOf } from '../../src/partition/producer-entry.ts';
import { ProducerState } from '../../src/partition/producer-state.ts';
import {
  buildBatch,
  buildControlBatch,
  markerBody,
  readBatchHeader,
  readRecords,
  refuseCompressed,
} from '../../storage/batch/index.ts';
import type { AbortedRange, ReplicaLog, Store, StoredBatch } from '../../storage/index.ts';
import { StoreRig } from './store-rig.ts';

const RETENTION = 1000;
const SETTINGS = { compact: true, deleteRetentionMs: RETENTION, segmentBytesMax: 300 } as const;

/** `7:a=1` a record of producer 7's transaction, `a=1` one of nobody's, `7:commit`, `7:abort`. */
type Step = string;

function stored(step: Step, base: number): StoredBatch {
  const [text = '', id = ''] = step.split(':').toReversed();
  const [key = '', value = ''] = text.split('=');
  const producerId = Number(id);
  const timestamp = 1000 + base;
  let bytes: Uint8Array;
  if (text === 'commit' || text === 'abort') {
    const producer = { id: producerId, epoch: 0 };
    bytes = buildControlBatch({ type: text, body: markerBody(1), timestamp, producer });
    new DataView(bytes.buffer, bytes.byteOffset).setBigInt64(0, BigInt(base));
    new DataView(bytes.buffer, bytes.byteOffset).setInt32(12, 1);
  } else {
    const records = [{ key: Buffer.from(key), value: value === '' ? null : Buffer.from(value), timestamp }];
    const transaction = { transactional: true, producer: { id: producerId, epoch: 0, baseSequence: base } };
    bytes = buildBatch({ records, baseOffset: base, term: 1, ...(id === '' ? {} : transaction) });
  }
  const position = {
    base: offset(base),
    end: offset(base + 1),
    term: term(1),
    bytes: byteCount(bytes.length),
    control: null,
  };
  return { position, bytes };
}

/** Filling for as many segments as it takes that what lies before is in closed ones. */
const TAIL = Array.from({ length: 12 }, (_, index) => `tail${index}=1`);

interface Opened {
  readonly rig: StoreRig;
  readonly store: Store;
  readonly log: ReplicaLog;
}

async function written(seed: string, steps: readonly Step[]): Promise<Opened> {
  const rig = new StoreRig(seed);
  const store = await rig.open({ tailBytesPerLogMax: 0 });
  const log = await rig.openLog(store, SETTINGS);
  for (const [base, step] of [...steps, ...TAIL].entries()) await rig.persist(log, { append: [stored(step, base)] });
  await rig.run(store.checkpoint());
  return { rig, store, log };
}

interface Seen {
  /** Newest committed value of each key; null: deleted. */
  readonly values: ReadonlyMap<string, string | null>;
  readonly aborted: readonly AbortedRange[];
  /** `base` of data, `base!` of markers, `(base)` of what was emptied. */
  readonly batches: readonly string[];
  readonly stableEnd: number;
}

/** A reader from the first offset, with isolation read_committed: all is found out by replaying what is there. */
async function seen({ rig, log }: Opened): Promise<Seen> {
  const state = new ProducerState();
  const all = await rig.readAll(log);
  for (const { bytes } of all) {
    const entry = producerEntryOf(bytes);
    if (entry !== null) state.apply(entry, 0);
  }
  const aborted = state.aborted.entries;
  const values = new Map<string, string | null>();
  const batches: string[] = [];
  for (const { bytes } of all) {
    const { baseOffset, producerId, transactional, control, recordCount } = readBatchHeader(bytes);
    batches.push(recordCount === 0 ? `(${baseOffset})` : `${baseOffset}${control ? '!' : ''}`);
    const isAborted = aborted.some(
      (range) => range.producerId === producerId && range.firstOffset <= baseOffset && baseOffset < range.markerOffset,
    );
    if (control || (transactional && isAborted)) continue;
    const read = readRecords(bytes, refuseCompressed, 1e6);
    if (read.kind === 'refused') throw new Error(read.detail);
    for (const { key, value } of read.records)
      values.set(String(key), value === null ? null : Buffer.from(value).toString());
  }
  return { values, aborted, batches, stableEnd: state.transactions.oldestOpen ?? log.logEnd };
}

/** One pass over what is decided, as a partition does it; what it left is recorded. */
async function compact(opened: Opened, wallNow: number, { aborted, stableEnd }: Seen): Promise<Seen> {
  const { rig, store, log } = opened;
  await rig.run(log.compact(wallNow, offset(stableEnd), aborted));
  await rig.run(store.checkpoint());
  return seen(opened);
}

const below = (batches: readonly string[], end: number): readonly string[] =>
  batches.filter((each) => Number(each.replaceAll(/\D/g, '')) < end);

describe('compaction of transactions', () => {
  it('drops aborted records, which outdate nobody, and keeps the marker until its data is gone and its horizon has passed', async () => {
    const opened = await written('aborted', ['a=1', '7:a=2', '7:b=2', '7:abort', '8:c=1', '8:commit', 'd=1', 'd=2']);
    const before = await seen(opened);
    expect(before.aborted).toMatchObject([{ producerId: 7, firstOffset: 1, markerOffset: 3 }]);
    // 2 has the producer's last sequence: it stays, empty, and with it its marker.
    const first = await compact(opened, 10_000, before);
    expect(below(first.batches, 8)).toEqual(['0', '(2)', '3!', '4', '5!', '7']);
    expect([...first.values]).toEqual([...before.values].filter(([key]) => key !== 'b'));
    const second = await compact(opened, 10_000, first);
    expect(below(second.batches, 8)).toEqual(['0', '(2)', '3!', '4', '5!', '7']);
    expect(second.stableEnd).toBe(opened.log.logEnd);
  });

  it('lets a marker go when the producer has written elsewhere since', async () => {
    const steps = ['7:a=1', '7:abort', '7:a=2', '7:commit', 'x=1', 'x=2', 'x=3', '7:z=1', '7:commit', 'y=1'];
    const opened = await written('marker goes', steps);
    let now = await compact(opened, 10_000, await seen(opened));
    expect(below(now.batches, 4)).toEqual(['1!', '2', '3!']);
    // Nothing of the first transaction is met: its marker gets a horizon.
    now = await compact(opened, 10_000, now);
    expect(below(now.batches, 4)).toEqual(['1!', '2', '3!']);
    now = await compact(opened, 10_000 + RETENTION, now);
    expect(below(now.batches, 4)).toEqual(['1!', '2', '3!']);
    now = await compact(opened, 10_001 + RETENTION, now);
    expect(below(now.batches, 4)).toEqual(['2', '3!']);
  });

  it('touches nothing from the first open transaction on', async () => {
    const opened = await written('open', [
      'a=1',
      'a=2',
      'b=1',
      'b=2',
      'c=1',
      '7:q=1',
      'a=3',
      'a=4',
      '8:a=5',
      '8:abort',
    ]);
    const before = await seen(opened);
    expect(before.stableEnd).toBe(5);
    const after = await compact(opened, 10_000, before);
    expect(after.batches.filter((each) => !below(after.batches, 5).includes(each))).toEqual(
      before.batches.filter((each) => !below(before.batches, 5).includes(each)),
    );
    expect(after.values).toEqual(before.values);
  });

  it('readers of committed records find the same newest value of each key, after any number of passes, whatever was aborted', async () => {
    const producer = fc.constantFrom('6:', '7:', '8:');
    const step = fc.oneof(
      {
        weight: 3,
        arbitrary: fc
          .tuple(producer, fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(9))
          .map(([p, k, v]) => `${p}${k}=${v}`),
      },
      { weight: 1, arbitrary: fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(9)).map(([k, v]) => `${k}=${v}`) },
      { weight: 2, arbitrary: fc.tuple(producer, fc.constantFrom('commit', 'abort')).map(([p, end]) => `${p}${end}`) },
    );
    const endings = fc.subarray(['6:commit', '7:abort', '8:abort']);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), endings, fc.nat(1000), async (steps, ends, seed) => {
        const opened = await written(`random ${seed}`, [...steps, ...ends]);
        const before = await seen(opened);
        let now = before;
        for (let pass = 0; pass < 4; pass += 1) {
          now = await compact(opened, 10_000 + pass * (RETENTION + 1), now);
          expect(now.values).toEqual(before.values);
          expect(now.stableEnd).toBe(before.stableEnd);
        }
      }),
      { numRuns: 40, seed: 17 },
    );
  });
});
