/**
 * Control batches: what the log says to itself. Clients take an offset for each of them and skip them.
 *
 *   key  = version i16 (0) │ type i16        value = the body of that type
 *
 * Types 0 (abort) and 1 (commit) end transactions: body is version i16 (0) │ coordinator epoch i32. Types 2 (leader
 * change, the no-op of a new leader) and 6 (voters) carry bodies that are opaque here.
 */
import { Buffer } from 'node:buffer';
import { buildBatch } from './batch-builder.ts';
import { BATCH_HEADER_SIZE, readBatchHeader } from './batch-header.ts';
import { readRecords, refuseCompressed } from './records.ts';

export type ControlType =
  | 'abort'
  | 'commit'
  | 'leader-change'
  | 'snapshot-header'
  | 'snapshot-footer'
  | 'kraft-version'
  | 'voters';
const TYPES: readonly ControlType[] = [
  'abort',
  'commit',
  'leader-change',
  'snapshot-header',
  'snapshot-footer',
  'kraft-version',
  'voters',
];

export interface ControlRecord {
  readonly type: ControlType;
  /** The body, its version included; a view of the batch. */
  readonly body: Uint8Array;
}

export interface NewControlBatch extends ControlRecord {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** Of the transaction that a marker ends; makes the batch transactional. */
  readonly producer?: { readonly id: number; readonly epoch: number };
}

/** Builds a control batch of one record; offset and term are stamped by the leader. */
export function buildControlBatch(control: NewControlBatch): Uint8Array {
  const key = Buffer.alloc(4);
  key.writeInt16BE(TYPES.indexOf(control.type), 2);
  const { producer } = control;
  return buildBatch({
    records: [{ key, value: control.body, timestamp: control.timestamp }],
    control: true,
    ...(producer === undefined ? {} : { transactional: true, producer: { ...producer, baseSequence: -1 } }),
  });
}

/** The body of a commit or abort marker. */
export function markerBody(coordinatorEpoch: number): Uint8Array {
  const body = Buffer.alloc(6);
  body.writeInt32BE(coordinatorEpoch, 2);
  return body;
}

/** The coordinator epoch of a marker's body; null when it is too short. */
export function markerCoordinatorEpoch(body: Uint8Array): number | null {
  return body.length < 6 ? null : new DataView(body.buffer, body.byteOffset).getInt32(2);
}

/** True for a batch of control records; the batch has passed `intactHeader`. */
export function isControlBatch(batch: Uint8Array): boolean {
  return batch.length >= BATCH_HEADER_SIZE && readBatchHeader(batch).control;
}

/** The control records of a batch that passed `intactHeader`; null when they are none or of no known type. */
export function readControlBatch(batch: Uint8Array): readonly ControlRecord[] | null {
  const read = readRecords(batch, refuseCompressed, batch.length);
  if (read.kind === 'refused' || !read.header.control) return null;
  const controls: ControlRecord[] = [];
  for (const { key, value } of read.records) {
    if (key === null || value === null || key.length < 4) return null;
    const type = TYPES[new DataView(key.buffer, key.byteOffset).getInt16(2)];
    if (type === undefined) return null;
    controls.push({ type, body: value });
  }
  return controls;
}
