/**
 * Record batches, through the gate that a leader has for producers and past it: what is admitted must be a batch for everybody who
 * reads the log later, and whoever looks into bytes that were not admitted must refuse them or read them, nothing else.
 */
import { offset as toOffset, term } from '../raft/index.ts';
import { admitBatch } from '../src/partition/admission.ts';
import type { AdmissionRules } from '../src/partition/admission.ts';
import {
  batchEndOffset,
  BATCH_HEADER_SIZE,
  intactHeader,
  nextBatch,
  readBatchHeader,
  readControlBatch,
  readRecords,
  stampBatch,
  walkRawRecords,
} from '../storage/batch/index.ts';
import { decompressedBytesMax, decompressStream } from '../storage/compression/index.ts';
import { scanSegmentBytes } from '../storage/segment/batch-scan.ts';
import { makeRecords } from './batch-maker.ts';
import { Wrong } from './target.ts';
import type { Case, Target } from './target.ts';

const NOW = 1_750_000_000_500;
const PLAIN: AdmissionRules = {
  batchBytesMax: 1 << 20,
  segmentBytesMax: 1 << 30,
  timestampType: 'create',
  timestampBeforeMax: 9e15,
  timestampAfterMax: 3_600_000,
  keyRequired: false,
};
/** What topics may ask of batches, by name. */
const RULES: Readonly<Record<string, AdmissionRules>> = {
  plain: PLAIN,
  small: { ...PLAIN, batchBytesMax: 100 },
  'append time': { ...PLAIN, timestampType: 'append' },
  compacted: { ...PLAIN, keyRequired: true },
  'to lz4': { ...PLAIN, compression: 'lz4' },
  'to snappy': { ...PLAIN, compression: 'snappy', keyRequired: true },
  'to none': { ...PLAIN, compression: 'none' },
};

/** As a consumer, compaction and recovery look at bytes of a log. */
function readAll(bytes: Buffer): string {
  for (let at = 0; at < bytes.length;) {
    const next = nextBatch(bytes, at);
    if (next.kind !== 'batch') return next.kind;
    const batch = bytes.subarray(at, at + next.size);
    at += next.size;
    const header = intactHeader(batch);
    if (typeof header === 'string') return 'not intact';
    readControlBatch(batch);
    const read = readRecords(batch, decompressStream, decompressedBytesMax(batch.length));
    if (read.kind === 'records' && read.records.length !== header.recordCount)
      throw new Wrong(`${read.records.length} records where the header says ${header.recordCount}`);
    if (header.compression === 'none')
      walkRawRecords(batch.subarray(BATCH_HEADER_SIZE), header.recordCount, () => undefined);
  }
  return 'intact';
}

/** What was admitted is what the log, its readers and other replicas take. */
function expectGood(batch: Buffer, offsets: number, isOpened: boolean): void {
  // As the leader does with every batch that it takes.
  stampBatch(batch, toOffset(1000), term(3));
  const header = intactHeader(batch);
  if (typeof header === 'string') throw new Wrong(`admitted, but not intact: ${header}`);
  if (header.control) throw new Wrong('a control batch was admitted');
  if (batchEndOffset(batch) - header.baseOffset !== offsets)
    throw new Wrong(`${offsets} offsets for a batch of ${header.lastOffsetDelta + 1}`);
  const scan = scanSegmentBytes(batch);
  if (scan.stoppedBy !== null) throw new Wrong(`admitted, but a segment refuses it: ${scan.stoppedBy}`);
  const read = readRecords(batch, decompressStream, decompressedBytesMax(batch.length));
  const isPlain = readBatchHeader(batch).compression === 'none';
  if (read.kind === 'refused' && (isOpened || isPlain))
    throw new Wrong(`admitted, but its records cannot be read: ${read.detail}`);
}

function gateCase(name: string, rules: AdmissionRules, version: number): Case {
  return {
    name: `${name}, Produce ${version}`,
    make: makeRecords,
    run: (bytes) => {
      const outcome = admitBatch(Buffer.from(bytes), rules, { internal: false, version }, NOW);
      if (outcome.kind === 'admitted')
        expectGood(outcome.batch, outcome.offsets, rules.keyRequired || rules.compression !== undefined);
      const read = readAll(bytes);
      return outcome.kind === 'admitted' ? 'admitted' : `refused: ${outcome.kind}, ${read}`;
    },
    // A compressed batch may be opened three times here, each time up to the cap.
    allocationMax: (bytes) => 4 * decompressedBytesMax(bytes.length),
  };
}

export const batches: Target = {
  name: 'batches',
  about: "record batches of every format and compression through the leader's gate and all readers of a log",
  share: 25,
  weight: 1,
  hangSeconds: 20,
  cases: Object.entries(RULES).flatMap(([name, rules]) => [3, 9].map((version) => gateCase(name, rules, version))),
};
