/**
 * What a record carries beside the value that names it: key, a header full of one byte, a timestamp. Whoever reads it compares all.
 * A tombstone has no value: a second header names it.
 *
 *   D6  bytes, key, headers and timestamp come out as they went in
 */
import type { LogRecord } from '../../storage/batch/index.ts';
import { violated } from './history.ts';
import type { History, RecordContent } from './history.ts';

const ID_HEADER = 'id';

/** The content of a writer's record number `number`. */
export function contentOf(number: number, padding: number, timestamp: number): RecordContent {
  return { key: `k${number % 5}`, padding, byte: number % 251, timestamp };
}

const COLD_KEYS = 10;
const HOT_KEYS = 3;

/** The same in a compacted topic: few keys are overwritten all the time, others seldom, and some of both are deleted. */
export function keyedContentOf(number: number, padding: number, timestamp: number): RecordContent {
  const turn = Math.floor(number / 4);
  const key = number % 4 === 0 ? `cold${turn % COLD_KEYS}` : `hot${number % HOT_KEYS}`;
  return { ...contentOf(number, padding, timestamp), key, tombstone: number % 4 < 2 && turn % 3 === 0 };
}

/** As a producer takes it. */
export function outgoingContent(
  { key, padding, byte, timestamp, tombstone = false }: RecordContent,
  id: string,
): Pick<LogRecord, 'key' | 'value' | 'headers' | 'timestamp'> {
  const header = { key: 'p', value: Buffer.alloc(padding, byte) };
  const [name, value] = [Buffer.from(id), Buffer.from(key)];
  return tombstone
    ? { key: value, value: null, headers: [header, { key: ID_HEADER, value: name }], timestamp }
    : { key: value, value: name, headers: [header], timestamp };
}

/** The name of a record that somebody has sent: its value, or of a tombstone a header. */
export function recordId({ value, headers }: Pick<LogRecord, 'value' | 'headers'>): string {
  const name = value ?? headers.find(({ key }) => key === ID_HEADER)?.value ?? [];
  return Buffer.from(name).toString();
}

/** A consumer was given this record, wherever it was: is it what was sent? */
export function checkContent(history: History, who: string, record: LogRecord): void {
  const { value, key, headers, timestamp, offset } = record;
  const id = recordId(record);
  const content = history.record(id)?.content;
  if (content === undefined) return;
  const bytes = headers[0]?.value ?? new Uint8Array(0);
  const wrong = [
    ...(Buffer.from(key ?? []).toString() === content.key ? [] : ['key']),
    ...(timestamp === content.timestamp ? [] : ['timestamp']),
    ...((value === null) === (content.tombstone ?? false) ? [] : ['value']),
    ...(headers.length === (value === null ? 2 : 1) && bytes.length === content.padding ? [] : ['headers']),
    ...(isFull(bytes, content.byte) ? [] : ['bytes of the header']),
  ];
  if (wrong.length > 0) violated('D6', `${who} read ${id} at ${offset} with another ${wrong.join(', ')} than was sent`);
}

function isFull(bytes: Uint8Array, byte: number): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).equals(Buffer.alloc(bytes.length, byte));
}
