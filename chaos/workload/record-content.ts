/**
 * What a record carries beside the value that names it: key, a header full of one byte, a timestamp. Whoever reads it compares all.
 *
 *   D6  bytes, key, headers and timestamp come out as they went in
 */
import type { LogRecord } from '../../storage/batch/index.ts';
import { violated } from './history.ts';
import type { History, RecordContent } from './history.ts';

/** The content of a writer's record number `number`. */
export function contentOf(number: number, padding: number, timestamp: number): RecordContent {
  return { key: `k${number % 5}`, padding, byte: number % 251, timestamp };
}

/** As a producer takes it. */
export function outgoingContent({
  key,
  padding,
  byte,
  timestamp,
}: RecordContent): Pick<LogRecord, 'key' | 'headers' | 'timestamp'> {
  return { key: Buffer.from(key), headers: [{ key: 'p', value: Buffer.alloc(padding, byte) }], timestamp };
}

/** A consumer was given this record, wherever it was: is it what was sent? */
export function checkContent(
  history: History,
  who: string,
  { value, key, headers, timestamp, offset }: LogRecord,
): void {
  const id = Buffer.from(value ?? []).toString();
  const content = history.record(id)?.content;
  if (content === undefined) return;
  const bytes = headers[0]?.value ?? new Uint8Array(0);
  const wrong = [
    ...(Buffer.from(key ?? []).toString() === content.key ? [] : ['key']),
    ...(timestamp === content.timestamp ? [] : ['timestamp']),
    ...(headers.length === 1 && bytes.length === content.padding ? [] : ['headers']),
    ...(isFull(bytes, content.byte) ? [] : ['bytes of the header']),
  ];
  if (wrong.length > 0) violated('D6', `${who} read ${id} at ${offset} with another ${wrong.join(', ')} than was sent`);
}

function isFull(bytes: Uint8Array, byte: number): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).equals(Buffer.alloc(bytes.length, byte));
}
