/**
 * A partition answers and stores what Kafka's log did: rows of appends, and 272 batches that are broken, lie, or are
 * merely odd. Kafka's leader epochs begin at 0 and our terms at 1, so terms are one higher and compared so.
 */
import { describe, expect, it } from 'vitest';
import { term } from '../../raft/index.ts';
import { refusalCode, refusedRecords } from '../../src/handlers/refusal-code.ts';
import type { PartitionSettings, ProduceOutcome, TransactionMarker } from '../../src/partition/index.ts';
import { markerCoordinatorEpoch, readBatchHeader, readControlBatch } from '../../storage/batch/index.ts';
import { fixtureLines } from '../wire/fixture.ts';
import { PartitionRig, SETTINGS } from './partition-rig.ts';

interface Result {
  readonly firstOffset?: number;
  readonly lastOffset?: number;
  readonly logAppendTime?: number;
  readonly logStartOffset?: number;
  readonly stored?: string;
  readonly code?: number;
  readonly recordErrors?: readonly { readonly batchIndex: number }[];
}
interface Step {
  readonly about?: string;
  readonly now: number;
  readonly leaderEpoch: number;
  readonly origin: string;
  readonly hex: string;
  readonly result: Result;
  readonly logEndOffset: number;
  readonly lastStableOffset: number;
  readonly transactionVersion?: number;
}
interface Scenario {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
  readonly listOffsets?: readonly {
    readonly timestamp: number;
    readonly offset: number | null;
    readonly foundTimestamp?: number;
    readonly leaderEpoch?: number;
  }[];
  readonly state: {
    readonly producers: readonly {
      readonly producerId: number;
      readonly producerEpoch: number;
      readonly lastSequence: number;
      readonly lastTimestamp?: number;
      readonly coordinatorEpoch?: number;
      readonly currentTxnStartOffset?: number;
    }[];
    readonly abortedTransactions?: readonly {
      readonly producerId: number;
      readonly firstOffset: number;
      readonly lastOffset: number;
      readonly lastStableOffset: number;
    }[];
  };
}

const scenarios = fixtureLines('appends').map((line) => JSON.parse(line) as Scenario);
/** Features of later issues: batches that the broker recompresses. */
const LATER = /^compression-/;

function settingsOf(config: Scenario['config']): PartitionSettings {
  const number = (key: string, fallback: number): number =>
    config[key] === undefined ? fallback : Number(config[key]);
  const { admission } = SETTINGS;
  return {
    ...SETTINGS,
    admission: {
      ...admission,
      batchBytesMax: number('max.message.bytes', admission.batchBytesMax),
      timestampType: config['message.timestamp.type'] === 'LogAppendTime' ? 'append' : 'create',
      timestampBeforeMax: number('message.timestamp.before.max.ms', admission.timestampBeforeMax),
      timestampAfterMax: number('message.timestamp.after.max.ms', admission.timestampAfterMax),
      keyRequired: config['cleanup.policy'] === 'compact',
    },
  };
}

function resultOf(outcome: ProduceOutcome | Result | null): Result {
  if (outcome === null) throw new Error('no answer');
  if (!('kind' in outcome)) return outcome;
  if (outcome.kind !== 'acknowledged') return { code: refusalCode(outcome) };
  const { base, end, logAppendTime, logStart } = outcome;
  return { firstOffset: base, lastOffset: end - 1, logAppendTime: logAppendTime ?? -1, logStartOffset: logStart };
}

/** What a coordinator asks for that has this control batch written. */
function markerOf(bytes: Buffer, transactionVersion: 1 | 2): TransactionMarker {
  const { producerId, producerEpoch } = readBatchHeader(bytes);
  const control = readControlBatch(bytes)?.[0];
  if (control === undefined) throw new Error('no marker');
  const coordinatorTerm = markerCoordinatorEpoch(control.body) ?? -1;
  return { producerId, producerEpoch, committed: control.type === 'commit', coordinatorTerm, transactionVersion };
}

/** Writes a marker; answered like a produce. */
function mark(rig: PartitionRig, marker: TransactionMarker): { outcome: Result | null } {
  const answer: { outcome: Result | null } = { outcome: null };
  rig.partition().writeMarker(marker, (outcome) => {
    if (outcome.kind === 'coordinator-fenced') answer.outcome = { code: 52 };
    else if (outcome.kind !== 'written') answer.outcome = { code: refusalCode(outcome) };
    else answer.outcome = { firstOffset: outcome.end - 1, lastOffset: outcome.end - 1 };
  });
  return answer;
}

/** The bytes with our term in the place of Kafka's. */
function withTerm(hex: string, leaderTerm: number): string {
  const bytes = Buffer.from(hex, 'hex');
  bytes.writeInt32BE(leaderTerm, 12);
  return bytes.toString('hex');
}

