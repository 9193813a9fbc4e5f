/**
 * What a dump says, line by line: plain facts, printed as one line of text or one line of JSON.
 *
 *   {"kind":"batch","file":"…/00000000000000000000.log","position":0,"baseOffset":0,"lastOffset":18,…}
 *   batch position: 0 baseOffset: 0 lastOffset: 18 …
 *
 * "None" is null. Bytes that are UTF-8 are shown as text, others as `{"base64":"…"}`.
 */
import { isUtf8 } from 'node:buffer';

export type Fact = string | number | boolean | null | readonly Fact[] | { readonly [name: string]: Fact };

/** What a line is about. `damage` is what makes the exit code 65. */
export type FactKind =
  | 'file'
  | 'batch'
  | 'record'
  | 'offset-entry'
  | 'time-entry'
  | 'aborted-transaction'
  | 'term-start'
  | 'checkpoint'
  | 'producer'
  | 'journal-record'
  | 'journal-end'
  | 'snapshot'
  | 'damage';

export interface DumpLine {
  readonly kind: FactKind;
  readonly [name: string]: Fact;
}

export type DumpOutput = 'table' | 'jsonl';

/** Takes the facts of one file, in order. */
export type Tell = (line: DumpLine) => void;

/** `bytes` as a fact: text where it is UTF-8 without control characters, else base64. */
export function bytesFact(bytes: Uint8Array | null): Fact {
  if (bytes === null) return null;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer) && !/[\u0000-\u0008\u000e-\u001f\u007f]/.test(buffer.toString('utf8')))
    return buffer.toString('utf8');
  return { base64: buffer.toString('base64') };
}

/** -1, by which formats say "none", as null. */
export function orNone(value: number): number | null {
  return value < 0 ? null : value;
}

/** Any decoded message as a fact: bigints as numbers or text, bytes as {@link bytesFact}. */
export function toFact(value: unknown): Fact {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof Uint8Array) return bytesFact(value);
  if (Array.isArray(value)) return value.map(toFact);
  if (typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [] : [[name, toFact(inner)]])),
    );
  return null;
}

function factText(fact: Fact): string {
  return typeof fact === 'string' ? fact : JSON.stringify(fact);
}

/** The line without its end. */
export function printLine(output: DumpOutput, file: string, line: DumpLine): string {
  const { kind, ...facts } = line;
  if (output === 'jsonl') return JSON.stringify({ kind, file, ...facts });
  const text = Object.entries(facts).map(([name, fact]) => `${name}: ${factText(fact)}`);
  if (kind === 'file') return `${file} (${text.join(' ')})`;
  return `${kind === 'record' ? '  ' : ''}${kind} ${text.join(' ')}`;
}
