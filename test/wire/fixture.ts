/** Reads the golden lines in `test/fixtures/wire`. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const FOLDER = new URL('../fixtures/wire/', import.meta.url);

/** The text of a gzipped fixture. */
export function fixtureText(name: string): string {
  return gunzipSync(readFileSync(new URL(`${name}.gz`, FOLDER))).toString('utf8');
}

/** The lines of a `.jsonl` fixture, as text. */
export function fixtureLines(name: string): readonly string[] {
  return fixtureText(`${name}.jsonl`).trim().split('\n');
}
