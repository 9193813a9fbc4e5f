/**
 * The producer state as bytes: what `ReplicaLog.saveState` keeps, JSON.
 *
 * ```
 *  { "version": 2, "producers": [[id, epoch, batches, lastTimestamp, coordinatorTerm, openFrom] …], "aborted": [entry …] }
 *  [[id, epoch, batches] …]         before transactions: nothing was open, nothing aborted
 * ```
 */
import { assert, offset as toOffset } from '../../raft/index.ts';
import type { AbortedEntry } from './aborted-index.ts';
import type { Producer, ProducerBatch } from './producer.ts';

const VERSION = 2;

type FirstRow = readonly [id: number, producerEpoch: number, batches: readonly Omit<ProducerBatch, 'transactional'>[]];
type Row = readonly [
  id: number,
  producerEpoch: number,
  batches: readonly ProducerBatch[],
  lastTimestamp: number,
  coordinatorTerm: number | null,
  openFrom: number | null,
];
interface Saved {
  readonly version: number;
  readonly producers: readonly Row[];
  readonly aborted: readonly AbortedEntry[];
}

export interface ProducerSnapshot {
  /** From the producer that wrote longest ago to the newest. */
  readonly producers: ReadonlyMap<number, Producer>;
  readonly aborted: readonly AbortedEntry[];
}

export function encodeProducers({ producers, aborted }: ProducerSnapshot): Uint8Array {
  const saved: Saved = {
    version: VERSION,
    producers: [...producers].map(([id, { producerEpoch, batches, lastTimestamp, coordinatorTerm, openFrom }]) => [
      id,
      producerEpoch,
      batches,
      lastTimestamp,
      coordinatorTerm,
      openFrom,
    ]),
    aborted,
  };
  return Buffer.from(JSON.stringify(saved));
}

/** Reads both forms; the store checks that bytes are those that were saved. */
export function decodeProducers(bytes: Uint8Array): ProducerSnapshot {
  const saved = JSON.parse(Buffer.from(bytes).toString()) as Saved | readonly FirstRow[];
  if (isFirst(saved)) return { producers: new Map(saved.map(fromFirst)), aborted: [] };
  assert(saved.version === VERSION, () => `saved producer state of version ${saved.version}`);
  const producers = saved.producers.map(
    ([id, producerEpoch, batches, lastTimestamp, coordinatorTerm, openFrom]): [number, Producer] => [
      id,
      {
        producerEpoch,
        batches,
        lastTimestamp,
        coordinatorTerm,
        openFrom: openFrom === null ? null : toOffset(openFrom),
      },
    ],
  );
  return { producers: new Map(producers), aborted: saved.aborted };
}

function isFirst(saved: Saved | readonly FirstRow[]): saved is readonly FirstRow[] {
  return Array.isArray(saved);
}

function fromFirst([id, producerEpoch, batches]: FirstRow): [number, Producer] {
  const lastTimestamp = batches.at(-1)?.timestamp ?? -1;
  const plain = batches.map((batch) => ({ ...batch, transactional: false }));
  return [id, { producerEpoch, batches: plain, lastTimestamp, coordinatorTerm: null, openFrom: null }];
}
