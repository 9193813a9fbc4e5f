/**
 * JSON in files, at the gate: what is no JSON, or is not of the form that was written, is refused by whoever reads it.
 *
 * Checksums stand before it, so that what gets here and is wrong was written wrong, or by another version. It must not end a
 * node in a way that does not name the file.
 */
import { Buffer } from 'node:buffer';
import type { Voter } from '../raft/index.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The value of a JSON text in UTF-8; undefined, which JSON cannot say, when it is none. */
export function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** An object with names, no list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A whole number ≥ 0, below 2^53. */
export function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A list whose items all pass. */
export function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isItem);
}

/** A text that is not empty. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0;
}

/** Someone who votes: a node and its directory. */
export function isVoter(value: unknown): value is Voter {
  return isJsonObject(value) && isWhole(value['node']) && isName(value['directory']);
}

/** A list of those. */
export function isVoters(value: unknown): value is readonly Voter[] {
  return isListOf(value, isVoter);
}
