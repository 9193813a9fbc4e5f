/**
 * Runs every golden script. `UPDATE=1` rewrites them from what happens.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatScript, invalidHeader, parseScript, runScript } from './script/runner.ts';

const folder = new URL('./scripts/', import.meta.url);
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.txt'))
  .toSorted();

describe('golden scripts', () => {
  it('there are at least thirty', () => {
    expect(files.length).toBeGreaterThanOrEqual(30);
  });

  it.each(files)('%s', (file) => {
    const path = new URL(file, folder);
    const text = readFileSync(path, 'utf8');
    const blocks = parseScript(text);
    expect(invalidHeader(blocks)).toBeNull();
    const printed = formatScript(runScript(blocks));
    if (process.env['UPDATE'] === '1') writeFileSync(path, printed);
    else expect(printed).toBe(text);
  });
});
