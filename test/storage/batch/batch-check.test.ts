/** The gate for produce requests gives Kafka's verdicts, and stamps what Kafka stamps. */
import { expect, test } from 'vitest';
import { offset, term } from '../../../raft/index.ts';
import { checkProduce, intactHeader, stampBatch, stampTimestamp } from '../../../storage/batch/index.ts';
import type { AcceptedBatch, ProduceRules, RefusedBatch } from '../../../storage/batch/index.ts';
import { decompressStream } from '../../../storage/compression/index.ts';
import { BATCH_FAULT_ERRORS, errorCode } from '../../../src/wire/index.ts';
import { fixtureLines } from '../../wire/fixture.ts';

const NOW = 1_760_000_000_000;
const RULES: ProduceRules = {
  maxBytes: 1_048_588,
  timestamps: [-Infinity, NOW + 3_600_000],
  timestampType: 'create',
  keyRequired: false,
  decompress: null,
  zstdAllowed: true,
};

function codeOf(check: AcceptedBatch | RefusedBatch): number {
  return check.kind === 'accepted' ? 0 : errorCode(BATCH_FAULT_ERRORS[check.reason]);
}

interface Corrupt {
  readonly name: string;
  readonly about: string;
  readonly hex: string;
  readonly code: number;
  readonly append: { readonly stored?: string };
}
const corrupt = fixtureLines('corrupt').map((line) => JSON.parse(line) as Corrupt);

/** Kafka stumbles over its own reader, the records are good; zlib refuses garbage behind a member that Java ignores. */
const OWN_ANSWER: Readonly<Record<string, number>> = { 'fuzz-byte-fixed-crc-5': 0, 'gzip-second-member-garbage': 87 };

test.each(corrupt.map((line) => [line.name, line] as const))(
  '%s gets the code that Kafka gives',
  (name, { hex, code: kafka }) => {
    const code = OWN_ANSWER[name] ?? kafka;
    const found = codeOf(checkProduce(Buffer.from(hex, 'hex'), { ...RULES, decompress: decompressStream }));
    // Where Kafka stumbles (-1), the answer is 2 or 87.
    if (code === -1) expect([2, 87]).toContain(found);
    else expect(found).toBe(code);
  },
);

test('without decompressing, only streams whose content lies are taken', () => {
  const taken = corrupt.filter(
    ({ hex, code }) => code !== 0 && checkProduce(Buffer.from(hex, 'hex'), RULES).kind === 'accepted',
  );
  expect(taken.map(({ name }) => name)).toMatchInlineSnapshot(`
    [
      "compression-code-2-over-plain",
      "gzip-half",
      "gzip-without-last-byte",
      "gzip-without-last-8",
      "gzip-bit-in-the-middle",
      "gzip-count-19",
      "gzip-count-21",
      "snappy-count-19",
      "snappy-count-21",
      "lz4-bit-in-the-middle",
      "lz4-count-19",
      "lz4-count-21",
      "zstd-count-19",
      "zstd-count-21",
      "lz4-two-frames",
      "gzip-trailer-crc",
      "gzip-trailer-size",
      "fuzz-byte-fixed-crc-3",
      "fuzz-byte-fixed-crc-5",
      "fuzz-byte-fixed-crc-7",
      "fuzz-byte-fixed-crc-9",
      "fuzz-byte-fixed-crc-11",
      "fuzz-byte-fixed-crc-13",
      "fuzz-byte-fixed-crc-17",
      "fuzz-byte-fixed-crc-19",
      "fuzz-byte-fixed-crc-27",
      "fuzz-byte-fixed-crc-29",
      "fuzz-byte-fixed-crc-35",
      "fuzz-byte-fixed-crc-39",
      "fuzz-byte-fixed-crc-51",
    ]
  `);
  for (const { name, hex, code } of corrupt) {
    const found = codeOf(checkProduce(Buffer.from(hex, 'hex'), RULES));
    if (found !== 0) expect(code === -1 ? [2, 87] : [code], name).toContain(found);
  }
});

test('accepted uncompressed batches are stored as Kafka stores them: offset, term and timestamps stamped', () => {
  let compared = 0;
  for (const { name, hex, code, append } of corrupt) {
    const check = checkProduce(Buffer.from(hex, 'hex'), RULES);
    if (check.kind === 'refused' || code !== 0 || append.stored === undefined || check.header.compression !== 'none')
      continue;
    const batch = Buffer.from(check.batch);
    stampBatch(batch, offset(0), term(3));
    stampTimestamp(batch, 'create', check.maxTimestamp);
    expect(batch.toString('hex'), name).toBe(append.stored);
    expect(intactHeader(batch)).toBeTypeOf('object');
    compared += 1;
  }
  expect(compared).toBeGreaterThan(10);
});

interface Step {
  readonly now: number;
  readonly leaderEpoch: number;
  readonly origin: string;
  readonly hex: string;
  readonly result: {
    readonly code?: number;
    readonly firstOffset?: number;
    readonly stored?: string;
    readonly recordErrors?: readonly { readonly batchIndex: number }[];
  };
}
interface Scenario {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

function rulesOf(config: Scenario['config'], now: number): ProduceRules {
  const before = Number(config['message.timestamp.before.max.ms'] ?? Infinity);
  const after = Number(config['message.timestamp.after.max.ms'] ?? 3_600_000);
  return {
    maxBytes: Number(config['max.message.bytes'] ?? RULES.maxBytes),
    timestamps: [now - before, now + after],
    timestampType: config['message.timestamp.type'] === 'LogAppendTime' ? 'append' : 'create',
    keyRequired: config['cleanup.policy'] === 'compact',
    decompress: config['cleanup.policy'] === 'compact' ? decompressStream : null,
    zstdAllowed: true,
  };
}

const STATELESS = [
  'plain',
  'append-time',
  'create-time-from-append-time',
  'timestamps',
  'compact',
  'too-large',
  'several-batches',
];
const scenarios = fixtureLines('appends')
  .map((line) => JSON.parse(line) as Scenario)
  .filter(({ name }) => STATELESS.includes(name));

test.each(scenarios.map((line) => [line.name, line] as const))(
  'appends of the scenario %s are answered and stored as by Kafka',
  (_name, { config, steps }) => {
    for (const { now, leaderEpoch, origin, hex, result } of steps.filter((step) => step.origin === 'CLIENT')) {
      const rules = rulesOf(config, now);
      const check = checkProduce(Buffer.from(hex, 'hex'), rules);
      expect(codeOf(check), origin).toBe(result.code ?? 0);
      if (check.kind === 'refused') {
        if (check.records.length > 0)
          expect(check.records).toEqual(result.recordErrors?.map(({ batchIndex }) => batchIndex));
        continue;
      }
      const batch = Buffer.from(check.batch);
      stampBatch(batch, offset(result.firstOffset ?? 0), term(leaderEpoch));
      stampTimestamp(batch, rules.timestampType, rules.timestampType === 'append' ? now : check.maxTimestamp);
      expect(batch.toString('hex')).toBe(result.stored);
    }
  },
);

test('zstd is refused below Produce 7', () => {
  const zstd = corrupt.find(({ name }) => name === 'zstd-good');
  const check = checkProduce(Buffer.from(zstd?.hex ?? '', 'hex'), { ...RULES, zstdAllowed: false });
  expect(check).toMatchObject({ kind: 'refused', reason: 'unsupported-compression' });
});