describe('rows of appends', () => {
  const rows = scenarios.filter(({ name }) => !LATER.test(name)).map((scenario) => [scenario.name, scenario] as const);

  it.each(rows)('%s: the answers, offsets and stored bytes are Kafka’s', async (_, scenario) => {
    let now = 0;
    const rig = new PartitionRig({ nodes: 1, settings: settingsOf(scenario.config), wallNow: () => now });
    for (const { leaderEpoch, hex, result, logEndOffset, about, origin, ...step } of scenario.steps) {
      const { control, maxTimestamp } = readBatchHeader(Buffer.from(hex, 'hex'));
      if (origin !== 'CLIENT' && !control) continue;
      // A marker of Kafka's coordinator bears the timestamp that it was given, not that of the log's clock.
      now = origin === 'CLIENT' ? step.now : maxTimestamp;
      if (rig.at(1).replica.term !== leaderEpoch + 1) rig.assign(1, leaderEpoch + 1, { term: term(leaderEpoch + 1) });
      await rig.clock.advance(1);
      const before = rig.at(1).log.batches.length;
      const bytes = Buffer.from(hex, 'hex');
      const version = step.transactionVersion === 2 ? 2 : 1;
      const answer = origin === 'CLIENT' ? rig.produce(bytes) : mark(rig, markerOf(bytes, version));
      await rig.clock.advance(1);
      const { outcome } = answer;
      const where = about ?? hex.slice(0, 40);
      const { firstOffset, lastOffset, logAppendTime, logStartOffset, code } = result;
      const all = { firstOffset, lastOffset, logAppendTime, logStartOffset };
      const appended = origin === 'CLIENT' ? all : { firstOffset, lastOffset };
      const expected = code === undefined ? appended : { code };
      expect(resultOf(outcome), where).toEqual(expected);
      if (
        result.recordErrors !== undefined &&
        outcome !== null &&
        'kind' in outcome &&
        outcome.kind !== 'acknowledged'
      ) {
        expect(refusedRecords(outcome), where).toEqual(result.recordErrors.map(({ batchIndex }) => batchIndex));
      }
      const stored = rig
        .at(1)
        .log.batches.slice(before)
        .map(({ bytes }) => Buffer.from(bytes).toString('hex'));
      expect(stored, where).toEqual(result.stored === undefined ? [] : [withTerm(result.stored, leaderEpoch + 1)]);
      expect(rig.partition().logEnd, where).toBe(logEndOffset);
      expect(rig.partition().lastStableOffset(), where).toBe(step.lastStableOffset);
    }
    const { state } = rig.partition().producers;
    expect(
      state.describe().map(({ batches: _batches, coordinatorTerm, openFrom, ...producer }) => ({
        ...producer,
        coordinatorEpoch: coordinatorTerm ?? -1,
        currentTxnStartOffset: openFrom ?? -1,
      })),
    ).toEqual(scenario.state.producers);
    expect(
      state.aborted.entries.map(({ markerOffset: lastOffset, ...aborted }) => ({ ...aborted, lastOffset })),
    ).toEqual(scenario.state.abortedTransactions ?? []);
  });
});

interface Corrupt {
  readonly name: string;
  readonly hex: string;
  readonly append?: Result;
  readonly code: number;
}

describe('272 batches', () => {
  const corrupt = fixtureLines('corrupt').map((line) => JSON.parse(line) as Corrupt);

  it('each is answered with Kafka’s code, and nothing of a refused one is stored; accepted ones are stored byte for byte', async () => {
    expect(corrupt).toHaveLength(272);
    for (const { name, hex, append, code } of corrupt) {
      const rig = new PartitionRig({ nodes: 1 });
      rig.assign(1, 3);
      await rig.clock.advance(1);
      const answer = rig.produce(Buffer.from(hex, 'hex'));
      await rig.clock.advance(1);
      const { outcome } = answer;
      const { log } = rig.at(1);
      if (outcome === null) throw new Error(`${name}: no answer`);
      if (outcome.kind !== 'acknowledged') {
        // Where Kafka stumbles (-1) the answer is 2 or 87.
        expect(code === -1 ? [2, 87] : [code], name).toContain(refusalCode(outcome));
        expect(log.batches, name).toEqual([]);
        expect(log.logEnd, name).toBe(0);
        continue;
      }
      const stored = Buffer.from(log.batches[0]?.bytes ?? []);
      // Compressed records that lie are found by readers only, except in compacted topics.
      if (code !== 0) expect(readBatchHeader(stored).compression, name).not.toBe('none');
      else if (append?.stored !== undefined) expect(stored.toString('hex'), name).toBe(append.stored);
    }
  });
});
