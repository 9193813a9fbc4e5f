/**
 * A log that a real Kafka wrote (idempotent and transactional producers, commits and aborts interleaved, three lives of the broker):
 * replayed, it gives the producers of Kafka's own snapshots and the entries of its transaction index.
 */
import { expect, it } from 'vitest';
import { producerEntryOf } from '../../src/partition/producer-entry.ts';
import { ProducerState } from '../../src/partition/producer-state.ts';
import { nextBatch, readBatchHeader } from '../../storage/batch/index.ts';
import { kafkaDumps, kafkaFiles } from '../log-dump/kafka-directory.ts';

const DIRECTORY = 'logdir/golden-0/';

/** `name: value` pairs of a line of Kafka's tool. */
function fieldsOf(line: string): ReadonlyMap<string, string> {
  return new Map([...line.matchAll(/(\w+): (\S+)/g)].map(([, name = '', value = '']) => [name, value]));
}

/** The state in the words of Kafka's tool, by producer. */
function described(state: ProducerState): readonly object[] {
  return state.describe().map(({ producerId, producerEpoch, coordinatorTerm, openFrom, lastTimestamp, batches }) => ({
    producerId,
    producerEpoch,
    coordinatorEpoch: coordinatorTerm ?? -1,
    openFrom,
    lastTimestamp,
    lastSequence: batches.at(-1)?.lastSequence ?? null,
    lastOffset: (batches.at(-1)?.end ?? 0) - 1,
  }));
}

function snapshot(path: string): readonly object[] {
  const number = (fields: ReadonlyMap<string, string>, name: string): number | null =>
    fields.has(name) ? Number(fields.get(name)) : null;
  return (kafkaDumps.get(path) ?? [])
    .map((line) => fieldsOf(line))
    .map((fields) => ({
      producerId: number(fields, 'producerId'),
      producerEpoch: number(fields, 'producerEpoch'),
      coordinatorEpoch: number(fields, 'coordinatorEpoch'),
      openFrom:
        fields.get('currentTxnFirstOffset') === 'OptionalLong.empty' ? null : fields.get('currentTxnFirstOffset'),
      lastTimestamp: number(fields, 'lastTimestamp'),
      lastSequence: number(fields, 'lastSequence'),
      lastOffset: number(fields, 'lastOffset') ?? -1,
    }))
    .toSorted((a, b) => (a.producerId ?? 0) - (b.producerId ?? 0));
}

it('gives Kafka’s snapshots of producers and its transaction index', () => {
  const files = [...kafkaFiles()].filter(([path]) => path.startsWith(DIRECTORY));
  const offsetOf = (path: string): number => Number(path.slice(DIRECTORY.length).split('.')[0]);
  const snapshots = files.map(([path]) => path).filter((path) => path.endsWith('.snapshot'));
  const state = new ProducerState();
  const seen: number[] = [];
  const compare = (end: number): void => {
    for (const path of snapshots.filter((each) => offsetOf(each) === end)) {
      expect(described(state), path).toEqual(snapshot(path));
      // And from the bytes that are kept of it.
      const restored = new ProducerState();
      restored.restore(state.encode(), 0);
      expect(described(restored), path).toEqual(snapshot(path));
      seen.push(end);
    }
  };
  for (const [, bytes] of files.filter(([path]) => path.endsWith('.log'))) {
    for (let at = 0, next = nextBatch(bytes, 0); next.kind === 'batch'; next = nextBatch(bytes, at)) {
      const batch = bytes.subarray(at, at + next.size);
      at += next.size;
      const entry = producerEntryOf(batch);
      if (entry !== null) state.apply(entry, 0);
      const { baseOffset, lastOffsetDelta } = readBatchHeader(batch);
      compare(baseOffset + lastOffsetDelta + 1);
    }
  }
  expect(seen).toEqual([1998, 2524, 3235, 3828]);
  const index = (kafkaDumps.get(`${DIRECTORY}00000000000000000000.txnindex`) ?? []).map((line) => fieldsOf(line));
  expect(index).toHaveLength(2);
  expect(
    state.aborted.entries.map(({ producerId, firstOffset, markerOffset, lastStableOffset }) =>
      [producerId, firstOffset, markerOffset, lastStableOffset].map(String),
    ),
  ).toEqual(
    index.map((fields) =>
      ['producerId', 'firstOffset', 'lastOffset', 'lastStableOffset'].map((name) => fields.get(name)),
    ),
  );
});
