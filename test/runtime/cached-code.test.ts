/** Code that is run with what V8 kept of compiling it. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCached } from '../../src/runtime/cached-code.ts';

const folder = mkdtempSync(join(tmpdir(), 'flotilla-cached-'));
const code = join(folder, 'code-1.js');
const require = createRequire(import.meta.url);

beforeAll(() => {
  const functions = Array.from({ length: 200 }, (_, index) => `exports.f${index}=()=>${index};`).join('');
  writeFileSync(
    code,
    `${functions}exports.place=__filename;exports.sum=exports.f1()+exports.f2();module.exports.os=require('node:os').EOL;`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const caches = (): readonly string[] => readdirSync(folder).filter((name) => name.includes('cache'));

describe('a cached bundle', () => {
  it('runs as a module; the first run keeps a cache, which the second takes', async () => {
    const first = runCached(code, require);
    expect(first).toMatchObject({ cached: false, exports: { sum: 3, place: code, os: '\n' } });
    while (caches().length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(caches()).toEqual([`code-1.js.${process.version}-${process.arch}.cache`]);
    expect(runCached(code, require)).toMatchObject({ cached: true, exports: { sum: 3 } });
  });

  it('is compiled anew when the cache is not for it', async () => {
    const other = join(folder, 'code-2.js');
    writeFileSync(other, 'exports.answer = 42;');
    writeFileSync(`${other}.${process.version}-${process.arch}.cache`, 'nonsense');
    expect(runCached(other, require)).toMatchObject({ cached: false, exports: { answer: 42 } });
    const third = join(folder, 'code-3.js');
    writeFileSync(third, `throw new Error('it throws');`);
    expect(() => runCached(third, require)).toThrow('it throws');
  });

  it('runs where nothing may be written', () => {
    const closed = mkdtempSync(join(tmpdir(), 'flotilla-closed-'));
    writeFileSync(join(closed, 'code.js'), 'exports.answer = 7;');
    chmodSync(closed, 0o555);
    try {
      expect(runCached(join(closed, 'code.js'), require)).toMatchObject({ cached: false, exports: { answer: 7 } });
    } finally {
      chmodSync(closed, 0o755);
      rmSync(closed, { recursive: true, force: true });
    }
  });
});
