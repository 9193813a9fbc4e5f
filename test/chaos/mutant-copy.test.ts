/** A copy of a build with a bug in it: what is changed, what is not, and that nothing of it is left. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CopyError, copyWith } from '../../chaos/mutants/mutant-copy.ts';
import type { Mutant, Splice } from '../../chaos/mutants/mutant.ts';

let root = '';
const module = 'export const limit = 5;\n';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flotilla-copy-test-'));
  mkdirSync(join(root, 'dist/lib/raft'), { recursive: true });
  mkdirSync(join(root, 'node_modules/protobufjs'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"name":"flotilla","type":"module"}');
  writeFileSync(join(root, 'dist/lib/raft/limit.js'), module);
  writeFileSync(join(root, 'dist/lib/raft/limit.d.ts'), '');
  writeFileSync(join(root, 'dist/lib/raft/other.js'), 'export {};\n');
});

afterEach(() => rmSync(root, { recursive: true }));

function withSplice(change: Partial<Splice> = {}): Mutant {
  const sha256 = createHash('sha256').update(module).digest('hex');
  const splice = { file: 'raft/limit.js', sha256, from: 21, to: 22, text: '6', ...change };
  const words = { name: '', bug: '', source: '', expects: [] };
  return { id: 'M1', ...words, hint: { faults: [] }, canary: false, stale: null, splices: [splice] };
}

it('has the bug, shares the rest, and leaves the build as it is', () => {
  const copy = copyWith(root, withSplice());
  const library = join(dirname(copy.program), '../..');
  expect(readFileSync(join(library, 'raft/limit.js'), 'utf8')).toBe('export const limit = 6;\n');
  expect(readFileSync(join(root, 'dist/lib/raft/limit.js'), 'utf8')).toBe(module);
  expect(statSync(join(library, 'raft/other.js')).ino).toBe(statSync(join(root, 'dist/lib/raft/other.js')).ino);
  expect(existsSync(join(library, 'raft/limit.d.ts'))).toBe(false);
  expect(existsSync(join(library, '../../node_modules/protobufjs'))).toBe(true);
  copy.remove();
  expect(existsSync(library)).toBe(false);
  expect(existsSync(join(root, 'node_modules/protobufjs'))).toBe(true);
});

it('is refused when the module is another than the one that the bug was compiled against', () => {
  expect(() => copyWith(root, withSplice({ sha256: 'of another build' }))).toThrow(CopyError);
  expect(() => copyWith(root, { ...withSplice(), stale: 'an edit has 0 places' })).toThrow('an edit has 0 places');
});
